package stdlib

import (
	"math"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// tableSort sorts a copy and writes it back, so that a comparator that fails leaves the list as it was.
func (lib *library) tableSort(L *lua.LState) int {
	t := checkTable(L, 1)
	var less lua.LValue = lua.LNil
	if L.Get(2) != lua.LNil {
		less = checkFunction(L, 2)
	}
	n := t.Len()
	values := make([]lua.LValue, n)
	for i := range values {
		values[i] = t.RawGetInt(i + 1)
	}
	lib.poll(L)
	poller := lib.poller(L)
	if less != lua.LNil || !sortAlike(values, &poller) {
		s := sorter{L: L, values: values, less: less, poller: poller}
		s.sort(0, n-1)
	}
	for i, v := range values {
		t.RawSetInt(i+1, v)
	}
	return 0
}

// sortAlike sorts a list of numbers only, or of strings only, and says whether it was one. Equal elements cannot be
// told apart then, so any way of sorting gives the same list; NaN and -0 are left to the general way.
func sortAlike(values []lua.LValue, poller *poller) bool {
	if len(values) == 0 {
		return true
	}
	switch values[0].(type) {
	case lua.LNumber:
		for _, v := range values {
			n, ok := v.(lua.LNumber)
			if !ok || n != n || (n == 0 && math.Signbit(float64(n))) {
				return false
			}
		}
		slices.SortFunc(values, func(a, b lua.LValue) int {
			poller.tick(1)
			x, y := a.(lua.LNumber), b.(lua.LNumber)
			if x < y {
				return -1
			} else if x > y {
				return 1
			}
			return 0
		})
		return true
	case lua.LString:
		for _, v := range values {
			if _, ok := v.(lua.LString); !ok {
				return false
			}
		}
		slices.SortFunc(values, func(a, b lua.LValue) int {
			x, y := a.(lua.LString), b.(lua.LString)
			poller.tick(compareCost(x, y))
			if x < y {
				return -1
			} else if x > y {
				return 1
			}
			return 0
		})
		return true
	}
	return false
}

// compareCost is the steps of comparing two texts, which may have a long beginning in common.
func compareCost(a, b lua.LString) int { return 4 + min(len(a), len(b))/64 }

// sorter is a quicksort with the median of three as its pivot (Sedgewick's, which PUC Lua uses as well). It compares
// the same elements in the same order as PUC Lua does, so that equal elements end in the same places.
type sorter struct {
	L      *lua.LState
	values []lua.LValue
	less   lua.LValue // a function, or nil for <
	poller poller
}

func (s *sorter) before(a, b lua.LValue) bool {
	s.poller.tick(8)
	if x, ok := a.(lua.LString); ok && s.less == lua.LNil {
		if y, ok := b.(lua.LString); ok {
			s.poller.tick(compareCost(x, y))
		}
	}
	if s.less == lua.LNil {
		return lessThan(s.L, a, b)
	}
	L := s.L
	L.Push(s.less)
	L.Push(a)
	L.Push(b)
	L.Call(2, 1)
	result := lua.LVAsBool(L.Get(-1))
	L.Pop(1)
	return result
}

// order swaps elements i and j if j belongs before i.
func (s *sorter) order(i, j int) {
	if v := s.values; s.before(v[j], v[i]) {
		v[i], v[j] = v[j], v[i]
	}
}

// sort sorts the elements from lo to hi. It calls itself for the smaller part only, so that it cannot nest deeply.
func (s *sorter) sort(lo, hi int) {
	for lo < hi {
		s.order(lo, hi)
		if hi-lo == 1 {
			return
		}
		middle := s.median(lo, hi)
		if hi-lo == 2 {
			return
		}
		split := s.partition(lo, hi, middle)
		if split-lo < hi-split {
			s.sort(lo, split-1)
			lo = split + 1
		} else {
			s.sort(split+1, hi)
			hi = split - 1
		}
	}
}

// median puts the middle one of three elements in the middle and returns where that is.
func (s *sorter) median(lo, hi int) int {
	v := s.values
	middle := (lo + hi) / 2
	if s.before(v[middle], v[lo]) {
		v[middle], v[lo] = v[lo], v[middle]
	} else {
		s.order(middle, hi)
	}
	return middle
}

// partition moves what belongs before the pivot to its left and returns where the pivot came to lie. An order function
// that contradicts itself is noticed when a scan leaves the range.
func (s *sorter) partition(lo, hi, middle int) int {
	v := s.values
	pivot := v[middle]
	v[middle], v[hi-1] = v[hi-1], v[middle]
	i, j := lo, hi-1
	for {
		for i++; s.inOrder(i, hi) && s.before(v[i], pivot); i++ {
		}
		for j--; s.inOrder(lo, j) && s.before(pivot, v[j]); j-- {
		}
		if j < i {
			break
		}
		v[i], v[j] = v[j], v[i]
	}
	v[hi-1], v[i] = v[i], v[hi-1]
	return i
}

// inOrder raises unless i <= j.
func (s *sorter) inOrder(i, j int) bool {
	if i > j {
		Errorf(s.L, "invalid order function for sorting")
	}
	return true
}

// lessThan is the operator <, with Lua 5.1's errors.
func lessThan(L *lua.LState, a, b lua.LValue) bool {
	switch x := a.(type) {
	case lua.LNumber:
		if y, ok := b.(lua.LNumber); ok {
			return x < y
		}
	case lua.LString:
		if y, ok := b.(lua.LString); ok {
			return x < y
		}
	}
	if a.Type() == b.Type() {
		meta := L.GetMetaField(a, "__lt")
		if meta != lua.LNil && L.RawEqual(meta, L.GetMetaField(b, "__lt")) {
			return lua.LVAsBool(call(L, meta, a, b))
		}
		raise(L, "attempt to compare two "+a.Type().String()+" values")
	}
	raise(L, "attempt to compare "+a.Type().String()+" with "+b.Type().String())
	return false
}
