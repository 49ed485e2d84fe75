package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// The fields of a NATS context, as natscli writes them, that Recue does not
// take as settings. Those that are in no list here get a warning.
var (
	// Without these the connection would be another than the one meant.
	contextRefused = map[string]string{
		"inbox_prefix":       "a prefix for replies",
		"nsc":                "a look-up by nsc",
		"socks_proxy":        "a SOCKS proxy",
		"tls_first":          "TLS before the server's greeting",
		"user_jwt":           "a bare user JWT",
		"user_seed":          "a bare user seed",
		"windows_cert_store": "the Windows certificate store",
	}
	// These have no bearing on Recue. The windows ones say more about windows_cert_store.
	contextIgnored = []string{
		"color_scheme", "description", "jetstream_event_prefix", "name",
		"windows_ca_certs_match", "windows_cert_match", "windows_cert_match_by",
	}
	// A value that begins so is a reference that natscli looks up elsewhere.
	contextReferences = []string{"op://", "nsc://", "env://", "file://", "data:"}
)

// context reads the NATS context that was named. The warnings tell of fields that
// are set in it and that Recue leaves aside.
func (s Sources) context(name given) (l layer, warnings []string, err error) {
	dir, err := s.contextDir()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name.label, err)
	}
	if !validContextName(name.value) {
		return nil, nil, fmt.Errorf("%s: %q is no name of a context: write a name as `nats context ls` shows it, not a path", name.label, name.value)
	}
	file := filepath.Join(dir, name.value+".json")
	data, err := s.read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s: there is no context %q in %s: %s", name.label, name.value, dir, s.knownContexts(dir))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("cannot read context %s from %q: %w", name.value, file, err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		// Not the cause: it may quote the file.
		return nil, nil, fmt.Errorf("context %s: file %q is no JSON object as `nats context` writes it", name.value, file)
	}
	return s.contextLayer(name.value, fields)
}

// contextLayer sorts the fields of a context into settings and warnings.
func (s Sources) contextLayer(name string, fields map[string]any) (layer, []string, error) {
	l, warnings := layer{}, []string(nil)
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if empty(fields[field]) || slices.Contains(contextIgnored, field) {
			continue
		}
		if what, refused := contextRefused[field]; refused {
			return nil, nil, fmt.Errorf("%s in context %s: Recue cannot connect with %s: use a context without it", field, name, what)
		}
		at := slices.IndexFunc(settings, func(set Setting) bool { return set.context == field })
		if at < 0 {
			warnings = append(warnings, fmt.Sprintf("%q in context %s is not used", field, name))
			continue
		}
		g := given{source: "context " + name, label: field + " in context " + name}
		value, ok := fields[field].(string)
		if !ok {
			return nil, nil, fmt.Errorf("%s: must be a text in quotes", g.label)
		}
		for _, prefix := range contextReferences {
			if strings.HasPrefix(value, prefix) {
				return nil, nil, fmt.Errorf("%s: Recue does not look up what %s refers to: put the value itself there", g.label, prefix)
			}
		}
		if settings[at].file {
			value = os.Expand(value, s.env) // natscli does so too
		}
		g.value = value
		l[settings[at].Name] = g
	}
	return l, warnings, nil
}

// empty says whether a JSON value means "not set": natscli writes all fields.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	}
	return false
}

// contextDir is where `nats context` keeps its files.
func (s Sources) contextDir() (string, error) {
	base := s.env("XDG_CONFIG_HOME")
	if base == "" {
		if s.Home == "" {
			return "", errors.New("there is no home directory to look for contexts in: set XDG_CONFIG_HOME")
		}
		base = filepath.Join(s.Home, ".config")
	}
	return filepath.Join(base, "nats", "context"), nil
}

// validContextName refuses what would lead out of the folder of contexts.
func validContextName(name string) bool {
	return !strings.ContainsAny(name, `/\`) && !strings.ContainsFunc(name, unicode.IsControl)
}

// knownContexts says which names would be right.
func (s Sources) knownContexts(dir string) string {
	var names []string
	if s.ReadDir != nil {
		entries, _ := s.ReadDir(dir) // an error leaves the list empty, and that is what is said
		for _, e := range entries {
			if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && !e.IsDir() {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return "none is there; `nats context add` makes one"
	}
	slices.Sort(names)
	return "known are " + strings.Join(names, ", ")
}
