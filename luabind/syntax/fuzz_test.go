package syntax

import (
	"strings"
	"testing"
)

// FuzzParse holds that every text is a program or a proper error, with a place inside the text.
func FuzzParse(f *testing.F) {
	for _, src := range []string{
		"", "local a <const> = 1", "for i = 1, 2 do print(i) end", "for k, v in pairs{} do end", "return function(...) return ... end", "x = [==[ long ]] ]==] -- comment",
		"#!/usr/bin/env recue\nprint 'x'", "\xef\xbb\xbfprint 'x'", "a.b:c{1, x = 2, [3] = 4}.d = 5", "repeat local x = 'a\\065\\n' until not x or 0x1F > 1e3", "if x then elseif y then else", "goto = 1",
		"x = 'open", "x = [[open", "--[[ open", "x = 1..2", "f\n(1)", "while true do break end", "local function f(a, b, ...) return a, b, ... end", "a, b = b, a; do return end",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		file, err := Parse("t", []byte(src))
		if err == nil {
			if file == nil {
				t.Fatal("neither a program nor an error")
			}
			return
		}
		e, ok := err.(*Error)
		if !ok || e.Message == "" || strings.Contains(e.Message, "internal error") {
			t.Fatalf("%q: not a proper error: %v", src, err)
		}
		if e.Line < 0 || e.Line > 2+strings.Count(src, "\n")+strings.Count(src, "\r") || e.Line > 0 && e.Column < 1 {
			t.Fatalf("%q: an error at %d:%d", src, e.Line, e.Column)
		}
	})
}
