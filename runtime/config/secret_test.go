package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// everything is a Config with a secret in each place that can hold one.
func everything(t *testing.T, mark string) []*Config {
	return []*Config{
		machine{env: map[string]string{"NATS_USER": "eve", "NATS_PASSWORD": mark}}.resolve(t),
		machine{flags: map[string]string{"token": mark}}.resolve(t),
		machine{files: map[string]string{".env": "NATS_URL=one:1,nats://eve:" + mark + "@h:1,nats://" + mark + "@h:2"}}.resolve(t),
	}
}

// shownIn says whether text has the mark in it, in plain, in hexadecimal or as bytes in decimal.
func shownIn(text, mark string) bool {
	for _, form := range []string{mark, fmt.Sprintf("%x", mark), fmt.Sprintf("%X", mark), fmt.Sprintf("% x", mark),
		strings.Trim(fmt.Sprint([]byte(mark)), "[]"), strings.Trim(fmt.Sprintf("%#v", []byte(mark)), "[]byte{}")} {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

func TestNoWayOfPrintingShowsASecret(t *testing.T) {
	const mark = "sesame"
	type holder struct { // fmt calls no methods on what sits in unexported fields
		config  Config
		pointer *Config
		list    []Value
	}
	for _, c := range everything(t, mark) {
		for _, v := range []any{c, *c, holder{*c, c, c.Values()}, &holder{*c, c, c.Values()}, []Config{*c},
			map[string]any{"c": *c}, c.Server, c.Password, c.Token, c.Values()} {
			for verb := range strings.SplitSeq("v +v #v s q +q #q x X #x d o b c U e f g t T p w", " ") {
				if text := fmt.Sprintf("%"+verb, v); shownIn(text, mark) {
					t.Errorf("%%%s of %T shows the secret: %s", verb, v, text)
				}
			}
			data, err := json.Marshal(v)
			if err != nil || shownIn(string(data), mark) {
				t.Errorf("JSON of %T: %s %v", v, data, err)
			}
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
			slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
			if shownIn(log.String(), mark) {
				t.Errorf("the log of %T shows the secret: %s", v, &log)
			}
		}
	}
}

func TestWhatIsHiddenIsSeenToBeThere(t *testing.T) {
	c := machine{env: map[string]string{"NATS_USER": "eve", "NATS_PASSWORD": "sesame"}}.resolve(t)
	if got, want := value(t, c, "password"), (Value{"password", "***", "environment NATS_PASSWORD"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, want := value(t, c, "token"), (Value{"token", "", "default"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	data, err := json.Marshal(c)
	if err != nil || !strings.Contains(string(data), `"Password":"***","Token":""`) || !strings.Contains(string(data), `"Server":"nats://localhost:4222"`) {
		t.Errorf("JSON is %s (%v)", data, err)
	}
	if c.Password.Reveal() != "sesame" || (Secret{}).Reveal() != "" || NewSecret("") != (Secret{}) {
		t.Errorf("a secret does not come out as it went in")
	}
}

func FuzzResolve(f *testing.F) {
	f.Add("nats://localhost:4222", "2s", "rec.control", "task01", "INFO", "text", "prod", "NATS_TIMEOUT=3", `{"url":"h"}`)
	f.Add("tls://h,@", "-1", "a.*", "\x00", "", "x", "..", "A='", "{}")
	f.Add("ws://[::1]:0", "1e400", "", "", "WARN", "json", "prod", "export X", `{"creds":"/x","inbox_prefix":[1]}`)
	const mark = "SeSaMe99" // upper and lower case, so that no host or scheme can be it
	f.Fuzz(func(t *testing.T, server, timeout, subject, task, level, format, context, envFile, contextText string) {
		for _, text := range []string{server, timeout, subject, task, level, format, context, envFile, contextText} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(mark)) || len(text) > 2048 {
				return
			}
		}
		files := map[string]string{".env": envFile + "\nNATS_PASSWORD=" + mark, contexts + "prod.json": contextText}
		for _, m := range []machine{
			{env: map[string]string{"NATS_URL": server, "NATS_TIMEOUT": timeout, "NATS_SUBJECT": subject, "TASK_ID": task, "NATS_CONTEXT": context}},
			{flags: map[string]string{"server": "nats://eve:" + mark + server + "@h", "timeout": "1" + timeout}, files: files},
			{env: map[string]string{"NATS_USER": "eve", "LOG_LEVEL": level, "RECUE_LOG_FORMAT": format, "NATS_CONTEXT": "prod"}, files: files},
			{flags: map[string]string{"server": server + ",nats://" + mark + "@h"}, env: map[string]string{"NATS_TOKEN": mark}},
			{env: map[string]string{"NATS_CONTEXT": "prod"}, files: map[string]string{contexts + "prod.json": `{"token": "` + mark + `", ` + strings.TrimPrefix(contextText, "{")}},
		} {
			c, err := Resolve(m.sources())
			if err != nil && strings.Contains(err.Error(), mark) {
				t.Errorf("the error shows the secret: %v", err)
			}
			if err == nil {
				if text := fmt.Sprintf("%+v %v %s", c, c.Values(), c.Warnings); strings.Contains(text, mark) {
					t.Errorf("printing shows the secret: %s", text)
				}
				if c.Timeout <= 0 || c.TaskID == "" || c.Subject == "" || len(c.Server.URLs()) == 0 {
					t.Errorf("accepted %+v", c)
				}
			}
		}
	})
}
