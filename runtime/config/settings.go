package config

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"recue/runtime/clock"
	"recue/runtime/protocol"
)

// Setting describes one setting: its flag, its variable, its default. The
// exported fields are what the command line and its help need.
type Setting struct {
	Name    string   // the flag without its dashes, and the name in `recue config`
	Aliases []string // short forms of the flag
	Env     string   // the variable, in the environment and in .env
	Default string   // "" means none
	Usage   string   // one line; the word in backquotes stands for the value in the help
	Secret  bool     // never shown
	Limit   bool     // for the commands that run scripts; all others are for every command

	context string // the field of a NATS context that holds it; "" means none
	path    bool   // the value is the path of a file
	file    bool   // the value is the path of a file that must be readable
	set     setter
}

// setter checks a value, puts it into the Config and gives the form in which
// people see it. Its error says what is wrong with the value and what would be
// right; who gave the value is added by the caller.
type setter func(c *Config, value string) (shown string, err error)

// Settings lists every setting in the order of the manual. The caller may
// change the slice it gets.
func Settings() []Setting { return slices.Clone(settings) }

var settings = append([]Setting{
	{Name: "server", Aliases: []string{"s"}, Env: "NATS_URL", Default: "nats://localhost:4222", context: "url", set: setServer,
		Usage: "`URL` of the NATS server, or several separated by commas"},
	{Name: "subject", Env: "NATS_SUBJECT", Default: "rec.control", set: setSubject,
		Usage: "NATS `SUBJECT` on which the recorder listens"},
	{Name: "timeout", Env: "NATS_TIMEOUT", Default: "2s", set: setTimeout,
		Usage: "how long to wait for an answer: a `DURATION` such as 2s, 500ms or 1m; a bare number is seconds"},
	{Name: "task-id", Env: "TASK_ID", Default: "task01", set: setTaskID,
		Usage: "`TASK` that a command is for when it names none"},
	{Name: "log-level", Env: "LOG_LEVEL", Default: "INFO", set: setLogLevel,
		Usage: "`LEVEL` from which messages are logged: DEBUG, INFO, WARNING or ERROR"},
	{Name: "log-format", Env: "RECUE_LOG_FORMAT", Default: string(LogText), set: setLogFormat,
		Usage: "`FORMAT` of the log on stderr: text or json"},
	{Name: "context", Env: "NATS_CONTEXT", set: text(func(c *Config) *string { return &c.Context }),
		Usage: "`NAME` of a NATS context that gives server and credentials"},
	{Name: "creds", Env: "NATS_CREDS", context: "creds", file: true, set: text(func(c *Config) *string { return &c.Creds }),
		Usage: "`FILE` with NATS user credentials (.creds)"},
	{Name: "nkey", Env: "NATS_NKEY", context: "nkey", file: true, set: text(func(c *Config) *string { return &c.NKey }),
		Usage: "`FILE` with an nkey seed"},
	{Name: "user", Env: "NATS_USER", context: "user", set: text(func(c *Config) *string { return &c.User }),
		Usage: "`NAME` of the NATS user"},
	{Name: "password", Env: "NATS_PASSWORD", Secret: true, context: "password", set: secret(func(c *Config) *Secret { return &c.Password }),
		Usage: "`PASSWORD` of the NATS user (the environment is safer: others can see flags)"},
	{Name: "token", Env: "NATS_TOKEN", Secret: true, context: "token", set: secret(func(c *Config) *Secret { return &c.Token }),
		Usage: "NATS `TOKEN` (the environment is safer: others can see flags)"},
	{Name: "tlscert", Env: "NATS_CERT", context: "cert", file: true, set: text(func(c *Config) *string { return &c.TLSCert }),
		Usage: "`FILE` with the TLS certificate that Recue shows"},
	{Name: "tlskey", Env: "NATS_KEY", context: "key", file: true, set: text(func(c *Config) *string { return &c.TLSKey }),
		Usage: "`FILE` with the private key of --tlscert"},
	{Name: "tlsca", Env: "NATS_CA", context: "ca", file: true, set: text(func(c *Config) *string { return &c.TLSCA }),
		Usage: "`FILE` with the certificates of the authorities to trust"},
	{Name: "journal", Env: "RECUE_JOURNAL", path: true, set: text(func(c *Config) *string { return &c.Journal }),
		Usage: "`FILE` to write every command and its outcome down in, a JSON line each; it is added to"},
	{Name: "journal-sync", Env: "RECUE_JOURNAL_SYNC", Default: string(SyncEnd), set: setJournalSync,
		Usage: "`WHEN` to wait for the disk: at the end of a run, or each (start and stop), to outlast a loss of power"},
	{Name: "env-file", Env: "RECUE_ENV_FILE", Default: defaultEnvFile, file: true, set: text(func(c *Config) *string { return &c.EnvFile }),
		Usage: "`FILE` to read variables from"},
}, limits...)

// text stores a value as it is.
func text(field func(*Config) *string) setter {
	return func(c *Config, value string) (string, error) {
		*field(c) = value
		return value, nil
	}
}

// secret stores a value so that it cannot be printed.
func secret(field func(*Config) *Secret) setter {
	return func(c *Config, value string) (string, error) {
		*field(c) = NewSecret(value)
		return hidden, nil
	}
}

func setServer(c *Config, value string) (_ string, err error) {
	c.Server, err = ParseServer(value)
	return c.Server.String(), err
}

func setSubject(c *Config, value string) (string, error) {
	c.Subject = value
	return value, protocol.CheckSubject(value)
}

func setTaskID(c *Config, value string) (string, error) {
	c.TaskID = value
	return value, protocol.CheckTaskID(value)
}

func setTimeout(c *Config, value string) (_ string, err error) {
	c.Timeout, err = clock.ParseDuration(value)
	if err == nil && c.Timeout <= 0 {
		err = errors.New("must be longer than 0: no recorder answers in no time")
	}
	return c.Timeout.String(), err
}

// The names of the levels, the original's; WARN is taken too, since slog says so.
var logLevels = map[string]slog.Level{
	"DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARNING": slog.LevelWarn, "WARN": slog.LevelWarn, "ERROR": slog.LevelError,
}

func setLogLevel(c *Config, value string) (string, error) {
	name := strings.ToUpper(strings.TrimSpace(value))
	level, ok := logLevels[name]
	if !ok {
		return "", fmt.Errorf("%q is no log level: write DEBUG, INFO, WARNING or ERROR", value)
	}
	if name == "WARN" {
		name = "WARNING"
	}
	c.LogLevel = level
	return name, nil
}

func setLogFormat(c *Config, value string) (string, error) {
	c.LogFormat = LogFormat(strings.ToLower(strings.TrimSpace(value)))
	if c.LogFormat != LogText && c.LogFormat != LogJSON {
		return "", fmt.Errorf("%q is no log format: write text or json", value)
	}
	return string(c.LogFormat), nil
}

func setJournalSync(c *Config, value string) (string, error) {
	c.JournalSync = JournalSync(strings.ToLower(strings.TrimSpace(value)))
	if c.JournalSync != SyncEnd && c.JournalSync != SyncEach {
		return "", fmt.Errorf("%q is not known: write end or each", value)
	}
	return string(c.JournalSync), nil
}
