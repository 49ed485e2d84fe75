package dialect

import (
	"errors"
	"strings"
	"testing"

	"recue/luabind/syntax"
)

func TestWhatTheVMCannotHoldIsAnErrorWithItsPlace(t *testing.T) {
	cases := []struct {
		name, src    string
		line, column int
		message      string
		hint         string // a part of it
	}{
		{"too many locals", strings.Repeat("local x ", 201), 1, 1, "too many local variables (limit 200)", ""},
		{"too many upvalues", manyUpvalues(61), 1, 0, "more than 60 local variables", ""},
		{"too many arguments", "f(" + numbers(300) + "1)", 1, 0, "function or expression too complex", ""},
		{"a text of too many parts", "x = s" + strings.Repeat(" .. s", 300), 1, 0, "function or expression too complex", "several statements"},
		{"a name of Recue's own", "local x = 1\n  status = x", 2, 3, `"status" is Recue's own and cannot be assigned`, "make it local"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load("t.lua", []byte(c.src), "status")
			var e *syntax.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a syntax error", err)
			}
			if e.Line != c.line && c.line != 0 || c.column != 0 && e.Column != c.column {
				t.Errorf("place is %d:%d, want %d:%d", e.Line, e.Column, c.line, c.column)
			}
			if !strings.Contains(e.Message, c.message) || !strings.Contains(e.Hint, c.hint) {
				t.Errorf("got %q, hint %q, want %q, hint %q", e.Message, e.Hint, c.message, c.hint)
			}
		})
	}
}

func TestTooManyValuesForAFunctionAreRefused(t *testing.T) {
	file, err := syntax.Limits{Source: 8 << 20}.Parse("t", []byte("x = {"+numbers(maxBx+2)+"}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compile(file, nil); err == nil || !strings.Contains(err.Error(), "t:1: too many different values in one function") {
		t.Errorf("got %v", err)
	}
}

func manyUpvalues(n int) string {
	var b strings.Builder
	for i := 0; i < n; i++ {
		b.WriteString(strings.ReplaceAll("local v# ", "#", itoa(i)))
	}
	b.WriteString("function f() return 0")
	for i := 0; i < n; i++ {
		b.WriteString("+v" + itoa(i))
	}
	return b.String() + " end"
}

func TestLoadSkipsWhatIsNotSource(t *testing.T) {
	for name, src := range map[string]string{
		"byte order mark": "\xef\xbb\xbf emit(debug())", "first line with #": "#!/usr/bin/recue run\nemit(debug())",
		"both": "\xef\xbb\xbf#!/usr/bin/recue run\r\nemit(debug())",
	} {
		if got := run(t, strings.Replace(src, "debug()", "1", 1)); got != "1\n" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestEmptyChunks(t *testing.T) {
	for src, want := range map[string]bool{"": true, "-- only words\n": true, "#!/bin/x": true, "local x": false, "do end": false} {
		chunk, err := Load("t", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if chunk.Empty != want {
			t.Errorf("Empty of %q is %v", src, chunk.Empty)
		}
	}
}
