package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/nats-io/nats.go"

	"recue/runtime/natsd"
)

const subject = "rec.control"

// serve runs the server and the recorder until stdin ends, and prints the
// server's address.
func serve() error {
	server, err := natsd.Start(natsd.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		return err
	}
	defer server.Close()
	nc, err := nats.Connect(server.ClientURL())
	if err != nil {
		return err
	}
	defer nc.Close()
	r := &responder{nc: nc}
	sub, err := nc.Subscribe(subject, r.answer)
	if err != nil {
		return err
	}
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return err
	}
	if err := nc.Flush(); err != nil {
		return err
	}
	fmt.Println(server.ClientURL())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// responder answers any command as a recorder does that agrees with everything.
type responder struct {
	nc    *nats.Conn
	reply []byte
}

var (
	taskKey = []byte(`"task_id":"`)
	cmdKey  = []byte(`"cmd":"`)
)

func (r *responder) answer(m *nats.Msg) {
	task, cmd := field(m.Data, taskKey), field(m.Data, cmdKey)
	state, stoppedAt := "started", ""
	if string(cmd) == "stop" {
		state, stoppedAt = "stopped", "2025-10-15T09:00:00Z"
	}
	b := append(r.reply[:0], `{"task_id":"`...)
	b = append(b, task...)
	b = append(b, `","msg_status":"success","app_status":"`...)
	b = append(b, state...)
	b = append(b, `","payload":{"segment_time":300.0,"file_path":"/mnt/rec_`...)
	b = append(b, task...)
	b = append(b, `_001.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":"`...)
	b = append(b, stoppedAt...)
	r.reply = append(b, `"}}`...)
	_ = r.nc.Publish(m.Reply, r.reply) // whoever measures sees what is missing
}

// field gives the text behind key, which has no escapes in a task of ours.
func field(data, key []byte) []byte {
	_, rest, _ := bytes.Cut(data, key)
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	return text
}
