package luabind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/stdlib"
	"recue/luabind/tables"
)

// Complete says what may stand at the end of an entry: an option, where a table of options
// is open, else a field or a global as they are now; see script.Session.
func (s *session) Complete(text string) (from int, candidates []string) {
	at := scan(text)
	if at.quoted {
		return len(text), nil
	}
	from = len(text) - len(at.word)
	path, prefix := "", at.word
	if dot := strings.LastIndexAny(at.word, ".:"); dot >= 0 {
		path, prefix = at.word[:dot], at.word[dot+1:]
		from += dot + 1
	}
	var names []string
	if options := optionsOf(at.options); path == "" && options != nil {
		names = options
	} else {
		names = s.names(path)
	}
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			candidates = append(candidates, name)
		}
	}
	slices.Sort(candidates)
	return from, slices.Compact(candidates)
}

// names are those within a path such as "string", or the globals and the words of the
// language for "". Those that scripts have not are left out.
func (s *session) names(path string) []string {
	L := s.run.vm.State()
	var table *lua.LTable = L.G.Global
	var names []string
	if path == "" {
		names = []string{"and", "break", "else", "elseif", "end", "false", "for", "function", "local", "nil", "not", "repeat", "return", "then", "true", "until", "while"}
	}
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == ':' }) {
		if table = fieldsOf(table.RawGetString(part)); table == nil {
			return nil
		}
	}
	for key := range tables.All(table) {
		name, ok := key.(lua.LString)
		full := string(name)
		if path != "" {
			full = path + "." + full
		}
		if _, absent := stdlib.Absent(full); ok && !absent && plainName.MatchString(string(name)) {
			names = append(names, string(name))
		}
	}
	return names
}

// fieldsOf is the table that has the fields of a value, without calling into Lua; nil for none.
func fieldsOf(v lua.LValue) *lua.LTable {
	table, ok := v.(*lua.LTable)
	if !ok {
		return nil
	}
	if meta, ok := table.Metatable.(*lua.LTable); ok { // such as log's, which shows another's fields
		if shown, ok := meta.RawGetString("__index").(*lua.LTable); ok && tables.Count(table) == 0 {
			return shown
		}
	}
	return table
}

// optionsOf are the options that a function takes, ready for a value; nil where it takes none.
func optionsOf(function string) []string {
	for _, f := range Funcs() {
		if f.Name != function {
			continue
		}
		var names []string
		for _, p := range f.Params {
			for _, option := range p.Fields {
				names = append(names, option.Name+" = ")
			}
		}
		return names
	}
	return nil
}

// place is where an unfinished text ends.
type place struct {
	word    string // the name that is being written, with those in front: "log.in"
	quoted  bool   // within a text or a remark
	options string // the function in whose open table a key may stand; "" for none
}

// opened is a bracket that is still open.
type opened struct {
	bracket  byte
	function string // that is called with it, or with the bracket around it
	key      bool   // a key may stand here: behind { or a comma
}

// scan reads a text as far as brackets, texts and names go.
func scan(text string) place {
	var open []opened
	word := "" // the last name, while nothing but blanks has followed it
	ended := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case nameByte(c) || (c == '.' || c == ':') && word != "" && !ended:
			if ended {
				word, ended = "", false
			}
			word += string(c)
			continue
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			ended = true
			continue
		case c == '"' || c == '\'' || c == '-' && strings.HasPrefix(text[i:], "--") || c == '[' && strings.HasPrefix(text[i:], "[["):
			end := skip(text, i)
			if end < 0 {
				return place{quoted: true}
			}
			i = end - 1
		case c == '(' || c == '{':
			o := opened{bracket: c, function: word, key: c == '{'}
			if n := len(open); word == "" && c == '{' && n > 0 && open[n-1].bracket == '(' {
				o.function = open[n-1].function
			}
			open = append(open, o)
		case (c == ')' || c == '}') && len(open) > 0:
			open = open[:len(open)-1]
		}
		if n := len(open); n > 0 && c != '{' {
			open[n-1].key = open[n-1].bracket == '{' && c == ','
		}
		word, ended = "", false
	}
	if ended {
		word = ""
	}
	at := place{word: word}
	if n := len(open); n > 0 && open[n-1].key {
		at.options = open[n-1].function
	}
	return at
}

func nameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// skip gives the offset behind the text or remark that begins at i; -1 where it does not end.
func skip(text string, i int) int {
	closing := ""
	switch {
	case strings.HasPrefix(text[i:], "--[["), strings.HasPrefix(text[i:], "[["):
		closing = "]]"
	case text[i] == '-':
		closing = "\n"
	default:
		for j := i + 1; j < len(text); j++ {
			if text[j] == '\\' {
				j++
			} else if text[j] == text[i] {
				return j + 1
			}
		}
		return -1
	}
	if end := strings.Index(text[i:], closing); end >= 0 {
		return i + end + len(closing)
	}
	return -1
}
