package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Sources is where settings come from: everything that Resolve asks of the
// machine. A function that is nil finds nothing.
type Sources struct {
	// Flags are the flags that stood on the command line, by Setting.Name, and
	// no others: a default in here would override the environment.
	Flags map[string]string
	// LookupEnv is as os.LookupEnv. An empty variable counts as not set.
	LookupEnv func(name string) (string, bool)
	// ReadFile is as os.ReadFile; a relative name is relative to the working directory.
	ReadFile func(name string) ([]byte, error)
	// ReadDir is as os.ReadDir. It finds the names of the known contexts.
	ReadDir func(name string) ([]fs.DirEntry, error)
	// Home is the user's home directory, "" if it has none.
	Home string
}

// System gives the sources of this process, with the flags that were given.
func System(flags map[string]string) Sources {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // then there is no ~ and no default folder for contexts, which say so themselves
	}
	return Sources{Flags: flags, LookupEnv: os.LookupEnv, ReadFile: os.ReadFile, ReadDir: os.ReadDir, Home: home}
}

// given is a value, and who gave it.
type given struct {
	value  string
	source string // for `recue config`: "environment NATS_URL"
	label  string // for an error: "NATS_URL from the environment"
}

// layer is what one source gives, by Setting.Name. It holds no empty value.
type layer map[string]given

// find gives the value from the first layer that has one, and that layer's
// index; -1 if none has.
func find(layers []layer, name string) (given, int) {
	for i, l := range layers {
		if g, ok := l[name]; ok {
			return g, i
		}
	}
	return given{}, -1
}

func (s Sources) flags() (layer, error) {
	l := layer{}
	for _, name := range slices.Sorted(maps.Keys(s.Flags)) {
		if !slices.ContainsFunc(settings, func(set Setting) bool { return set.Name == name }) {
			return nil, fmt.Errorf("there is no setting %q", name)
		}
		if s.Flags[name] == "" {
			return nil, fmt.Errorf("--%s: must not be empty: give it a value or leave it out", name)
		}
		l[name] = given{s.Flags[name], "flag --" + name, "--" + name}
	}
	return l, nil
}

func (s Sources) environment() layer {
	l := layer{}
	for _, set := range settings {
		if value := s.env(set.Env); value != "" {
			l[set.Name] = given{value, "environment " + set.Env, set.Env + " from the environment"}
		}
	}
	return l
}

func defaults() layer {
	l := layer{}
	for _, set := range settings {
		if set.Default != "" {
			l[set.Name] = given{set.Default, "default", "the default of --" + set.Name}
		}
	}
	return l
}

// env gives a variable of the environment, "" if it is empty or not set.
func (s Sources) env(name string) string {
	if s.LookupEnv == nil {
		return ""
	}
	value, _ := s.LookupEnv(name)
	return value
}

// read reads a file. Its error is the bare cause, without the name.
func (s Sources) read(name string) ([]byte, error) {
	if s.ReadFile == nil {
		return nil, fs.ErrNotExist
	}
	data, err := s.ReadFile(name)
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return data, err
}

// path expands a leading ~/, which no shell does in .env, in a context, or in --creds=~/file.
func (s Sources) path(name string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok && s.Home != "" {
		return filepath.Join(s.Home, rest)
	}
	return name
}
