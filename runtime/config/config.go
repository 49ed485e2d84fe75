package config

import (
	"log/slog"
	"slices"
	"time"
)

// Config is every setting, checked. It may be printed: what is secret in it
// comes out as ***.
type Config struct {
	Server    Server
	Subject   string
	Timeout   time.Duration // more than 0
	TaskID    string
	LogLevel  slog.Level
	LogFormat LogFormat

	// At most one way to log in is set: Creds, NKey, User (with Password, or
	// without for servers that ask for none), Token, or a user in Server's URLs.
	Creds    string // a file
	NKey     string // a file
	User     string
	Password Secret
	Token    Secret

	TLSCert string // a file; set if and only if TLSKey is
	TLSKey  string // a file
	TLSCA   string // a file

	Journal     string // a file, "" for none
	JournalSync JournalSync

	Context string // the NATS context's name, "" if none was named
	EnvFile string // the .env file that was read, "" if there was none

	Limits Limits

	// Warnings are remarks on settings that Recue leaves aside, a line each, for the log.
	Warnings []string

	values []Value
}

// LogFormat is how log lines are written.
type LogFormat string

// The log formats.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// JournalSync is when a journal waits for the disk.
type JournalSync string

// A journal waits for the disk at the end of a run, or before each start and stop.
const (
	SyncEnd  JournalSync = "end"
	SyncEach JournalSync = "each"
)

// Value is one setting in force, for people.
type Value struct {
	Name   string `json:"name"`   // as in Setting.Name
	Value  string `json:"value"`  // *** for a secret; "" where there is none
	Source string `json:"source"` // "flag --server", "environment NATS_URL", ".env:3", "context prod" or "default"
}

// Values lists the settings in force in the order of Settings. It has nothing
// secret in it.
func (c *Config) Values() []Value { return slices.Clone(c.values) }
