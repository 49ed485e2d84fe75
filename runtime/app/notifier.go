package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"recue/runtime/fault"
	"recue/runtime/firing"
)

// notifyPatience is how long --on-failure may take.
const notifyPatience = 30 * time.Second

// notifier tells somebody outside of failed runs: a command or a URL.
type notifier struct {
	command string // for the shell; "" for none
	url     string // "" for none
	log     *logrus.Entry
}

// newNotifier reads --on-failure.
func (a *app) newNotifier(target string, log *logrus.Entry) (*notifier, error) {
	n := &notifier{log: log}
	if !strings.HasPrefix(target, "http://") && !strings.HasPrefix(target, "https://") {
		n.command = target
		words := strings.Fields(target)
		if len(words) > 0 && (strings.HasPrefix(words[0], "./") || strings.HasPrefix(words[0], "/")) {
			if _, err := os.Stat(words[0]); err != nil { // who needs it would find out when it is too late
				return nil, usage("--on-failure: %w", err)
			}
		}
		return n, nil
	}
	if u, err := url.Parse(target); err != nil || u.Host == "" {
		return nil, usage("--on-failure: %q is no URL", target)
	}
	n.url = target
	return n, nil
}

// failureReport is what is told: on a command's standard input, in a POST's body.
type failureReport struct {
	firing.Run
	ID    string `json:"run"`
	Error string `json:"error"`
	Code  string `json:"code,omitempty"`
	Hint  string `json:"hint,omitempty"`
}

// tells says whether there is anybody to be told.
func (n *notifier) tells() bool { return n.command != "" || n.url != "" }

// tell tells of a failed run. That it could not is logged and nothing more.
func (n *notifier) tell(ctx context.Context, r firing.Run, failure error) {
	if !n.tells() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, notifyPatience)
	defer cancel()
	report := failureReport{Run: r, ID: r.ID(), Error: failure.Error(), Code: string(fault.CodeOf(failure)), Hint: fault.HintOf(failure)}
	text, err := json.Marshal(report)
	if err == nil && n.url != "" {
		err = n.post(ctx, text)
	} else if err == nil {
		err = n.start(ctx, report, text)
	}
	if err != nil {
		switch ctx.Err() {
		case context.Canceled:
			err = errors.New("the process ends, and waited for it no longer; the next one that serves the job tells it")
		case context.DeadlineExceeded:
			err = fmt.Errorf("it takes longer than %v", notifyPatience)
		}
		n.log.WithField("job", r.Job).WithError(err).Error("--on-failure could not be told")
	}
}

// poster follows those redirections alone that have a POST sent on as one: of the others
// it would make a GET, without the report.
var poster = &http.Client{CheckRedirect: func(next *http.Request, before []*http.Request) error {
	if next.Method != http.MethodPost || len(before) >= 10 {
		return http.ErrUseLastResponse
	}
	return nil
}}

// post sends the report to the URL.
func (n *notifier) post(ctx context.Context, text []byte) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, n.url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json")
	answer, err := poster.Do(q)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) { // it shows the URL, which may hold a secret
			err = wrapped.Err
		}
		return err
	}
	defer answer.Body.Close() // it was only read
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	if answer.StatusCode >= 300 {
		return fmt.Errorf("the answer is %s", answer.Status)
	}
	return nil
}

// start runs the command in a shell.
func (n *notifier) start(ctx context.Context, r failureReport, text []byte) error {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", n.command)
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(text)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(),
		"RECUE_JOB="+r.Job, "RECUE_RUN="+r.ID, "RECUE_DUE="+r.Due.Format(time.RFC3339), "RECUE_STATE="+string(r.State),
		"RECUE_ERROR="+strings.ReplaceAll(r.Error, "\x00", ""), "RECUE_CODE="+r.Code)
	err := cmd.Run()
	if text := strings.TrimSpace(said.String()); text != "" {
		n.log.WithField("job", r.Job).Infof("--on-failure says: %s", text)
	}
	return err
}
