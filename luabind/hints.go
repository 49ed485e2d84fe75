package luabind

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// hintFor says what to try after an error of Lua itself, or a wrong argument that is usual; "" for any other.
func hintFor(message string) string {
	if hint := misspelled(message); hint != "" {
		return hint
	}
	if m := hidden.FindStringSubmatch(message); m != nil && slices.Contains(ownNames(), m[1]) {
		return fmt.Sprintf("a local of the script has the name %s and hides the function: give it another one", m[1])
	}
	for _, h := range luaHints {
		if h.about.MatchString(message) {
			return h.hint
		}
	}
	return ""
}

// hidden is the call of a local that is no function.
var hidden = regexp.MustCompile(`^attempt to call (?:local|upvalue) '(\w+)' \(a \w+ value\)`)

// luaHints answer the messages of Lua that tell a beginner too little; the first that fits counts.
var luaHints = []struct {
	about *regexp.Regexp
	hint  string
}{
	{regexp.MustCompile(`^attempt to compare (number with string|string with number)`), "one of the two is a text: tonumber(text) makes a number of it"},
	{regexp.MustCompile(`^attempt to compare (\w+ with nil|nil with \w+)`), "one of the two has no value: is its name right, was it given?"},
	{regexp.MustCompile(`^attempt to perform arithmetic on .*a string value`), "texts are joined with .. (two dots); tonumber(text) makes a number of a text"},
	{regexp.MustCompile(`^attempt to perform arithmetic on .*a nil value`), "it has no value: is its name right, was it given?"},
	{regexp.MustCompile(`^attempt to call .*a table value`), "a loop over a list is written: for i, v in ipairs(list) do"},
	{regexp.MustCompile(`^attempt to (index|concatenate) field '\?' \(a nil value\)`), "the table has no such entry; lists begin at 1"},
	{regexp.MustCompile(`^attempt to index .*a boolean value`), "true and false have no fields: does what gave this value end with return?"},
	{regexp.MustCompile(`^attempt to concatenate .*a boolean value`), "tostring(value) makes a text of it"},
	{regexp.MustCompile(`^'for' (initial value|limit|step) must be a number`), "is its name right, was it given? tonumber(text) makes a number of a text"},
	{regexp.MustCompile(`^parallel: branch .* is a reply: `), `write function() return start("cam1") end, or {cmd = "start", task_id = "cam1"}, or parallel({"cam1", "cam2"}, start)`},
	{regexp.MustCompile(`^stack overflow`), "does a function call itself without an end?"},
}

var undefined = regexp.MustCompile(`attempt to (?:call|index) global '(\w+)' \(a nil value\)`)

// misspelled is the hint for the use of a name that nobody defined.
func misspelled(message string) string {
	m := undefined.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	known := append(ownNames(), "pairs", "ipairs", "tostring", "tonumber", "pcall", "error", "assert", "select", "type", "unpack", "next", "string", "table", "math", "os", "coroutine", "arg", "vars")
	if near := nearest(m[1], known); near != "" {
		return fmt.Sprintf("%s is not defined; did you mean %s?", m[1], near)
	}
	return fmt.Sprintf("%s is not defined: is it misspelled, or local to another function?", m[1])
}

// ownNames are the names that Recue's functions begin with.
func ownNames() []string {
	var names []string
	for _, f := range Funcs() {
		name, _, _ := strings.Cut(f.Name, ".")
		names = append(names, name)
	}
	return names
}
