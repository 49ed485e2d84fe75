package luabind

import (
	"slices"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/check"
	"recue/luabind/dialect"
	"recue/luabind/stdlib"
	"recue/luabind/syntax"
	"recue/luabind/tables"
	"recue/luabind/vm"
	"recue/runtime/fault"
	"recue/runtime/protocol"
	"recue/runtime/script"
)

// Check finds mistakes in scripts; see script.Engine.
func (Engine) Check(sources []script.Source, limits script.Limits) []script.Finding {
	return library().Check(sources, syntax.Limits{Source: limits.Source, Nesting: limits.Nesting})
}

// library is what check knows about scripts, made from the Funcs and from the
// globals of a real state, so that it cannot differ from what scripts find.
var library = sync.OnceValue(func() *check.Library {
	commands := commandNames()
	l := &check.Library{
		Globals: globals(), Commands: commands, CheckCommand: func(v check.Value) error { return oneOf(commands...)(valueOf(v)) },
		Absent:  stdlib.Absent,
		Nearest: nearest,
		UnknownOption: func(elsewhere map[string]string, name string, known []string) string {
			return unknownOption(elsewhere, name, known).Error()
		},
		UnknownMatcher: func(name string, never bool) string {
			if err := checkMatcher(name, never); err != nil {
				return err.Error()
			}
			return ""
		},
		ReplyValues: map[string][]string{
			"app_status": texts(protocol.AppStatuses), "code": texts(fault.Codes),
			"msg_status": texts([]protocol.MsgStatus{protocol.Success, protocol.Failure}),
		},
		AtMost: atMost,
		Show:   func(v check.Value) string { return show(valueOf(v)) },
	}
	own := reserved()
	l.Compile = func(file *syntax.File) error {
		_, err := dialect.Compile(file, nil, own...)
		return err
	}
	for _, f := range Funcs() {
		known := check.Func{
			Name: f.Name, Signature: f.Signature(), Params: knownParams(f.Params), Verify: f.verifyOptions(),
		}
		known.Results, known.Gives = knownResults(f.Returns)
		if len(f.Returns) > 0 {
			known.Reply, known.Expectation = f.Returns[0].Type == "Reply", f.Returns[0].Type == "Expectation"
		}
		l.Funcs = append(l.Funcs, known)
	}
	l.Index()
	return l
})

// knownResults is how many values a function gives, -1 where that is not known, and the kind of the first.
func knownResults(returns []Return) (int, check.Kind) {
	if len(returns) == 0 {
		return 0, check.Nil
	}
	kind := map[string]check.Kind{
		"Reply": check.Tables, "table": check.Tables, "SimCommand[]": check.Tables, "number": check.Number, "string": check.Text,
	}[returns[0].Type]
	if kind == check.Unknown {
		return -1, kind
	}
	return len(returns), kind
}

// texts are texts of a type of their own as plain ones.
func texts[T ~string](list []T) []string {
	plain := make([]string, len(list))
	for i, text := range list {
		plain[i] = string(text)
	}
	return plain
}

// verifyOptions is Verify for a table of options alone; nil where there is none.
func (f *Func) verifyOptions() func(check.Value) error {
	if f.Verify == nil {
		return nil
	}
	return func(v check.Value) error {
		c := &Call{fn: f}
		for _, p := range f.Params {
			if p.Fields == nil {
				continue
			}
			if err := c.takeOptions(p.Fields, p.Elsewhere, valueOf(v).(*lua.LTable), nil); err != nil {
				return nil // an option is wrong by itself: said before
			}
		}
		return f.Verify(c)
	}
}

func knownParams(params []Param) []check.Param {
	var known []check.Param
	for _, p := range params {
		k := check.Param{
			Name: p.Name, Article: p.Type.Article,
			Optional: p.Optional, Rest: p.Rest, NotNil: p.NotNil, Any: p.Type.Name == Any.Name,
			Fits:      func(v check.Value) bool { return p.Type.fits(valueOf(v)) },
			Elsewhere: p.Elsewhere, Fields: knownParams(p.Fields),
		}
		if p.Check != nil {
			k.Check = func(v check.Value) error { return p.Check(valueOf(v)) }
		}
		known = append(known, k)
	}
	return known
}

// valueOf is a Lua value of that kind; the value itself where it is known.
func valueOf(v check.Value) lua.LValue {
	switch v.Kind {
	case check.Boolean:
		return lua.LBool(v.Bool)
	case check.Number:
		return lua.LNumber(v.Number)
	case check.Text:
		return lua.LString(v.Text)
	case check.Function:
		return &lua.LFunction{}
	case check.Tables:
		t := &lua.LTable{Metatable: lua.LNil}
		for _, f := range v.Fields {
			t.RawSet(valueOf(f.Key), valueOf(f.Value))
		}
		return t
	}
	return lua.LNil
}

// globals are the names that a script finds, with the fields of the libraries.
func globals() map[string]check.Table {
	m := vm.New(vm.Options{})
	L := m.State()
	defer L.Close()
	stdlib.Open(L, stdlib.Host{})
	dialect.Install(L, dialect.Options{})
	known := map[string]check.Table{"arg": {}, "vars": {}}
	for key, v := range tables.All(L.G.Global) {
		table, isTable := v.(*lua.LTable)
		if !isTable || table == L.G.Global {
			known[key.String()] = check.Table{}
			continue
		}
		fields := map[string]bool{}
		for key := range tables.All(table) {
			fields[key.String()] = true
		}
		known[key.String()] = check.Table{Fields: fields}
	}
	for _, f := range Funcs() {
		group, name, grouped := strings.Cut(f.Name, ".")
		if !grouped {
			known[group] = check.Table{}
			continue
		}
		if known[group].Fields == nil {
			known[group] = check.Table{Fields: map[string]bool{}, ReadOnly: slices.Contains(reserved(), group)}
		}
		known[group].Fields[name] = true
	}
	return known
}
