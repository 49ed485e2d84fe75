package luabind

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
	"recue/runtime/clock"
	"recue/runtime/script"
)

// environment is what one piece of a script runs in: the script itself, or a
// function that it declared. Every branch of the piece shares it.
type environment struct {
	script.Env
	finals []*lua.LFunction // run last first
	// unfinished are the expectations that were begun and to which no matcher was called.
	unfinished map[*expectation]struct{}

	finally          int   // functions given to finally
	written, overrun int64 // bytes, see spend
	cut              bool  // a limit has ended the piece or one of its finally functions

	graceFrom sync.Once
	graceEnd  time.Time // for the finally functions of a piece that was cancelled
}

// declared makes a function of the script callable from outside, as a piece of
// its own. first are its first arguments.
func (r *run) declared(fn *lua.LFunction, first ...any) script.Start {
	return func(ctx context.Context, env script.Env, ended func(error), args ...any) {
		r.begin(ctx, &environment{Env: env}, fn, append(first[:len(first):len(first)], args...), func(env *environment, failed *script.Error) {
			r.finish(ctx, env, failed, nil, ended)
		})
	}
}

// whole runs the script itself: its chunk, then what comes after a good end, then
// its finally functions.
func (r *run) whole(ctx context.Context, env script.Env, chunk *lua.LFunction, args []any) error {
	over := make(chan error, 1)
	ended := func(err error) { r.hold(); over <- err }
	r.top = &environment{Env: env}
	r.begin(ctx, r.top, chunk, args, func(env *environment, failed *script.Error) {
		r.top = nil
		if failed != nil || r.host.Then == nil {
			r.finish(ctx, env, failed, nil, ended)
			return
		}
		r.hold()
		go func() { // Then may block, and this is a branch's end
			if err := r.host.Then(ctx); err != nil && !errors.As(err, &failed) {
				failed = &script.Error{Message: err.Error(), Err: err}
			}
			r.finish(ctx, env, failed, nil, ended)
			r.release()
		}()
	})
	r.release()
	return <-over
}

// begin starts a piece. ended is called within the end of its branch.
func (r *run) begin(ctx context.Context, env *environment, fn *lua.LFunction, args []any, ended func(*environment, *script.Error)) {
	r.protected(env, fn, args, endsWith(ctx), func(failed *script.Error) { ended(env, failed) })
}

// finish runs the finally functions of a piece, the last one first, and then ended.
// Each begins within the end of the one before: what order things have in a
// rehearsal is not left to the Go scheduler.
func (r *run) finish(ctx context.Context, env *environment, failed *script.Error, also []*script.Error, ended func(error)) {
	if len(env.finals) == 0 {
		if failed == nil && len(also) == 0 {
			failed = r.forgotten(env)
		}
		ended(end(ctx, failed, also))
		return
	}
	fn := env.finals[len(env.finals)-1]
	env.finals = env.finals[:len(env.finals)-1]
	r.protected(env, fn, nil, r.graceAfter(ctx, env), func(e *script.Error) {
		if e != nil {
			also = append(also, e)
		}
		r.finish(ctx, env, failed, also, ended)
	})
}

// end joins what a piece and its finally functions ended with. An interrupt
// that came when only they were left is the end of the piece all the same.
func end(ctx context.Context, failed *script.Error, also []*script.Error) error {
	if cause := context.Cause(ctx); failed == nil && cause != nil {
		failed = &script.Error{Message: cause.Error(), Err: cause}
	}
	if failed == nil && len(also) > 0 {
		failed, also = also[0], also[1:]
	}
	if failed == nil {
		return nil
	}
	failed.Also = also
	return failed
}

// protected starts fn as a root branch. during is called with what cancels the
// branch, and gives what ends its care; ended is called within the branch's end.
func (r *run) protected(env *environment, fn *lua.LFunction, args []any, during func(cancel func(error)) (over func()), ended func(*script.Error)) {
	var over func()
	ready := make(chan struct{})
	values := make([]lua.LValue, len(args))
	for i, a := range args {
		values[i] = toLua(r.vm.State(), a) // a table of its own, which needs no baton
	}
	branch := r.vm.Start(nil, &local{env: env, scope: env.Scope}, fn, values, func(b *vm.Branch, _ []lua.LValue, err *vm.Error) {
		var failed *script.Error
		if err != nil {
			failed = r.explain(b, err)
		} else if cause := b.Cause(); cause != nil {
			failed = r.explain(b, &vm.Error{Value: lua.LNil})
		}
		var limit *vm.LimitError
		cut := errors.As(b.Cause(), &limit)
		<-ready
		env.cut = env.cut || cut // during has read it
		over()
		ended(failed)
	})
	over = during(branch.Cancel)
	close(ready)
}

// endsWith cancels with ctx.
func endsWith(ctx context.Context) func(cancel func(error)) func() {
	return func(cancel func(error)) func() {
		stop := afterFunc(ctx, func() { cancel(context.Cause(ctx)) })
		return func() { stop() }
	}
}

// graceAfter cancels when the grace is over, which begins with the end of ctx, or
// at once where a limit has ended the piece: a script that runs wild ends all
// the same. The grace is one for all finally functions.
func (r *run) graceAfter(ctx context.Context, env *environment) func(cancel func(error)) func() {
	return func(cancel func(error)) func() {
		var mu sync.Mutex
		var timer clock.Timer
		what := "interrupt"
		if env.cut && ctx.Err() == nil {
			what = "limit"
		}
		begin := sync.OnceFunc(func() {
			env.graceFrom.Do(func() { env.graceEnd = r.host.Clock.Now().Add(env.Grace) })
			mu.Lock()
			defer mu.Unlock()
			timer = r.host.Clock.AfterFunc(env.graceEnd.Sub(r.host.Clock.Now()), func() {
				cancel(fmt.Errorf("not finished %v after the %s", env.Grace, what))
			})
		})
		stop := afterFunc(ctx, begin)
		if env.cut {
			begin()
		}
		return func() {
			stop()
			mu.Lock()
			defer mu.Unlock()
			if timer != nil {
				timer.Stop()
			}
		}
	}
}

// afterFunc is context.AfterFunc, but leaves it to a context that has an AfterFunc
// of its own on which goroutine f runs: the context of a rehearsal acts at once.
func afterFunc(ctx context.Context, f func()) (stop func() bool) {
	if own, ok := ctx.(interface{ AfterFunc(func()) func() bool }); ok {
		return own.AfterFunc(f)
	}
	return context.AfterFunc(ctx, f)
}

// hold and release keep virtual time from going on while a goroutine of the script
// has something to do that is no branch; for real time they do nothing.
func (r *run) hold() {
	if holder, ok := r.host.Clock.(clock.Holder); ok {
		holder.Hold()
	}
}

func (r *run) release() {
	if holder, ok := r.host.Clock.(clock.Holder); ok {
		holder.Release()
	}
}

// busy holds virtual time while a branch has something to do; nil for real time.
func (r *run) busy() func(bool) {
	holder, ok := r.host.Clock.(clock.Holder)
	if !ok {
		return nil
	}
	return func(busy bool) {
		if busy {
			holder.Hold()
		} else {
			holder.Release()
		}
	}
}
