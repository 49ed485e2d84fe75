package stdlib

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// BenchmarkAgainstStock runs the same chunks with these libraries and with gopher-lua's own.
func BenchmarkAgainstStock(b *testing.B) {
	for _, chunk := range []struct{ name, prepare, run string }{
		{"find plain", `s = ("x"):rep(200) .. "needle"`, `for i = 1, 100 do string.find(s, "needle") end`},
		{"find class", `s = ("abc "):rep(50) .. "42"`, `for i = 1, 100 do string.find(s, "%d+") end`},
		{"match captures", `s = "key = value"`, `for i = 1, 100 do string.match(s, "^(%w+)%s*=%s*(%w+)$") end`},
		{"match lazy", `s = ("x"):rep(100) .. "<b>bold</b>"`, `for i = 1, 100 do string.match(s, "<(.-)>(.-)</") end`},
		{"gmatch", `s = ("word "):rep(100)`, `local n = 0 for w in string.gmatch(s, "%a+") do n = n + 1 end`},
		{"gsub string", `s = ("hello world "):rep(20)`, `for i = 1, 10 do string.gsub(s, "o", "0") end`},
		{"gsub function", `s = ("hello world "):rep(20)`, `for i = 1, 10 do string.gsub(s, "%w+", function(w) return w end) end`},
		{"format", ``, `for i = 1, 100 do string.format("%s: %5.2f %d %x", "name", 3.14159, i, i) end`},
		{"tostring", ``, `for i = 1, 100 do tostring(i) tostring(i + 0.5) end`},
		{"tonumber", ``, `for i = 1, 100 do tonumber("1234") tonumber("12.5") end`},
		{"sub byte", `s = "hello world"`, `for i = 1, 100 do string.sub(s, 2, 5) string.byte(s, i % 10 + 1) end`},
		{"sort numbers", `t = {} for i = 1, 1000 do t[i] = i * 7919 % 1009 end`, `local c = {} for i = 1, 1000 do c[i] = t[i] end table.sort(c)`},
		{"sort comparator", `t = {} for i = 1, 1000 do t[i] = i * 7919 % 1009 end`, `local c = {} for i = 1, 1000 do c[i] = t[i] end table.sort(c, function(a, b) return a > b end)`},
		{"insert remove", ``, `local t = {} for i = 1, 100 do table.insert(t, i) end for i = 1, 100 do table.remove(t) end`},
		{"concat", `t = {} for i = 1, 100 do t[i] = "item" end`, `for i = 1, 10 do table.concat(t, ",") end`},
		{"pairs ipairs", `t = {} for i = 1, 100 do t[i] = i t["k" .. i] = i end`, `local n = 0 for k, v in pairs(t) do n = n + v end for i, v in ipairs(t) do n = n + v end`},
		{"floor random", ``, `for i = 1, 100 do math.floor(i / 3) math.random(1, 6) end`},
		{"date", ``, `for i = 1, 20 do os.date("!%Y-%m-%d %H:%M:%S", i) end`},
	} {
		b.Run(chunk.name+"/ours", func(b *testing.B) {
			run(b, newState(b, Host{}), chunk.prepare, chunk.run)
		})
		b.Run(chunk.name+"/stock", func(b *testing.B) {
			L := lua.NewState()
			b.Cleanup(L.Close)
			run(b, L, chunk.prepare, chunk.run)
		})
	}
}

func run(b *testing.B, L *lua.LState, prepare, chunk string) {
	if err := L.DoString(prepare); err != nil {
		b.Fatal(err)
	}
	fn, err := L.LoadString(chunk)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		L.Push(fn)
		L.Call(0, 0)
	}
}
