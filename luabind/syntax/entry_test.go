package syntax

import (
	"errors"
	"strings"
	"testing"
)

func TestEntriesAreExpressionsOrStatements(t *testing.T) {
	for _, c := range []struct {
		entry  string
		values int    // of the expressions; -1: statements
		wrong  string // part of the error, "more" where it is unfinished
	}{
		{"1 + 1", 1, ""},
		{"=1 + 1", 1, ""},
		{"= 1, 2;", 2, ""},
		{"#list", 1, ""},
		{`start "cam1"`, 1, ""},
		{"f(), g()", 2, ""},
		{"function() end", 1, ""},
		{"x = 1", -1, ""},
		{"f() g()", -1, ""},
		{"return 1", -1, ""},
		{"local x = 1", -1, ""},
		{"-- nothing", -1, ""},
		{"", -1, ""},
		{"for i = 1, 3 do", 0, "more"},
		{"for i = 1, 3 do\n  print(i)", 0, "more"},
		{"for i = 1, 3 do\n  print(i)\nend", -1, ""},
		{"{1,", 0, "more"},
		{"f(", 0, "more"},
		{"x =", 0, "more"},
		{"=", 0, "more"},
		{"1 +", 0, "more"},
		{"function f()", 0, "more"},
		{"local", 0, "more"},
		{"if x then y() else", 0, "more"},
		{"[[text", 0, "more"},
		{"--[[ a remark", 0, "more"},
		{"x = [==[ a\n]]", 0, "more"},
		{`"text`, 0, "unfinished"},
		{"1 + * 2", 0, `unexpected "*"`},
		{"if x then end end", 0, `unexpected "end"`},
		{"foo bar", 0, `unexpected "bar"`},
		{"= x = 1", 0, `unexpected "="`},
		{"break", 0, "outside a loop"},
		{"i++", 0, "unexpected"},
	} {
		file, err := Limits{}.ParseEntry("entry", []byte(c.entry))
		if c.wrong != "" {
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.Unfinished != (c.wrong == "more") || c.wrong != "more" && !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%q: error %+v, want %s", c.entry, err, c.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.entry, err)
			continue
		}
		values := -1
		if len(file.Body) == 1 && c.values >= 0 {
			values = len(file.Body[0].(*ReturnStmt).Exprs)
		}
		if values != c.values {
			t.Errorf("%q: %d values, want %d", c.entry, values, c.values)
		}
	}
}

func TestBalance(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "x = 1": 0, "f(": 1, "{{1}, ": 1, "})": -2, "t[": 1,
		"for i = 1, 3 do": 1, "while x do": 1, "repeat": 1, "until x": -1, "function f()": 1, "if x then": 1, "elseif y then": 0, "end end": -2,
		"for k in pairs{} do if k then f(function() end) end": 1,
		`x = "({[" -- function do`:                            0, "x = [[ ( ]] .. (": 1,
	} {
		if got, ok := Balance(text); got != want || !ok {
			t.Errorf("%q: %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"x = [[", "--[==[ x ]]", `"text`, "?"} {
		if _, ok := Balance(text); ok {
			t.Errorf("%q is taken for whole tokens", text)
		}
	}
}
