package dialect

import (
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
