package config

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"recue/runtime/fault"
)

// Resolve finds every setting in the sources, checks it, and says where it came
// from. An error names the setting, who gave it and what would be right; it has
// nothing secret in it, and exit code 2 (fault.Usage).
func Resolve(s Sources) (*Config, error) {
	c, err := resolve(s)
	if err != nil {
		return nil, fault.Usage(err, "")
	}
	return c, nil
}

func resolve(s Sources) (*Config, error) {
	c := &Config{}
	layers, err := s.layers(c)
	if err != nil {
		return nil, err
	}
	if err := settleCredentials(layers); err != nil {
		return nil, err
	}
	if err := settleCertificate(layers); err != nil {
		return nil, err
	}
	for _, set := range settings {
		value := Value{Name: set.Name, Source: "default"}
		if g, level := find(layers, set.Name); level >= 0 {
			value.Source = g.source
			if value.Value, err = s.put(c, set, g); err != nil {
				return nil, fmt.Errorf("%s: %w", g.label, err)
			}
		}
		c.values = append(c.values, value)
	}
	return c, nil
}

// layers reads the sources, the strongest first. Which .env file and which
// context there are is itself a setting, so each layer is read with those above it.
func (s Sources) layers(c *Config) ([]layer, error) {
	flags, err := s.flags()
	if err != nil {
		return nil, err
	}
	layers := []layer{flags, s.environment()}

	last := defaults()
	file, level := find(layers, "env-file")
	if level < 0 {
		file = last["env-file"]
	}
	dotenv, slips, err := s.dotenv(file, level >= 0)
	if err != nil {
		return nil, err
	}
	if dotenv == nil {
		delete(last, "env-file") // there is none to show
	}
	layers = append(layers, dotenv)
	c.Warnings = slips

	if name, level := find(layers, "context"); level >= 0 {
		context, warnings, err := s.context(name)
		if err != nil {
			return nil, err
		}
		c.Warnings = append(c.Warnings, warnings...)
		layers = append(layers, context)
	}
	return append(layers, last), nil
}

// put checks a value and stores it; it gives the form for people.
func (s Sources) put(c *Config, set Setting, g given) (shown string, err error) {
	if set.path || set.file {
		g.value = s.path(g.value)
	}
	if set.file {
		if err := s.checkFile(g.value); err != nil {
			return "", err
		}
	}
	return set.set(c, g.value)
}

// keyMaterial is what people put where the name of a file with it belongs: an
// nkey seed, a JWT, the text of a .creds or .pem file.
var keyMaterial = regexp.MustCompile(`\bS[A-Z][A-Z2-7]{50,}|^eyJ|-----BEGIN|\n`)

// checkFile tells whether the file can be read, so that a wrong path is found
// here, with the setting's name, and not in the middle of connecting.
func (s Sources) checkFile(name string) error {
	_, err := s.read(name)
	switch {
	case err == nil:
		return nil
	case keyMaterial.MatchString(name):
		return errors.New("must be the path of a file, but looks like the secret itself: write the secret to a file and give its path")
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %q", name)
	default:
		return fmt.Errorf("cannot read file %q: %w", name, err)
	}
}
