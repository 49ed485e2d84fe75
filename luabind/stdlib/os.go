package stdlib

import (
	"math"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func (lib *library) osFuncs() []entry {
	return []entry{
		{"clock", lib.osClock},
		{"date", lib.osDate},
		{"difftime", osDifftime},
		{"time", lib.osTime},
	}
}

func (lib *library) osClock(L *lua.LState) int {
	L.Push(lua.LNumber(lib.host.CPU().Seconds()))
	return 1
}

func osDifftime(L *lua.LState) int {
	later := toInteger(checkNumber(L, 1))
	earlier := OptInt(L, 2, 0)
	L.Push(lua.LNumber(float64(later) - float64(earlier)))
	return 1
}

// Seconds since 1970 outside of which the year does not fit C's struct tm.
const (
	firstSecond = -67768040609740800
	lastSecond  = 67768036191676799
)

func (lib *library) osDate(L *lua.LState) int {
	format := zeroEnds(optString(L, 1, "%c"))
	seconds := int(lib.host.Now().Unix())
	if L.Get(2) != lua.LNil {
		seconds = checkInt(L, 2)
	}
	utc := format != "" && format[0] == '!'
	if utc {
		format = format[1:]
	}
	if seconds < firstSecond || seconds > lastSecond {
		L.Push(lua.LNil)
		return 1
	}
	local := lib.host.Zone(L)
	t := time.Unix(int64(seconds), 0).In(local)
	if utc {
		t = t.UTC()
	}
	if format == "*t" {
		L.Push(dateTable(L, t))
		return 1
	}
	poller := lib.poller(L)
	b := make([]byte, 0, 64)
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b = append(b, format[i])
			continue
		}
		i++
		b = appendDate(b, t, local, utc, format[i])
		lib.checkSize(L, len(b))
		poller.tick(16)
	}
	L.Push(lua.LString(b))
	return 1
}

func dateTable(L *lua.LState, t time.Time) *lua.LTable {
	d := L.CreateTable(0, 9)
	set := func(name string, n int) { d.RawSetString(name, number(n)) }
	set("sec", t.Second())
	set("min", t.Minute())
	set("hour", t.Hour())
	set("day", t.Day())
	set("month", int(t.Month()))
	set("year", t.Year())
	set("wday", int(t.Weekday())+1)
	set("yday", t.YearDay())
	d.RawSetString("isdst", lua.LBool(t.IsDST()))
	return d
}

func (lib *library) osTime(L *lua.LState) int {
	if L.Get(1) == lua.LNil {
		L.Push(lua.LNumber(lib.host.Now().Unix()))
		return 1
	}
	d := checkTable(L, 1)
	b := brokenTime{
		sec:   dateField(L, d, "sec", 0),
		min:   dateField(L, d, "min", 0),
		hour:  dateField(L, d, "hour", 12),
		day:   dateField(L, d, "day", required),
		month: dateField(L, d, "month", required),
		year:  dateField(L, d, "year", required),
		dst:   dstUnknown,
	}
	if isdst := L.GetField(d, "isdst"); isdst != lua.LNil {
		b.dst = dstOff
		if lua.LVAsBool(isdst) {
			b.dst = dstOn
		}
	}
	seconds := b.unix(lib.host.Zone(L))
	if seconds == -1 { // C's mktime says so when it fails, and PUC Lua cannot tell the difference
		L.Push(lua.LNil)
	} else {
		L.Push(lua.LNumber(seconds))
	}
	return 1
}

// required is the default of a date field that must be given.
const required = -1

// dateField reads a field of a date table. As in Lua 5.1, what is no number counts as not given.
func dateField(L *lua.LState, d *lua.LTable, name string, def int) int {
	f, ok := toNumber(L.GetField(d, name))
	if !ok {
		if def == required {
			Errorf(L, "field '%s' missing in date table", name)
		}
		return def
	}
	n := toInteger(f)
	if n < math.MinInt32 || n > math.MaxInt32 {
		Errorf(L, "field '%s' in date table is out of range", name)
	}
	return n
}
