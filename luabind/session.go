package luabind

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/dialect"
	"recue/luabind/syntax"
	"recue/luabind/vm"
	"recue/runtime/fault"
	"recue/runtime/script"
)

// session is one run whose pieces are entered one by one. Each is a piece as a declared
// function is one: it has finally functions and limits of its own.
type session struct {
	run     *run
	entries int
	growing growing
}

// growing is an entry that is not complete yet. To read it anew with every line would take
// for ever where there are thousands; as long as brackets or blocks are open, it need not be.
type growing struct {
	text  string
	open  int           // see syntax.Balance
	known bool          // whether open is
	read  int           // the bytes that were there when it was read last
	err   *script.Error // of that time
}

// smallEntry is up to how many bytes an entry is read with every line, so that a mistake is
// told where it was made. What is larger is also read whenever it has doubled.
const smallEntry = 8 << 10

// add takes the text with what has been added, and says whether it cannot be complete yet.
func (g *growing) add(text string) bool {
	more, grown := strings.CutPrefix(text, g.text)
	if !grown || g.text == "" {
		*g = growing{known: true}
		more = text
	}
	open, ok := syntax.Balance(more)
	g.text, g.open, g.known = text, g.open+open, g.known && ok
	return g.err != nil && g.known && g.open > 0 && len(text) > smallEntry && len(text) < 2*g.read
}

// Begin begins a session; see script.Engine.
func (Engine) Begin(host script.Host) (script.Session, error) {
	if host.Scope == nil {
		host.Scope = host.Recorder.Scope()
	}
	s := &session{run: &run{}}
	if err := s.run.prepare(host, "repl"); err != nil {
		return nil, err
	}
	return s, nil
}

// Close ends the session.
func (s *session) Close() { s.run.end() }

// Read reads one entry; see script.Session.
func (s *session) Read(text string, all bool) (script.Entry, error) {
	if s.growing.add(text) && !all {
		return script.Entry{}, s.growing.err
	}
	name := fmt.Sprintf("input %d", s.entries+1)
	limits := s.run.limits
	file, err := syntax.Limits{Source: limits.Source, Nesting: limits.Nesting}.ParseEntry(name, []byte(text))
	if err != nil {
		wrong := entryError(err, text)
		if s.growing.read, s.growing.err = len(text), wrong; !errors.Is(wrong, script.ErrIncomplete) {
			s.growing = growing{} // it does not go on
		}
		return script.Entry{}, wrong
	}
	s.growing = growing{}
	entry := script.Entry{Locals: locals(file)}
	silent := hideTailCall(file)
	chunk, err := dialect.Compile(file, nil, reserved()...)
	if err != nil {
		return script.Entry{}, entryError(err, text)
	}
	s.entries++ // functions that it defines name its lines for as long as they live
	s.run.chunks[name] = chunk
	entry.Run = func(ctx context.Context) error {
		return s.run.declared(s.run.printing(chunk, silent)).Run(ctx, s.run.host.Env)
	}
	return entry, nil
}

// entryError is an entry that is no Lua.
func entryError(err error, text string) *script.Error {
	e := syntaxError(err, []byte(text))
	var wrong *syntax.Error
	if errors.As(err, &wrong) && wrong.Unfinished {
		e.Err = fault.Usage(errors.Join(err, script.ErrIncomplete), "")
	}
	return e
}

// locals are the names of the variables that the entry itself declares.
func locals(file *syntax.File) []string {
	var names []string
	for _, s := range file.Body {
		switch s := s.(type) {
		case *syntax.LocalStmt:
			names = append(names, syntax.Texts(s.Names)...)
		case *syntax.LocalFuncStmt:
			names = append(names, s.Name.Text)
		}
	}
	return names
}

// hideTailCall puts a value in front of what an entry returns where that is all it does,
// and gives the number of such values: a call alone behind return is a tail call, and an
// error in it could not name the line.
func hideTailCall(file *syntax.File) (silent int) {
	if len(file.Body) != 1 {
		return 0
	}
	back, ok := file.Body[0].(*syntax.ReturnStmt)
	if !ok {
		return 0
	}
	back.Exprs = append([]syntax.Expr{&syntax.NilExpr{Node: back.Node}}, back.Exprs...)
	return 1
}

// printing is a function that runs a chunk and prints what it returns but for the first
// values, which are silent.
func (r *run) printing(chunk *dialect.Chunk, silent int) *lua.LFunction {
	L := r.vm.State()
	fn := L.NewFunctionFromProto(chunk.Proto)
	return L.NewFunction(func(L *lua.LState) int {
		b := vm.Of(L)
		values, failed := b.Call(fn)
		if failed != nil {
			b.Rethrow(L, failed)
		}
		if values = values[min(silent, len(values)):]; len(values) > 0 {
			if err := writeOut(b, b.Host().(*local).env, display(values)+"\n"); err != nil {
				vm.Raise(L, lua.LString(err.Error()))
			}
		}
		return 0
	})
}

// entryWidth is up to how many characters values are shown on one line.
const entryWidth = 100

// display is values as Lua writes them, on one line or, a table that is too wide for
// that, on a line for each entry.
func display(values []lua.LValue) string {
	short := make([]string, len(values))
	for i, v := range values {
		short[i] = literal(v, false)
	}
	if line := strings.Join(short, ", "); utf8.RuneCountInString(line) <= entryWidth {
		return line
	}
	for i, v := range values {
		if utf8.RuneCountInString(short[i]) > entryWidth {
			short[i] = literal(v, true)
		}
	}
	return strings.Join(short, ",\n")
}
