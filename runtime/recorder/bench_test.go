package recorder

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"recue/runtime/bus"
	"recue/runtime/journal"
	"recue/runtime/natsd"
	"recue/runtime/protocol"
)

// BenchmarkJournal sends starts and stops, up to 1,000 at a time, without a journal, with
// one, and with one that waits for the disk before each. Server and recorder
// share the processors with the client, as the plainest thing that answers.
func BenchmarkJournal(b *testing.B) {
	server, err := natsd.Start(natsd.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	nc, err := nats.Connect(server.ClientURL())
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	for app, subject := range map[protocol.AppStatus]string{protocol.Started: "rec.start", protocol.Stopped: "rec.stop"} {
		reply := protocol.Reply{TaskID: "cam1", MsgStatus: protocol.Success, AppStatus: app}.AppendJSON(nil)
		if _, err := nc.Subscribe(subject, func(m *nats.Msg) { _ = m.Respond(reply) }); err != nil {
			b.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		b.Fatal(err)
	}
	conn, err := bus.Connect(b.Context(), bus.Options{URL: server.ClientURL()})
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, kind := range []string{"off", "on", "sync"} {
		for _, flight := range []int{1, 1000} {
			b.Run(fmt.Sprintf("%s/%d", kind, flight), func(b *testing.B) {
				opts := Options{Subject: "rec.start", Timeout: time.Minute}
				if kind != "off" {
					j, err := journal.Open(filepath.Join(b.TempDir(), "j.jsonl"), journal.Options{Sync: kind == "sync"})
					if err != nil {
						b.Fatal(err)
					}
					defer j.End(0)
					opts.Journal = j
				}
				flood(b, New(conn, opts), flight)
			})
		}
	}
}

// flood sends b.N commands, so many of them in flight.
func flood(b *testing.B, c *Client, flight int) {
	places := make(chan struct{}, flight)
	var wait sync.WaitGroup
	wait.Add(b.N)
	b.ResetTimer()
	for i := range b.N {
		cmd, route := protocol.Start, Route{Subject: "rec.start"}
		if i%2 == 1 {
			cmd, route = protocol.Stop, Route{Subject: "rec.stop"}
		}
		places <- struct{}{}
		c.Scope().Send(protocol.NewCommand(cmd, "cam1"), route, func(_ protocol.Reply, err error) {
			if err != nil {
				b.Error(err)
			}
			<-places
			wait.Done()
		})
	}
	wait.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
}
