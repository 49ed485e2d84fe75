package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"

	"recue/runtime/script"
)

// output is standard output. It remembers the first write that failed: results
// that nobody received must not look like success. It is safe for concurrent use.
type output struct {
	w io.Writer

	mu     sync.Mutex
	err    error
	failed func(error) // called once, with the first failure; may be nil
}

// Write writes p, or fails as the first failed write did: with ErrStdout in its
// chain where stdout was closed.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	if o.err != nil {
		defer o.mu.Unlock()
		return 0, o.err
	}
	n, err := o.w.Write(p)
	if err != nil {
		o.err = stdoutError(err)
		err = o.err
	}
	failed := o.failed
	o.mu.Unlock()
	if err != nil && failed != nil {
		failed(err)
	}
	return n, err
}

// whenFailed has f called at the first failed write, which may have been already.
func (o *output) whenFailed(f func(error)) {
	o.mu.Lock()
	o.failed = f
	err := o.err
	o.mu.Unlock()
	if err != nil {
		f(err)
	}
}

// failure is the first failed write's error, or nil.
func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// stdoutError tells a reader that went away (| head -1), which is no fault of
// ours, from a disk that is full.
func stdoutError(err error) error {
	for _, closed := range []error{syscall.EPIPE, syscall.EBADF, os.ErrClosed, io.ErrClosedPipe} {
		if errors.Is(err, closed) {
			return script.ErrStdout
		}
	}
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("write to standard output: %w", err)
}

// safeWriter is stderr: it takes whole writes one after the other, and a stderr
// that is closed stops nobody.
type safeWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *safeWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.w.Write(p) // there is nowhere left to complain
	return len(p), nil
}

// to has what is written from now on go to another writer, and gives the one before.
func (s *safeWriter) to(w io.Writer) (before io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, s.w = s.w, w
	return before
}
