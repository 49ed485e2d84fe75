package syntax_test

import (
	"errors"
	"fmt"

	"recue/luabind/syntax"
)

func ExampleError() {
	_, err := syntax.Parse("nightly.lua", []byte("if hour = 8 then\n  start \"cam1\"\nend\n"))
	var e *syntax.Error
	if errors.As(err, &e) {
		fmt.Println(e)
		fmt.Println("hint:", e.Hint)
	}
	// Output:
	// nightly.lua:1: unexpected "=" in a condition
	// hint: to compare two values write == (one = sign stores a value)
}
