package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/nats-io/nats.go"
)

// partVariable has a process of this program be the gocron side; it holds a gocronJob.
const partVariable = "RECUE_LATENESS_PART"

// gocronPart is what the gocron side has to do.
type gocronPart struct {
	URL, Token string
	Jobs, Same int
}

func startGocron(p *plan, r *recorder) (*child, error) {
	part, err := json.Marshal(gocronPart{r.server.ClientURL(), r.server.Token(), p.jobs, p.same})
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), partVariable+"="+string(part), "TZ=UTC")
	return startChild(cmd, "serving ")
}

// runPart is the process of the gocron side. It gives the exit code.
func runPart(text string) int {
	var part gocronPart
	err := json.Unmarshal([]byte(text), &part)
	if err == nil {
		err = part.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// run has gocron call functions that only look at the clock. What they saw is reported
// by another goroutine, a while after.
func (part gocronPart) run() error {
	nc, err := nats.Connect(part.URL, nats.Token(part.Token))
	if err != nil {
		return err
	}
	defer nc.Close()
	scheduler, err := gocron.NewScheduler(gocron.WithLocation(time.UTC))
	if err != nil {
		return err
	}
	type report struct {
		job int
		at  time.Time
	}
	reports := make(chan report, 10*part.Jobs)
	for i := range part.Jobs {
		cron := fmt.Sprintf("*/%d * * * * *", part.Same)
		if part.Same == 0 {
			second := i * 600 / part.Jobs
			cron = fmt.Sprintf("%d %d-59/10 * * * *", second%60, second/60)
		}
		if _, err := scheduler.NewJob(gocron.CronJob(cron, true), gocron.NewTask(func() { reports <- report{i + 1, time.Now()} })); err != nil {
			return err
		}
	}
	scheduler.Start()
	fmt.Fprintln(os.Stderr, "serving", part.Jobs, "jobs")
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	for {
		select {
		case <-stop:
			return scheduler.Shutdown()
		case r := <-reports:
			time.Sleep(time.Until(r.at.Add(reportAfter))) // so that it does not disturb what is measured
			due := r.at.Truncate(time.Second)
			text := fmt.Sprintf(`{"task_id":"%d_%d_%d","cmd":"status","payload":null}`, r.job, due.Unix(), r.at.Sub(due).Microseconds())
			if err := nc.Publish("rec.control", []byte(text)); err != nil {
				return err
			}
		}
	}
}

// reportAfter is how long after a call it is reported.
const reportAfter = time.Second
