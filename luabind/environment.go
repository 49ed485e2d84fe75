package luabind

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/vm"
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
	failed := r.protected(ctx, env, fn, args)
	if failed == nil && then != nil {
		if err := then(ctx); err != nil && !errors.As(err, &failed) {
			failed = &script.Error{Message: err.Error(), Err: err}
		}
	}
	var also []*script.Error
	for len(env.finals) > 0 {
		fn := env.finals[len(env.finals)-1]
		env.finals = env.finals[:len(env.finals)-1]
		if e := r.finalize(ctx, env, fn); e != nil {
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

// protected runs fn as a root branch that ends with ctx.
func (r *run) protected(ctx context.Context, env *environment, fn *lua.LFunction, args []any) (failed *script.Error) {
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
	}, func() { close(done) })
	stop := context.AfterFunc(ctx, func() { branch.Cancel(context.Cause(ctx)) })
	defer stop()
	<-done
	return failed
}

// finalize runs one finally function: for as long as it takes after an ordinary
// end, until the grace is over once the piece was cancelled. The grace is one for
// all finally functions.
func (r *run) finalize(ctx context.Context, env *environment, fn *lua.LFunction) *script.Error {
	own, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		env.graceFrom.Do(func() { env.graceEnd = time.Now().Add(env.Grace) })
		timer := time.NewTimer(time.Until(env.graceEnd))
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(fmt.Errorf("not finished %v after the interrupt", env.Grace))
		case <-own.Done():
		}
	})
	defer stop()
	return r.protected(own, env, fn, nil)
}
