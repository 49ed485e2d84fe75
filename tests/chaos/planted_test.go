package chaos

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/tests/proxy"
	"recue/tests/stage"
)

// TestChecksCatchPlantedBugs runs clients and networks that do what must not be
// done, end to end, and holds that the reconciliation sees each.
func TestChecksCatchPlantedBugs(t *testing.T) {
	for _, c := range []struct {
		name   string
		client client
		meddle func(proxy.Message, int) []byte
		plan   plan
		want   Kind
	}{
		{"commands are kept for after the reconnect, as nats.go does by itself", &naive{buffer: true}, nil,
			plan{tasks: 100, restarts: 1, early: true}, Ghost},
		{"a command is sent again after a timeout", &naive{resend: true}, nil, plan{stalls: 1}, Doubled},
		{"a failure is told as success, as the Python original did", &naive{believe: true}, nil, plan{stalls: 1}, MadeUp},
		{"a result is forgotten", &naive{forget: true}, nil, plan{}, Lost},
		{"a start that timed out counts as one that failed", &naive{starts: true}, every7th(proxy.ToClient, nothing), plan{}, Forgotten},
		{"the network loses a reply", &asRecue{}, every7th(proxy.ToClient, nothing), plan{}, Causeless},
		{"the network loses a command", &asRecue{}, every7th(proxy.ToServer, nothing), plan{}, Causeless},
		{"the network doubles a command", &asRecue{}, every7th(proxy.ToServer, twice), plan{}, Doubled},
		{"somebody else answers, and the recorder never hears of it", &asRecue{}, every7th(proxy.ToServer, forge), plan{}, MadeUp},
		{"the journal lacks an intent", &asRecue{wrap: func(j recorder.Journal) recorder.Journal { return &lazyJournal{Journal: j} }}, nil, plan{}, Unwritten},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := c.plan
			p.tasks, p.limit, p.timeout, p.meddle = max(p.tasks, 20), 20, 300*time.Millisecond, c.meddle
			found := Check(play(t, p, seed(), c.client))
			if !slices.ContainsFunc(found, func(f Finding) bool { return f.Kind == c.want }) {
				t.Errorf("nothing is %s, but: %v", c.want, found)
			}
		})
	}
}

// lazyJournal does not write down every seventh command.
type lazyJournal struct {
	recorder.Journal
	count atomic.Int64
}

func (l *lazyJournal) Intend(cmd protocol.Command, subject, at string) (func(protocol.Reply, error), error) {
	if l.count.Add(1)%7 == 0 {
		return func(protocol.Reply, error) {}, nil
	}
	return l.Journal.Intend(cmd, subject, at)
}

// every7th leaves all but every seventh message on that way alone.
func every7th(way proxy.Way, do func(proxy.Message) []byte) func(proxy.Message, int) []byte {
	return func(m proxy.Message, count int) []byte {
		if m.Way != way || count%7 != 3 {
			return m.Raw
		}
		return do(m)
	}
}

func nothing(proxy.Message) []byte { return nil }

func twice(m proxy.Message) []byte { return slices.Concat(m.Raw, m.Raw) }

// forge sends the reply itself, in the command's place.
func forge(m proxy.Message) []byte {
	command, err := protocol.ParseCommand(m.Payload)
	if err != nil {
		return m.Raw
	}
	state := protocol.Started
	if command.Cmd == protocol.Stop {
		state = protocol.Stopped
	}
	reply := protocol.Reply{TaskID: command.TaskID, MsgStatus: protocol.Success, AppStatus: state,
		Payload: []byte(`{"file_path":"/mnt/forged.wav"}`)}.AppendJSON(nil)
	return fmt.Appendf(nil, "PUB %s %d\r\n%s\r\n", m.Reply, len(reply), reply)
}

// naive is a client as one writes it with nats.go in an afternoon, with a bug.
type naive struct {
	buffer  bool // leaves the library's buffer for reconnects on
	resend  bool // sends once more after a timeout
	believe bool // takes every failure for success
	forget  bool // tells nothing of every tenth task
	starts  bool // starts, and never stops; what timed out is not recording to it

	conn    *nats.Conn
	back    chan bool
	mu      sync.Mutex
	started []string
}

func (n *naive) run(r *run) {
	n.back = make(chan bool, 100)
	options := []nats.Option{nats.Timeout(stage.Patience), nats.MaxReconnects(-1), nats.ReconnectWait(20 * time.Millisecond), nats.ReconnectHandler(func(*nats.Conn) { n.back <- true })}
	if !n.buffer {
		options = append(options, nats.ReconnectBufSize(-1))
	}
	conn, err := nats.Connect("nats://"+r.Proxy.Addr(), options...)
	if err != nil {
		r.t.Error(err)
		return
	}
	r.t.Cleanup(conn.Close)
	n.conn = conn
	var tasks sync.WaitGroup
	places := make(chan bool, r.plan.limit)
	for i := range r.plan.tasks {
		places <- true
		tasks.Go(func() {
			defer func() { <-places }()
			for _, cmd := range []protocol.Cmd{protocol.Start, protocol.Status, protocol.Stop} {
				if n.starts && cmd == protocol.Stop {
					return
				}
				n.send(r, protocol.NewCommand(cmd, taskName(i)))
			}
		})
	}
	tasks.Wait()
}

// send sends a command and puts up its result.
func (n *naive) send(r *run, command protocol.Command) {
	result := Result{Key: Key{string(command.Cmd), command.TaskID}, Begin: time.Now()}
	result.Code, result.File = n.ask(r, command)
	if n.resend && result.Code == "timeout" {
		result.Code, result.File = n.ask(r, command)
	}
	if n.believe && result.Code != "rejected" {
		result.Code = "ok"
	}
	result.End = time.Now()
	if command.Cmd == protocol.Start && result.Code == "ok" {
		n.mu.Lock()
		n.started = append(n.started, command.TaskID)
		n.mu.Unlock()
	}
	if !n.forget || !strings.HasSuffix(command.TaskID, "7") {
		r.board.add(result)
	}
}

func (n *naive) ask(r *run, command protocol.Command) (code, file string) {
	m, err := n.conn.Request(stage.Subject, command.AppendJSON(nil), r.plan.timeout)
	switch {
	case errors.Is(err, nats.ErrTimeout):
		return "timeout", ""
	case err != nil:
		return "not_sent", ""
	}
	reply, err := protocol.ParseReply(bytes.Clone(m.Data), command.TaskID)
	if err != nil {
		return "invalid_reply", ""
	}
	file, _ = reply.Text("file_path")
	if reply.MsgStatus != protocol.Success {
		return "rejected", file
	}
	return "ok", file
}

func (n *naive) reconnected(r *run) { stage.Wait(r.t, n.back, "the reconnect") }

func (n *naive) journal(*testing.T) recorder.Journal { return nil }

func (n *naive) entries(*testing.T) []Entry { return nil }

func (n *naive) links() int { return 2 } // the stage's own

// believed is right for one who never stops; for others it is too much, which
// Check takes for care.
func (n *naive) believed() []string { return n.started }
