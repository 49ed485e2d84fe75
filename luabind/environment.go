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

	graceFrom sync.Once
	graceEnd  time.Time // for the finally functions of a piece that was cancelled
}

// declared makes a function of the script callable from outside, as a piece of
// its own.
func (r *run) declared(fn *lua.LFunction) script.Func {
	return func(ctx context.Context, env script.Env, args ...any) error {
		return r.piece(ctx, env, fn, args, nil)
	}
}

// piece runs fn, then what comes after a good end, then its finally functions.
func (r *run) piece(ctx context.Context, own script.Env, fn *lua.LFunction, args []any, then func(context.Context) error) error {
	env := &environment{Env: own}
	failed := r.protected(env, fn, args, endsWith(ctx))
	if failed == nil && then != nil {
		if err := then(ctx); err != nil && !errors.As(err, &failed) {
			failed = &script.Error{Message: err.Error(), Err: err}
		}
	}
	var also []*script.Error
	for len(env.finals) > 0 {
		fn := env.finals[len(env.finals)-1]
		env.finals = env.finals[:len(env.finals)-1]
		if e := r.protected(env, fn, nil, r.graceAfter(ctx, env)); e != nil {
			also = append(also, e)
		}
	}
	return end(ctx, failed, also)
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

// protected runs fn as a root branch. during is called meanwhile with what cancels
// the branch, and gives what ends its care.
func (r *run) protected(env *environment, fn *lua.LFunction, args []any, during func(cancel func(error)) (over func())) (failed *script.Error) {
	done := make(chan struct{})
	branch := r.vm.Go(nil, &local{env, env.Scope}, func(b *vm.Branch) {
		values := make([]lua.LValue, len(args))
		for i, a := range args {
			values[i] = toLua(r.vm.State(), a)
		}
		if _, err := b.Call(fn, values...); err != nil {
			failed = r.explain(b, err)
		} else if cause := b.Cause(); cause != nil {
			failed = r.explain(b, &vm.Error{Value: lua.LNil})
		}
	}, func() { r.hold(); close(done) })
	over := during(branch.Cancel)
	r.release()
	<-done
	over()
	return failed
}

// endsWith cancels with ctx.
func endsWith(ctx context.Context) func(cancel func(error)) func() {
	return func(cancel func(error)) func() {
		stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
		return func() { stop() }
	}
}

// graceAfter cancels when the grace after the end of ctx is over. The grace is one
// for all finally functions.
func (r *run) graceAfter(ctx context.Context, env *environment) func(cancel func(error)) func() {
	return func(cancel func(error)) func() {
		var mu sync.Mutex
		var timer clock.Timer
		stop := context.AfterFunc(ctx, func() {
			env.graceFrom.Do(func() { env.graceEnd = r.host.Clock.Now().Add(env.Grace) })
			mu.Lock()
			defer mu.Unlock()
			timer = r.host.Clock.AfterFunc(env.graceEnd.Sub(r.host.Clock.Now()), func() {
				cancel(fmt.Errorf("not finished %v after the interrupt", env.Grace))
			})
		})
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

// hold and release keep virtual time from going on while the goroutine of a piece
// has something to do; for real time they do nothing. A piece begins held.
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
