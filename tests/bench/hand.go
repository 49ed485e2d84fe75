package main

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
)

// What a Go program would declare for the protocol. The recorder wants a
// decimal point in segment_time, which encoding/json writes only when told.
type (
	command struct {
		TaskID  string   `json:"task_id"`
		Cmd     string   `json:"cmd"`
		Payload *options `json:"payload"`
	}
	options struct {
		SegmentTime json.Number `json:"segment_time"`
		SndSource   string      `json:"snd_source,omitempty"`
		SndByterate uint32      `json:"snd_byterate,omitempty"`
		VidStream   string      `json:"vid_stream,omitempty"`
		VidByterate uint32      `json:"vid_byterate,omitempty"`
	}
	reply struct {
		TaskID    string `json:"task_id"`
		MsgStatus string `json:"msg_status"`
		AppStatus string `json:"app_status"`
		Payload   *struct {
			SegmentTime float64 `json:"segment_time"`
			FilePath    string  `json:"file_path"`
			AtStarted   string  `json:"at_started"`
			AtStopped   string  `json:"at_stopped"`
		} `json:"payload"`
	}
)

var (
	startOptions = &options{SegmentTime: "300.0", SndSource: "pulsesrc01", SndByterate: 96, VidStream: "main", VidByterate: 2000}
	stopOptions  = &options{SegmentTime: "300.0"}
)

// byHand is the program in Go.
func byHand(j job, m *meter) error {
	nc, err := nats.Connect(j.URL)
	if err != nil {
		return err
	}
	defer nc.Close()
	tasks := taskNames(j.InFlight)
	m.begin()
	for range j.Rounds {
		if _, err := cycleAll(nc, tasks); err != nil {
			return err
		}
	}
	m.end()
	return nil
}

// cycleAll runs the cycle of every task at once and gives the file paths.
func cycleAll(nc *nats.Conn, tasks []string) ([]string, error) {
	paths, errs := make([]string, len(tasks)), make([]error, len(tasks))
	if len(tasks) == 1 {
		paths[0], errs[0] = cycle(nc, tasks[0])
		return paths, errs[0]
	}
	var wg sync.WaitGroup
	for i, task := range tasks {
		wg.Go(func() { paths[i], errs[i] = cycle(nc, task) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// cycle starts a task, asks for its status and stops it.
func cycle(nc *nats.Conn, task string) (path string, err error) {
	started, err := do(nc, &command{TaskID: task, Cmd: "start", Payload: startOptions}, "started")
	if err != nil {
		return "", err
	}
	if _, err := do(nc, &command{TaskID: task, Cmd: "status"}, "started"); err != nil {
		return "", err
	}
	if _, err := do(nc, &command{TaskID: task, Cmd: "stop", Payload: stopOptions}, "stopped"); err != nil {
		return "", err
	}
	if started.Payload == nil {
		return "", fmt.Errorf("start %s: no payload", task)
	}
	return started.Payload.FilePath, nil
}

// do sends a command and checks the reply.
func do(nc *nats.Conn, c *command, want string) (*reply, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	m, err := nc.RequestMsg(&nats.Msg{Subject: subject, Data: data}, timeout)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", c.Cmd, c.TaskID, err)
	}
	var r reply
	if err := json.Unmarshal(m.Data, &r); err != nil {
		return nil, fmt.Errorf("%s %s: %w", c.Cmd, c.TaskID, err)
	}
	if r.TaskID != c.TaskID || r.MsgStatus != "success" || r.AppStatus != want {
		return nil, fmt.Errorf("%s %s: unexpected reply %s", c.Cmd, c.TaskID, m.Data)
	}
	return &r, nil
}
