package scenario

import (
	"iter"
	"sync"
)

// event is a piece of news from a file: that it begins (neither), a result, or
// that it is done.
type event struct {
	result *Result
	file   *FileResult
}

// queue holds the news of a file until it is the file's turn to be reported.
// There is no bound: a file must not wait for those before it.
type queue struct {
	mu     sync.Mutex
	wake   *sync.Cond
	events []event
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.wake = sync.NewCond(&q.mu)
	return q
}

func (q *queue) add(e event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.events = append(q.events, e)
	q.wake.Signal()
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake.Signal()
}

// all gives the events as they come, until close.
func (q *queue) all() iter.Seq[event] {
	return func(yield func(event) bool) {
		for {
			q.mu.Lock()
			for len(q.events) == 0 && !q.closed {
				q.wake.Wait()
			}
			batch := q.events
			q.events = nil
			q.mu.Unlock()
			if len(batch) == 0 {
				return
			}
			for _, e := range batch {
				if !yield(e) {
					return
				}
			}
		}
	}
}
