package scenario

import (
	"errors"
	"fmt"
	"sync"

	"recue/runtime/script"
)

// tree is what one file declares. It is a script.Tests.
type tree struct {
	mu     sync.Mutex
	tests  []script.Test
	names  map[string]script.Position
	hooks  map[script.HookKind][]script.Hook
	closed bool // the tests are being run
}

var errClosed = errors.New("stands inside a test or a hook: tests and hooks belong at the top of the file")

// AddTest implements script.Tests.
func (t *tree) AddTest(added script.Test) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return errClosed
	}
	if other, ok := t.names[added.Name]; ok {
		return fmt.Errorf("there is a test %q already, at %s: give this one another name", added.Name, other)
	}
	if t.names == nil {
		t.names = map[string]script.Position{}
	}
	t.names[added.Name] = added.At
	t.tests = append(t.tests, added)
	return nil
}

// AddHook implements script.Tests.
func (t *tree) AddHook(added script.Hook) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return errClosed
	}
	if t.hooks == nil {
		t.hooks = map[script.HookKind][]script.Hook{}
	}
	t.hooks[added.Kind] = append(t.hooks[added.Kind], added)
	return nil
}

// close refuses all further declarations and gives the tests.
func (t *tree) close() []script.Test {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return t.tests
}
