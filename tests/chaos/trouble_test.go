package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/simulator"
	"recue/tests/proxy"
	"recue/tests/stage"
)

// plan is how much of what a run has.
type plan struct {
	tasks    int // three commands each
	limit    int // branches at once
	pause    time.Duration
	timeout  time.Duration
	restarts int
	stalls   int  // every fourth of them lasts until commands time out
	early    bool // the trouble begins with the first result, and a restart lasts until commands that met it have timed out
	meddle   func(proxy.Message, int) []byte
}

// client sends the commands of a run: Recue, or one with a bug.
type client interface {
	// run sends all commands and puts the results up; it returns when all have ended.
	run(r *run)
	// reconnected returns when it is connected after a restart.
	reconnected(r *run)
	// journal is where it writes down what it does, or nil; entries are what it wrote.
	journal(t *testing.T) recorder.Journal
	entries(t *testing.T) []Entry
	// links is how many connections there are on its side of the proxy.
	links() int
	// believed are the tasks that it takes for recording, or maybe recording.
	believed() []string
}

// run is one run under trouble.
type run struct {
	*stage.Stage
	t       *testing.T
	plan    plan
	seed    uint64
	chance  *rand.Rand
	board   *board
	trace   *trace
	outages []Outage
}

// play runs a client through a plan, and gives the ledger of it.
func play(t *testing.T, p plan, seed uint64, c client) Ledger {
	t.Helper()
	t.Logf("seed %d", seed)
	r := &run{t: t, plan: p, seed: seed, chance: rand.New(rand.NewPCG(seed, 0)), board: newBoard(), trace: newTrace()}
	r.trace.meddle = p.meddle
	r.Stage = stage.New(t, stage.Options{
		T: t, Timeout: p.timeout, Tap: r.trace.tap, Journal: c.journal(t),
		Sim: simulator.Options{Delay: time.Millisecond, Jitter: 20 * time.Millisecond, Seed: seed},
	})
	r.Stage.Stdout = r.board
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.board.end()
		c.run(r)
	}()
	r.makeTrouble(c)
	<-done
	return r.ledger(c)
}

// makeTrouble spreads restarts and stalls over the run: each comes when a further
// share of the results is there.
func (r *run) makeTrouble(c client) {
	var all []func()
	for range r.plan.restarts {
		all = append(all, func() { r.restart(c) })
	}
	for i := range r.plan.stalls {
		all = append(all, func() { r.stall(i%4 == 0) })
	}
	r.chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	commands := 3 * r.plan.tasks
	for i, trouble := range all {
		begin := max(1, (i*commands+r.chance.IntN(commands))/(len(all)+1)) // the client is connected by then
		if r.plan.early {
			begin = 1
		}
		if !r.board.wait("", begin) {
			r.t.Logf("on this machine the commands ended before trouble %d of %d", i+1, len(all))
			return
		}
		trouble()
	}
}

// restart ends the server and, after a while, starts it again. The recorder is
// back first, as it must be for commands to be answered.
func (r *run) restart(c client) {
	from := time.Now()
	r.Proxy.Refuse()
	r.Server.Stop()
	if r.plan.early {
		// Of so many, one at least was sent after the server had gone.
		r.board.wait("timeout", r.board.has("timeout")+r.plan.limit+1)
	}
	r.board.wait("", r.board.has("")+r.chance.IntN(10))
	r.Server.Start()
	r.Recorder.Back()
	r.Proxy.Accept()
	c.reconnected(r)
	r.outages = append(r.outages, Outage{"restart", from, time.Now()})
}

// stall stops the link, one way or both, for a moment or until a command has
// timed out.
func (r *run) stall(long bool) {
	from := time.Now()
	r.Proxy.Stall([]proxy.Way{proxy.ToServer, proxy.ToClient, proxy.Both}[r.chance.IntN(3)])
	if long {
		r.board.wait("timeout", r.board.has("timeout")+1)
	} else { // its length is what it is about, so time it is
		length := time.NewTimer(time.Duration(r.chance.Int64N(int64(r.plan.timeout))))
		defer length.Stop()
		select {
		case <-length.C:
		case <-r.board.ended:
		}
	}
	r.Proxy.Resume()
	r.outages = append(r.outages, Outage{"stall", from, time.Now()})
}

// ledger is what everybody saw, once nothing is on its way any more.
func (r *run) ledger(c client) Ledger {
	r.t.Helper()
	r.Recorder.Settle()
	dead := stage.Dead(r.t)
	for r.Server.Lib().NumClients() > c.links()+1 { // the recorder's is one; those of before must have ended
		select {
		case <-dead:
			r.t.Fatal("the server does not see the end of old links")
		default:
			r.Recorder.Flush()
		}
	}
	r.Recorder.Settle()
	l := Ledger{Timeout: r.plan.timeout, Outages: r.outages, Believed: c.believed(), Journal: c.entries(r.t)}
	l.Journaled = len(l.Journal) > 0
	for i := range r.plan.tasks {
		task := taskName(i)
		for _, cmd := range protocol.Cmds {
			l.Issued = append(l.Issued, Key{string(cmd), task})
		}
		status := protocol.NewCommand(protocol.Status, task)
		reply, err := protocol.ParseReply(r.Recorder.Sim.Handle(status.AppendJSON(nil)), task)
		if err != nil {
			r.t.Fatal(err)
		}
		if reply.AppStatus == protocol.Started {
			l.Recording = append(l.Recording, task)
		}
	}
	for _, command := range r.Recorder.Seen() {
		reply, err := protocol.ParseReply(command.RightOne, command.TaskID)
		if err != nil {
			r.t.Fatal(err)
		}
		file, _ := reply.Text("file_path")
		l.Sightings = append(l.Sightings, Sighting{Key{string(command.Cmd), command.TaskID}, reply.MsgStatus == protocol.Success, file})
	}
	r.trace.mu.Lock()
	l.Passages = slices.Clone(r.trace.passages)
	r.trace.mu.Unlock()
	r.board.mu.Lock()
	l.Results = slices.Clone(r.board.results)
	if len(r.board.wrong) > 0 {
		r.t.Errorf("the client said: %s", strings.Join(r.board.wrong, ""))
	}
	r.board.mu.Unlock()
	return l
}

func taskName(i int) string { return fmt.Sprintf("t%d", i+1) }
