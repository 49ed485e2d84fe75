package main

import (
	"strconv"

	"github.com/nats-io/nats.go"
)

// flood keeps so many commands in flight, and does nothing with the replies but
// count them.
func flood(j job, m *meter) error {
	nc, err := nats.Connect(j.URL)
	if err != nil {
		return err
	}
	defer nc.Close()
	var commands [][]byte
	for _, cmd := range []string{
		`"start","payload":{"segment_time":300.0,"snd_source":"pulsesrc01","snd_byterate":96,"vid_stream":"main","vid_byterate":2000}}`,
		`"status","payload":null}`, `"stop","payload":{"segment_time":300.0}}`,
	} {
		commands = append(commands, []byte(`{"task_id":"cam1","cmd":`+cmd))
	}
	inbox := nats.NewInbox() + "."
	sent, answered := 0, 0
	failed := make(chan error, 1)
	send := func() {
		to := inbox + strconv.Itoa(sent)
		if err := nc.PublishRequest(subject, to, commands[sent%len(commands)]); err != nil {
			select {
			case failed <- err:
			default:
			}
		}
		sent++
	}
	total := j.commands()
	// The first commands are sent from the first message's turn too, so that one
	// goroutine does all.
	sub, err := nc.Subscribe(inbox+"*", func(msg *nats.Msg) {
		if msg.Reply != "" {
			for range j.InFlight {
				send()
			}
			return
		}
		answered++
		switch {
		case answered == total:
			failed <- nil
		case sent < total:
			send()
		}
	})
	if err != nil {
		return err
	}
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return err
	}
	if err := nc.Flush(); err != nil {
		return err
	}
	m.begin()
	if err := nc.PublishRequest(inbox+"go", "none", nil); err != nil {
		return err
	}
	err = <-failed
	m.end()
	return err
}
