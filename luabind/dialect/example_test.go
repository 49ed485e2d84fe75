package dialect

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

func ExampleLoad() {
	chunk, err := Load("nightly.lua", []byte("local a, b = 1, 2\na, b = b, a\nprint(a .. b, 10 % 4)\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	L := lua.NewState()
	defer L.Close()
	Install(L, Options{})
	L.Push(L.NewFunctionFromProto(chunk.Proto))
	L.Call(0, 0)
	// Output: 21	2
}

func ExampleSyntaxError() {
	_, err := Load("nightly.lua", []byte("if hour = 8 then\n  start \"cam1\"\nend\n"))
	var e *SyntaxError
	if errors.As(err, &e) {
		fmt.Println(e)
		fmt.Println("hint:", e.Hint)
	}
	// Output:
	// nightly.lua:1: unexpected "=" in a condition
	// hint: to compare two values write == (one = sign stores a value)
}
