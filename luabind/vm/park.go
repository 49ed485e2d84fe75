package vm

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// A branch that Start made needs no goroutine while it waits, if nothing but its
// own Lua functions is under way in it: its Lua thread yields, which leaves the
// interpreter's loop with all calls in place, and the goroutine, a driver, goes
// on with the next branch that has its turn. Ten thousand branches that wait
// are then ten thousand Lua threads and not as many goroutines' stacks, which
// are larger, and a hand-over is a function's return.
//
// gopher-lua's yield is sound from there and only from there (see coroutine.go):
// a branch that waits within a pcall, a metamethod, an iterator, a comparator or a
// coroutine keeps its goroutine, as Await does it.

// parked is what a branch waits for without a goroutine.
type parked struct {
	finish  func() (value lua.LValue, raise func(L *lua.LState))
	wanted  int        // results of the call that waits, or lua.MultRet
	last    bool       // nothing but that call was left to do
	trace   []Position // where the branch is, if its thread does not tell any more
	waiting bool       // since Park
}

// Start is Go for a branch that calls one Lua function. ended is called with what
// it gave, with the baton held.
func (m *VM) Start(parent *Branch, host any, fn lua.LValue, args []lua.LValue, ended func(b *Branch, results []lua.LValue, err *Error)) *Branch {
	b := &Branch{vm: m, parent: parent, host: host}
	b.task = &task{fn: fn, args: args, ended: ended, place: waiter{branch: b}}
	b.enter()
	m.baton.ask(&b.task.place)
	return b
}

// task is what a branch has to do that Start made.
type task struct {
	fn     lua.LValue // nil once it has begun
	args   []lua.LValue
	ended  func(b *Branch, results []lua.LValue, err *Error)
	via    *via // of the driver that runs it
	parked parked
	aside  aside  // while it is parked
	place  waiter // in the queue for the baton
}

// Park is Await without a goroutine, for a function that Lua called on L, where
// that can be; else it does nothing and gives false. After true the function must
// return -1 at once. When the branch has its turn again, finish is called: it
// gives the function's one result (nil: none), or how to raise its error, on the
// thread that runs the branch then.
func (b *Branch) Park(L *lua.LState, start func(wake func()) (cancel func(cause error)), finish func() (value lua.LValue, raise func(L *lua.LState))) bool {
	if b.task == nil || len(b.threads) != 1 || b.threads[0] != L || b.shielded {
		return false
	}
	frame, _ := currentFrame(L)
	tail, ok := parkable(frame)
	if !ok {
		return false
	}
	p := &b.task.parked
	*p = parked{finish: finish, wanted: frame.results(), waiting: true}
	if tail {
		p.trace = b.Trace() // the calling function's frame is given up
	}
	b.begin(start, &b.task.place)
	L.SetTop(0)
	L.Parent = b.task.via.thread // to whom gopher-lua yields
	return true
}

// onlyCalls says whether nothing but Lua functions that call each other is below
// the frame of a Go function.
func onlyCalls(frame frameView) bool {
	_, ok := parkable(frame)
	return ok
}

// parkable says whether nothing but Lua functions that call each other is below
// the frame of a Go function, and whether it is a tail call.
func parkable(frame frameView) (tail, ok bool) {
	f, more := frame.parent()
	for first := true; more; first = false {
		if f.fn().IsG {
			return false, false
		}
		switch f.opcode() {
		case lua.OP_CALL:
		case lua.OP_TAILCALL:
			tail = first
		default: // a metamethod, or an iterator
			return false, false
		}
		f, more = f.parent()
	}
	return tail, true
}

// step runs a branch until it waits or has ended. The caller holds the baton, and
// lends what a driver has.
func (b *Branch) step(via *via) {
	t := b.task
	t.via = via
	var results []lua.LValue
	var err *Error
	if fn := t.fn; fn != nil {
		args := t.args
		t.fn, t.args = nil, nil
		results, err = b.first(fn, args)
	} else {
		results, err = b.resume()
	}
	if t.parked.waiting {
		return
	}
	b.task = nil // what is called from now on must not park
	b.leave(func() { t.ended(b, results, err) })
	b.vm.branches.Done()
}

// first calls the branch's function.
func (b *Branch) first(fn lua.LValue, args []lua.LValue) ([]lua.LValue, *Error) {
	if err := b.callable(fn); err != nil {
		return nil, err
	}
	th := b.vm.startThread(b)
	b.task.via.segments.lend(b, th)
	b.threads = append(b.threads, th)
	err := b.guard(func() {
		b.vm.state.G.CurrentThread = th
		th.Push(fn)
		for _, arg := range args {
			th.Push(arg)
		}
		th.Call(len(args), lua.MultRet)
	})
	return b.stepped(th, err, func() []lua.LValue { return popAll(th) })
}

// resume goes on behind the call that waited.
func (b *Branch) resume() (results []lua.LValue, err *Error) {
	p := &b.task.parked
	b.settled()
	th, via := b.takeUp(), b.task.via.thread
	b.task.via.segments.lend(b, th)
	via.G.CurrentThread = th
	value, raise := p.finish()
	if raise != nil {
		err := b.guard(func() { raise(th) })
		*p = parked{}
		return b.stepped(th, err, nil)
	}
	values := p.values(value)
	last := p.last
	*p = parked{}
	if last {
		return b.stepped(th, nil, func() []lua.LValue { return values })
	}
	via.G.CurrentThread = via
	via.Push(th)
	for _, v := range values {
		via.Push(v)
	}
	b.last = raised{}
	n := b.vm.coroutineResume(via)
	th.Dead = false // it has come to its end, and may be used again
	if via.Get(-n) == lua.LTrue {
		return b.stepped(th, nil, func() []lua.LValue { return popAll(via)[1+via.GetTop()-n:] })
	}
	return b.stepped(th, b.raisedIn(via.Get(-1)), nil)
}

// stepped looks at what a step came to: the branch waits, or has ended with err,
// or with what results gives.
func (b *Branch) stepped(th *lua.LState, err *Error, results func() []lua.LValue) ([]lua.LValue, *Error) {
	defer func() {
		b.task.via.thread.SetTop(0)
		b.vm.state.G.CurrentThread = b.vm.state
	}()
	b.task.via.segments.takeBack(b, th)
	if b.task.parked.waiting && err == nil {
		b.task.parked.last = callDepth(th) == 0
		b.putAside(th)
		return nil, nil
	}
	b.task.parked.waiting = false
	b.threads = b.threads[:0]
	if err != nil {
		return nil, err
	}
	values := results()
	b.vm.freeStarted(th)
	return values, nil
}

// values are the results of the call that waited, as many as its caller wants.
func (p *parked) values(value lua.LValue) []lua.LValue {
	var values []lua.LValue
	if value != nil {
		values = []lua.LValue{value}
	}
	if p.wanted == lua.MultRet || p.last {
		return values
	}
	for len(values) < p.wanted {
		values = append(values, lua.LNil)
	}
	return values[:p.wanted]
}

func popAll(L *lua.LState) []lua.LValue {
	values := make([]lua.LValue, L.GetTop())
	for i := range values {
		values[i] = L.Get(i + 1)
	}
	return values
}

// guard calls f and gives the error that it raises.
func (b *Branch) guard(f func()) (err *Error) {
	defer func() {
		if r := recover(); r != nil {
			err = b.recovered(r)
		}
	}()
	f()
	return nil
}

// raisedIn is the error of a thread that was resumed; gopher-lua has turned what
// was raised into a value.
func (b *Branch) raisedIn(value lua.LValue) *Error {
	if b.last.err != nil && b.last.err.Object == value {
		return &Error{Value: value, Trace: b.last.trace}
	}
	if value == lua.LString(callstackOverflow) {
		return b.recovered(callstackOverflow)
	}
	return b.recovered(fmt.Errorf("%v", value))
}
