package firing

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// watcher hands the changes of a bucket to see, one after the other. A server that was
// restarted has forgotten who watches, which the library finds out by heartbeats that do not
// come, after 10 to 15 seconds: a job that somebody has paused would fire meanwhile. So
// the watch begins anew whenever the connection is back, behind the last change.
type watcher struct {
	bucket  jetstream.KeyValue
	options []jetstream.WatchOpt
	see     func(jetstream.KeyValueEntry)
	last    uint64 // revision that was seen; 0: none
	now     watching
	renewed chan watching
	renew   context.CancelFunc // ends what makes the next one
}

// watching is a watch of the library, which ends with end.
type watching struct {
	jetstream.KeyWatcher
	end context.CancelFunc
}

// watch begins to watch a bucket; run goes on with it.
func watch(ctx context.Context, bucket jetstream.KeyValue, see func(jetstream.KeyValueEntry), options ...jetstream.WatchOpt) (*watcher, error) {
	w := &watcher{bucket: bucket, options: options, see: see, renewed: make(chan watching), renew: func() {}}
	var err error
	w.now, err = w.begin(ctx, options)
	return w, err
}

func (w *watcher) begin(ctx context.Context, options []jetstream.WatchOpt) (watching, error) {
	ctx, end := context.WithCancel(ctx) // the watch ends with it
	late := time.AfterFunc(watchPatience, end)
	watch, err := w.bucket.WatchAll(ctx, options...)
	if !late.Stop() && err == nil {
		err = context.DeadlineExceeded
	}
	if err != nil {
		end()
	}
	return watching{watch, end}, err
}

// watchPatience is how long a server may take to begin a watch.
const watchPatience = 5 * time.Second

// run works until ctx ends.
func (w *watcher) run(ctx context.Context, nc *nats.Conn) {
	back := nc.StatusChanged(nats.CONNECTED)
	defer nc.RemoveStatusListener(back)
	var renewals sync.WaitGroup
	defer renewals.Wait()
	defer func() { w.renew(); w.now.end() }()
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-back:
			if !open {
				back = nil // the connection is closed for good
				continue
			}
			w.renew()
			renewal, cancel := context.WithCancel(ctx)
			w.renew = cancel
			options := w.behind()
			renewals.Go(func() { w.again(ctx, renewal, options) })
		case next := <-w.renewed:
			w.now.end()
			w.now = next
		case e, open := <-w.now.Updates():
			if !open {
				return
			}
			if e != nil && e.Revision() > w.last {
				w.last = e.Revision()
				w.see(e)
			}
		}
	}
}

// behind are the options of a watch that goes on behind the last change.
func (w *watcher) behind() []jetstream.WatchOpt {
	if w.last == 0 {
		return w.options
	}
	return []jetstream.WatchOpt{jetstream.ResumeFromRevision(w.last + 1)}
}

// watchPause is between two tries to begin the watch anew: a server that was just
// restarted needs a moment.
const watchPause = 100 * time.Millisecond

// again begins a watch anew, as soon as it can, and until renewal ends.
func (w *watcher) again(ctx, renewal context.Context, options []jetstream.WatchOpt) {
	for renewal.Err() == nil {
		next, err := w.begin(ctx, options)
		if err == nil {
			select {
			case w.renewed <- next:
			case <-renewal.Done():
				next.end()
			}
			return
		}
		select {
		case <-time.After(watchPause):
		case <-renewal.Done():
		}
	}
}
