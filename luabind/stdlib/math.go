package stdlib

import (
	"math"

	lua "github.com/yuin/gopher-lua"
)

func (lib *library) mathFuncs() []entry {
	return []entry{
		{"abs", unary(math.Abs)},
		{"acos", unary(math.Acos)},
		{"asin", unary(math.Asin)},
		{"atan", unary(math.Atan)},
		{"atan2", binary(math.Atan2)},
		{"ceil", unary(math.Ceil)},
		{"cos", unary(invalidIsNegative(math.Cos))},
		{"cosh", unary(math.Cosh)},
		{"deg", unary(func(x float64) float64 { return x / (math.Pi / 180) })},
		{"exp", unary(math.Exp)},
		{"floor", unary(math.Floor)},
		{"fmod", binary(remainder)},
		{"frexp", mathFrexp},
		{"ldexp", mathLdexp},
		{"log", unary(invalidIsNegative(math.Log))},
		{"log10", unary(log10)},
		{"max", mathMax},
		{"min", mathMin},
		{"mod", binary(remainder)}, // the name in Lua 5.0, which 5.1 still has
		{"modf", mathModf},
		{"pow", binary(power)},
		{"rad", unary(func(x float64) float64 { return x * (math.Pi / 180) })},
		{"random", lib.mathRandom},
		{"randomseed", lib.mathRandomseed},
		{"sin", unary(invalidIsNegative(math.Sin))},
		{"sinh", unary(math.Sinh)},
		{"sqrt", unary(invalidIsNegative(math.Sqrt))},
		{"tan", unary(invalidIsNegative(math.Tan))},
		{"tanh", unary(math.Tanh)},
	}
}

func setMathConstants(t *lua.LTable) {
	t.RawSetString("huge", lua.LNumber(math.Inf(1)))
	t.RawSetString("pi", lua.LNumber(math.Pi))
}

func unary(f func(float64) float64) lua.LGFunction {
	return func(L *lua.LState) int {
		L.Push(lua.LNumber(f(checkNumber(L, 1))))
		return 1
	}
}

func binary(f func(x, y float64) float64) lua.LGFunction {
	return func(L *lua.LState) int {
		x := checkNumber(L, 1)
		L.Push(lua.LNumber(f(x, checkNumber(L, 2))))
		return 1
	}
}

// negativeNaN is the NaN that an invalid operation yields on amd64: it prints as "-nan".
var negativeNaN = math.Copysign(math.NaN(), -1)

// invalidIsNegative gives f the NaN of the C library where the operation is invalid. (acos, asin and log10 yield a
// positive one there, as in Go.)
func invalidIsNegative(f func(float64) float64) func(float64) float64 {
	return func(x float64) float64 {
		y := f(x)
		if y != y {
			if x != x {
				return x
			}
			return negativeNaN
		}
		return y
	}
}

func remainder(x, y float64) float64 {
	return invalidPair(math.Mod(x, y), x, y)
}

// power is the operator ^.
func power(x, y float64) float64 {
	return invalidPair(math.Pow(x, y), x, y)
}

// invalidPair gives the result of an invalid operation on x and y the sign that it has in C.
func invalidPair(result, x, y float64) float64 {
	switch {
	case result == result:
		return result
	case x != x:
		return x
	case y != y:
		return y
	}
	return negativeNaN
}

// log10 is exact for powers of ten, which math.Log10 is not: it gives 2.9999999999999996 for 1000.
func log10(x float64) float64 {
	y := math.Log10(x)
	if n := math.Round(y); math.Abs(n) <= 308 && math.Pow10(int(n)) == x {
		return n
	}
	return y
}

func mathFrexp(L *lua.LState) int {
	fraction, exponent := math.Frexp(checkNumber(L, 1))
	L.Push(lua.LNumber(fraction))
	L.Push(lua.LNumber(exponent))
	return 2
}

func mathLdexp(L *lua.LState) int {
	x := checkNumber(L, 1)
	// C takes an int of 32 bits, and so does PUC Lua.
	L.Push(lua.LNumber(math.Ldexp(x, int(int32(checkInt(L, 2))))))
	return 1
}

func mathModf(L *lua.LState) int {
	x := checkNumber(L, 1)
	whole := math.Trunc(x)
	fraction := x
	switch {
	case math.IsInf(x, 0):
		fraction = math.Copysign(0, x)
	case x == x:
		fraction = math.Copysign(x-whole, x) // C keeps the sign, also of zero
	}
	L.Push(lua.LNumber(whole))
	L.Push(lua.LNumber(fraction))
	return 2
}

func mathMax(L *lua.LState) int {
	best := checkNumber(L, 1)
	for i := 2; i <= L.GetTop(); i++ {
		if x := checkNumber(L, i); x > best {
			best = x
		}
	}
	L.Push(lua.LNumber(best))
	return 1
}

func mathMin(L *lua.LState) int {
	best := checkNumber(L, 1)
	for i := 2; i <= L.GetTop(); i++ {
		if x := checkNumber(L, i); x < best {
			best = x
		}
	}
	L.Push(lua.LNumber(best))
	return 1
}
