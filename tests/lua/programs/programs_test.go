package programs

import (
	"strings"
	"testing"

	"recue/luabind/syntax"
)

func TestProgramsAreValidAndRepeatable(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(300) {
		p := Generate(seed)
		if p != Generate(seed) {
			t.Fatalf("seed %d gives two programs", seed)
		}
		if seen[p] {
			t.Errorf("seed %d gives the program of another", seed)
		}
		seen[p] = true
		if _, err := syntax.Parse(Name, []byte(p)); err != nil {
			t.Errorf("seed %d: %v\n%s", seed, err, p)
		}
	}
}

// Every rule of the grammar is used, or it would test nothing.
func TestProgramsUseTheWholeLanguage(t *testing.T) {
	var all strings.Builder
	for seed := range uint64(300) {
		body, _ := Body(Generate(seed))
		all.WriteString(body)
	}
	text := all.String()
	for _, part := range []string{
		"while ", "repeat\n", "until ", "elseif ", "else\n", "break", "return ", "do\n", "for i = ", " in ipairs", " in next", "local function ", "function G0_", ":add(", "function(...)",
		"__add", "__sub", "__mul", "__div", "__mod", "__pow", "__concat", "__eq", "__lt", "__le", "__unm", "__call", "__index", "__newindex", "__tostring", "__len", "__metatable",
		"coroutine.create", "coroutine.wrap", "coroutine.yield", "coroutine.resume", "coroutine.status", "coroutine.running",
		"pcall(", "xpcall(", "error(", "assert(", "select('#'", "unpack(", "setmetatable(", "getmetatable(", "rawget", "rawset", "rawequal", "next(", "tonumber", "tostring(", "type(",
		"string.find", "string.match", "gmatch(", "string.gsub", "string.format", ":rep(", ":sub(", ":byte(", ":upper()", ":lower()", ":reverse()", ":len()", "string.char(", "%b", "%f[", "%1",
		"table.insert", "table.remove", "table.concat", "table.sort", "table.maxn", "table.getn", "table.foreachi", "math.floor", "math.fmod", "math.modf", "math.frexp", "math.huge", "[==[", "--[[",
		" and ", " or ", "not ", " .. ", "~=", "<=", ">=", "^", " % ", "#",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("no program has %q", part)
		}
	}
}

func TestCopiesHaveGlobalsOfTheirOwn(t *testing.T) {
	p := Generate(1)
	name, source := Branch(p, 2)
	if name != "prog2.lua" || strings.Contains(source, "G0_") || !strings.Contains(source, "G2_") || strings.Count(source, "\n") != strings.Count(p, "\n") {
		t.Errorf("copy 2 is %q with\n%.300s", name, source)
	}
	if got := Unmark("prog2.lua:7: global 'G2_n'", 2); got != "prog0.lua:7: global 'G0_n'" {
		t.Errorf("Unmark gives %q", got)
	}
}

func TestShrinkKeepsWhatMatters(t *testing.T) {
	p := Generate(7)
	body, _ := Body(p)
	body = strings.Replace(body, "catch(", "for i = 1, 3 do\n local needle = i\n say(needle)\nend\ncatch(", 1)
	p = firstLine + prelude + body
	small := Shrink(p, func(candidate string) bool { return strings.Contains(candidate, "local needle = i\n") })
	if got, _ := Body(small); strings.TrimSpace(got) != "local needle = i" {
		t.Errorf("left over is\n%s", got)
	}
}
