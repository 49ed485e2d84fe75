package stdlib

import (
	"math"
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"
)

// newRandom makes a generator whose numbers depend on nothing but the seed, on every machine.
func newRandom(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0x5265637565)) // "Recue"
}

func (lib *library) mathRandom(L *lua.LState) int {
	r := lib.random.Float64()
	low, high := 1.0, 0.0
	switch L.GetTop() {
	case 0:
		L.Push(lua.LNumber(r))
		return 1
	case 1:
		high = float64(checkInt(L, 1))
		if high < low {
			ArgError(L, 1, "interval is empty")
		}
	case 2:
		low, high = float64(checkInt(L, 1)), float64(checkInt(L, 2))
		if high < low {
			ArgError(L, 2, "interval is empty")
		}
	default:
		Errorf(L, "wrong number of arguments")
	}
	L.Push(lua.LNumber(math.Floor(r*(high-low+1)) + low))
	return 1
}

func (lib *library) mathRandomseed(L *lua.LState) int {
	lib.random = newRandom(math.Float64bits(checkNumber(L, 1)))
	return 0
}
