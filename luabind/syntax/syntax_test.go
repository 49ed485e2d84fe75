package syntax

import (
	"errors"
	"strings"
	"testing"
)

func TestSyntaxErrorsSayWhatAndWhereAndWhatToDo(t *testing.T) {
	cases := []struct {
		name, src    string
		line, column int
		message      string
		hint         string // a part of it
	}{
		{"one = in a condition", "if x = 1 then end", 1, 6, `unexpected "=" in a condition`, "write =="},
		{"one = in until", "repeat until x = 1", 1, 16, `unexpected "=" in a condition`, "write =="},
		{"missing then", "if x\n  y()\nend", 2, 3, `expected "then" after the condition, found "y"`, ""},
		{"missing do", "while x y() end", 1, 9, `expected "do" after the condition of the loop, found "y"`, ""},
		{"missing end at the end of the file", "for i = 1, 2 do\n  f(i)\n", 3, 1, `missing "end": the "for" of line 1 is not closed`, ""},
		{"missing end found by the indent", "function f()\n  if x then\n    y()\nend\n\nf()\n", 7, 1,
			`missing "end": the "function" of line 1 is not closed`, `the "if" of line 2 lacks its end`},
		{"one end too many", "if x then\nend\nend\n", 3, 1, `unexpected "end"`, "one too many"},
		{"else without if", "else", 1, 1, `unexpected "else"`, "no open \"if\""},
		{"else in a loop", "while x do else end", 1, 12, `expected "end" to close the "while" of line 1, found "else"`, "close the \"while\""},
		{"unfinished string", "x = \"abc\ny = 1", 1, 5, "unfinished string", `close it with "`},
		{"unfinished string of two lines", "f\"\\\n", 1, 2, "unfinished string", ""},
		{"unfinished long string", "x = [==[\nabc", 1, 5, "unfinished long string", "]==]"},
		{"unfinished comment", "--[[ abc", 1, 1, "unfinished long comment", "]]"},
		{"unclosed bracket", "f(1,\n2\n", 3, 1, `missing ")": the "(" of line 1 is not closed`, ""},
		{"missing comma in a table", "t = {\n  a = 1\n  b = 2\n}", 3, 3, `expected "}" to close the "{" of line 1, found "b"`, "comma missing before"},
		{"!=", "if x != 1 then end", 1, 6, `unexpected character "!="`, "~="},
		{"!", "if !x then end", 1, 4, `unexpected character "!"`, "not"},
		{"&&", "if x && y then end", 1, 6, `unexpected character "&&"`, "and"},
		{"||", "if x || y then end", 1, 6, `unexpected character "||"`, "or"},
		{"+=", "count += 1", 1, 7, `unexpected "+": a statement is a call or an assignment`, "count = count + …"},
		{"..=", "t.s ..= 'x'", 1, 5, `unexpected ".."`, ""},
		{"++", "i++", 1, 2, `unexpected "+"`, "i = i + 1"},
		{"== for =", "x == 1", 1, 3, `unexpected "=="`, "one = sign"},
		{"continue", "for i = 1, 2 do continue end", 1, 26, `unexpected "end"`, "no continue"},
		{"goto", "goto done", 1, 6, `unexpected "done"`, "no goto"},
		{"label", "::done::", 1, 1, `unexpected ":"`, "labels"},
		{"// comment", "// hello", 1, 1, `unexpected "/"`, "--"},
		{"? :", "x = a ? b : c", 1, 7, `unexpected character "?"`, "and a or b"},
		{"typographic quotes", "start “cam1”", 1, 7, `unexpected character "“"`, "plain quotes"},
		{"letters of another alphabet", "камера = 1", 1, 1, `unexpected character "к"`, "a to z"},
		{"the column counts characters", `x = "ж" ! y`, 1, 9, `unexpected character "!"`, ""},
		{"a command without brackets", "start cam1", 1, 7, `unexpected "cam1"`, "brackets"},
		{"a lonely name", "start", 1, 6, `unexpected the end of the file`, "start()"},
		{"a keyword as a name", "local end = 1", 1, 7, `expected a name after "local", found "end"`, "cannot be a name"},
		{"var", "var x = 1", 1, 5, `unexpected "x"`, "local"},
		{"code behind return", "do return 1 f() end", 1, 13, `unexpected "f" after "return"`, "do return end"},
		{"code behind break", "while true do break f() end", 1, 21, `unexpected "f" after "break"`, "do break end"},
		{"break outside a loop", "break", 1, 1, `"break" outside a loop`, ""},
		{"break in a function in a loop", "while x do f(function() break end) end", 1, 25, `"break" outside a loop`, ""},
		{"... where there is none", "function f() return ... end", 1, 21, `"..." used in a function that does not take it`, "parameters"},
		{"... not last", "function f(..., a) end", 1, 17, `expected a name in the list of parameters, found "a"`, ""},
		{"assignment to a call", "f() = 1", 1, 1, "a value cannot be stored here", ""},
		{"assignment to brackets", "(x) = 1", 1, 1, "a value cannot be stored here", ""},
		{"a call on a new line", "f\n(1)", 2, 1, "a call must not begin on a new line", ";"},
		{"malformed number", "x = 3x", 1, 5, `malformed number "3x"`, ""},
		{"a number and dots", "x = 1..2", 1, 5, `malformed number "1..2"`, "blanks"},
		{"escape out of range", `x = "\400"`, 1, 6, `escape sequence \400 is too large`, `\255`},
		{"options without braces", "start('a', segment_time = 1)", 1, 25, `expected ")" to close the "(" of line 1, found "="`, "options stand in braces"},
		{"two arguments without brackets", "start 'a', {x = 1}", 1, 1, "a value cannot be stored here", "several arguments stand in brackets: start("},
		{"a colon in a table", "x = {a: 'b'}", 1, 9, `expected a name after ":", found the string "b"`, "name = value"},
		{"a quote inside a text", `print("it"s")`, 1, 11, `expected ")"`, "inside a text"},
		{"no comma before a function", "f(g function() end)", 1, 5, `expected ")"`, "is a comma missing"},
		{"a duration without quotes", "sleep(10s)", 1, 7, `malformed number "10s"`, `"10s"`},
		{"else if", "if x then\nelse if y then\nend", 3, 4, `missing "end"`, "write elseif"},
		{"a word behind a word", "start cam1", 1, 7, `unexpected "cam1"`, "start \"text\""},
		{"nesting", "x = " + strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300), 1, 204, "too many levels of nesting (limit --max-nesting 200)", ""},
		{"nested blocks", strings.Repeat("do ", 300) + strings.Repeat("end ", 300), 1, 601, "too many levels of nesting (limit --max-nesting 200)", ""},
		{"a chain without end", "x = 1" + strings.Repeat("+1", 30000), 1, 0, "the expression is too long", ""},
		{"binary file", "x = 1\n\x00\x01", 2, 1, "this is a binary file, not Lua source", ""},
		{"compiled Lua", "\x1bLuaQ\x00", 0, 0, "this is compiled Lua, not source", "luac"},
		{"UTF-16", "\xff\xfex\x00", 0, 0, "the file is stored as UTF-16", "UTF-8"},
		{"too large", strings.Repeat(" ", MaxSource+1), 0, 0, "the source is larger than 1024 KiB (limit --max-source)", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("t.lua", []byte(c.src))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a syntax error", err)
			}
			if e.Line != c.line && c.line != 0 || c.column != 0 && e.Column != c.column {
				t.Errorf("place is %d:%d, want %d:%d", e.Line, e.Column, c.line, c.column)
			}
			if !strings.Contains(e.Message, c.message) {
				t.Errorf("message %q, want %q", e.Message, c.message)
			}
			if !strings.Contains(e.Hint, c.hint) {
				t.Errorf("hint %q, want %q in it", e.Hint, c.hint)
			}
			if e.Line > 0 && e.Column < 1 {
				t.Errorf("column is %d", e.Column)
			}
		})
	}
}

func TestErrorIsOneLine(t *testing.T) {
	_, err := Parse("nightly.lua", []byte("f()\nend"))
	if got, want := err.Error(), `nightly.lua:2: unexpected "end"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinesAreCountedFromTheFirst(t *testing.T) {
	file, err := Parse("t", []byte("#!x\r\n\r\nlocal a = 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Line(3); got != "local a = 1" {
		t.Errorf("line 3 is %q", got)
	}
	if file.Line(0) != "" || file.Line(5) != "" {
		t.Error("lines outside the file are not empty")
	}
}
