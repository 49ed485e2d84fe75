package vm

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/dialect"
)

// writer writes random functions that wait in the middle of everything: of arguments, of
// loops, of lists and of each other. They share no variables, so that nearly all of their
// waits put everything aside.
type writer struct {
	*rand.Rand
	b      strings.Builder
	locals []string // of the function
	dots   bool     // it has ...
	below  int      // functions that it may call
	names  int
}

// functions gives the globals f1 to f5, of which each calls only those before it, and a
// function that calls the last.
func (w *writer) functions() string {
	const n = 5
	for i := 1; i <= n; i++ {
		w.locals, w.dots, w.below = nil, w.IntN(3) == 0, i-1
		var params []string
		for range w.IntN(4) {
			params = append(params, w.local())
		}
		if w.dots {
			params = append(params, "...")
		}
		fmt.Fprintf(&w.b, "function f%d(%s)\n", i, strings.Join(params, ", "))
		w.block(2)
		fmt.Fprintf(&w.b, "return %s\nend\n", w.list())
	}
	fmt.Fprintf(&w.b, "return function(one, two)\nout(f%d(one, two, 3))\nreturn f%d(two)\nend", n, n)
	return w.b.String()
}

func (w *writer) local() string {
	w.names++
	name := fmt.Sprintf("v%d", w.names)
	w.locals = append(w.locals, name)
	return name
}

func (w *writer) block(deep int) {
	known := len(w.locals)
	for range 1 + w.IntN(4) {
		switch k := w.IntN(8); {
		case k < 3:
			value := w.list()
			names := make([]string, 1+w.IntN(3))
			for i := range names {
				names[i] = w.local()
			}
			fmt.Fprintf(&w.b, "local %s = %s\n", strings.Join(names, ", "), value)
		case k == 3 && len(w.locals) > 0:
			fmt.Fprintf(&w.b, "%s = %s\n", w.locals[w.IntN(len(w.locals))], w.list())
		case k == 4 && deep > 0:
			fmt.Fprintf(&w.b, "for _ = 1, answer(%d) do\n", w.IntN(3))
			w.block(deep - 1)
			w.b.WriteString("end\n")
		case k == 5 && deep > 0:
			fmt.Fprintf(&w.b, "if %s > 3 then\n", w.value(1))
			w.block(deep - 1)
			w.b.WriteString("else\n")
			w.block(deep - 1)
			w.b.WriteString("end\n")
		case k == 6:
			fmt.Fprintf(&w.b, "out(%s)\n", w.list())
		default:
			w.b.WriteString("pause()\n")
		}
	}
	w.locals = w.locals[:known]
}

// list is a few values, the last of which may stand for several.
func (w *writer) list() string {
	values := make([]string, 1+w.IntN(3))
	for i := range values {
		values[i] = w.value(2)
	}
	switch w.IntN(5) {
	case 0:
		values = append(values, w.call())
	case 1:
		if w.dots {
			values = append(values, "...")
		}
	}
	return strings.Join(values, ", ")
}

// call is a call of another function, or one that waits.
func (w *writer) call() string {
	if w.below == 0 {
		return "answer(7)"
	}
	args := make([]string, w.IntN(4))
	for i := range args {
		args[i] = w.value(1)
	}
	return fmt.Sprintf("f%d(%s)", 1+w.IntN(w.below), strings.Join(args, ", "))
}

// value is a number.
func (w *writer) value(deep int) string {
	switch k := w.IntN(9); {
	case k < 2 && len(w.locals) > 0:
		return "(" + w.locals[w.IntN(len(w.locals))] + " or 5)"
	case k == 2 && deep > 0:
		return "(" + w.value(deep-1) + " + " + w.value(deep-1) + ") % 9"
	case k == 3 && deep > 0:
		return "answer(" + w.value(deep-1) + ")"
	case k == 4 && deep > 0 && w.below > 0:
		return "(" + w.call() + " or 6)"
	case k == 5 && w.dots:
		return `select("#", ...)`
	case k == 6 && deep > 0:
		return "#{" + w.value(deep-1) + ", answer(" + w.value(deep-1) + ")}"
	default:
		return fmt.Sprint(w.IntN(9))
	}
}

// load gives the function that a source returns.
func (w *writer) load(t *testing.T, h *harness, b *Branch, src string) lua.LValue {
	chunk, err := dialect.Load("t.lua", []byte(src))
	if err != nil {
		t.Fatal(err, src)
	}
	made, failed := b.Call(h.m.State().NewFunctionFromProto(chunk.Proto))
	if failed != nil {
		t.Fatal(failed, src)
	}
	return made[0]
}

// together runs a function in so many branches at once, and gives what each came to.
func (w *writer) together(t *testing.T, src string, n int, park bool) []string {
	kept := 0
	h := parkingWith(t, &kept, Options{Attach: dialect.Attach})
	printed := printedByBranch(h)
	outcomes := make([]string, n)
	h.m.Go(nil, nil, func(b *Branch) {
		fn := w.load(t, h, b, src)
		for i := range outcomes {
			args := []lua.LValue{lua.LNumber(i), lua.LNumber(i % 3)}
			if park {
				h.m.Start(b, nil, fn, args, func(b *Branch, results []lua.LValue, err *Error) {
					outcomes[i] = outcome(&harness{out: printed[b]}, results, err)
				})
				continue
			}
			h.m.Go(b, nil, func(b *Branch) {
				results, err := b.Call(fn, args...)
				outcomes[i] = outcome(&harness{out: printed[b]}, results, err)
			}, nil)
		}
		b.Await(func(wake func()) func(error) { go wake(); return func(error) {} })
	}, nil)
	h.m.Wait()
	if park && kept > 0 {
		t.Errorf("%d waits kept their goroutine:\n%s", kept, src)
	}
	return outcomes
}

// Random functions that wait come to the same with a thread that they give up and with
// one of their own, however many run beside each other.
func TestRandomFunctionsGoOnAsTheyWere(t *testing.T) {
	programs, ended := 200, 0
	if n, err := strconv.Atoi(os.Getenv("PROGRAMS")); err == nil {
		programs = n
	}
	const branches = 5
	for seed := range uint64(programs) {
		w := &writer{Rand: rand.New(rand.NewPCG(seed, 1))}
		src := w.functions()
		alone, together := w.together(t, src, branches, false), w.together(t, src, branches, true)
		for i := range branches {
			if alone[i] != together[i] {
				t.Fatalf("seed %d, branch %d\n%s\nwith a thread of its own: %s\nwithout:                  %s", seed, i, src, alone[i], together[i])
			}
			if strings.Contains(alone[i], "gave [") {
				ended++
			}
		}
	}
	if ended < programs*branches*9/10 {
		t.Errorf("%d of %d ran to their end", ended, programs*branches)
	}
}
