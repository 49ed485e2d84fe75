package app

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Machine is everything that the command line uses of the operating system. All
// fields are needed.
type Machine struct {
	Args           []string // the program's name first
	LookupEnv      func(name string) (string, bool)
	Home           string // the user's home directory, "" if there is none
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       bool           // stderr is a terminal: people watch it
	OutTerminal    bool           // stdout is one
	Console        func() Console // gives the terminal that stdin is; nil where it is none
	// Zone is the machine's time zone, with its IANA name where that is known.
	Zone     *time.Location
	Open     func(name string) (fs.File, error)
	ReadFile func(name string) ([]byte, error)
	ReadDir  func(name string) ([]fs.DirEntry, error)
	// Create makes a file to write to, and the folders that it lies in; what it held
	// is gone.
	Create func(name string) (io.WriteCloser, error)

	// Folder opens a folder, and makes it first where it is not there.
	Folder func(name string) (*os.Root, error)

	// Notify sends the signals that ask the process to end to ch until stop is
	// called. Before Notify is called they end the process by themselves.
	Notify func(ch chan<- os.Signal) (stop func())
	// Exit ends the process at once.
	Exit func(code int)
}

// System is the machine that this process runs on.
func System(args []string) Machine {
	// Go ends a process that writes to a closed stdout or stderr. A run has to
	// clean up first, and whoever closed the log must not stop a recording. The
	// same goes for a file that may grow no more.
	signal.Ignore(append(fileSignals, syscall.SIGPIPE)...)
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // then there is no ~ and no default folder for contexts
	}
	return Machine{
		Args: args, LookupEnv: os.LookupEnv, Home: home,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Terminal: isTerminal(os.Stderr), OutTerminal: isTerminal(os.Stdout), Console: console, Zone: zone(),
		Open:     func(name string) (fs.File, error) { return os.Open(name) },
		ReadFile: os.ReadFile, ReadDir: os.ReadDir, Create: create, Folder: folder,
		Notify: notify, Exit: os.Exit,
	}
}

func create(name string) (io.WriteCloser, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	return os.Create(name)
}

func folder(name string) (*os.Root, error) {
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, err
	}
	return os.OpenRoot(name)
}

// notify asks for the signals that end a process. SIGHUP stays ignored where it
// was ignored from the start: nohup means that the run outlives its terminal.
func notify(ch chan<- os.Signal) (stop func()) {
	signals := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	signal.Notify(ch, signals...)
	return func() { signal.Stop(ch) }
}

// isTerminal takes every device of characters for a terminal but the one that takes all and shows nothing.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// zone is the machine's zone. Go knows its rules but calls it "Local".
func zone() *time.Location {
	name, set := os.LookupEnv("TZ")
	if link, err := os.Readlink("/etc/localtime"); !set && err == nil {
		_, name, _ = strings.Cut(link, "zoneinfo/")
	} else if !set && errors.Is(err, fs.ErrNotExist) {
		name = "UTC" // a container without any zone: Go takes that too
	}
	name = strings.TrimPrefix(name, ":")
	if named, err := time.LoadLocation(name); err == nil && name != "" {
		return named
	}
	return time.Local
}
