package config

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Server is where NATS is: one URL or several. It prints without the user and
// the password that a URL may carry.
type Server struct {
	urls  []Secret
	shown string
}

// URLs gives the addresses for connecting, with user and password where the
// setting had them. Never print them.
func (s Server) URLs() []string {
	urls := make([]string, len(s.urls))
	for i, u := range s.urls {
		urls[i] = u.Reveal()
	}
	return urls
}

// String lists the addresses, joined by commas, as people may see them:
// nats://***@host:4222.
func (s Server) String() string { return s.shown }

// MarshalText is String; JSON and slog use it.
func (s Server) MarshalText() ([]byte, error) { return []byte(s.shown), nil }

// ParseServer reads a list of server URLs, separated by commas. The scheme is
// nats, tls, ws or wss; an address without one is a nats address. Websocket
// addresses (ws, wss) cannot be mixed with others: the NATS client refuses that.
//
// An error says which entry is wrong and why, but shows nothing of it: where the
// text cannot be read as a URL, nobody can tell which part is the password.
func ParseServer(list string) (Server, error) {
	var entries []string
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			entries = append(entries, entry)
		}
	}
	if len(entries) == 0 {
		return Server{}, errors.New("there is no address in it: write nats://HOST:PORT")
	}
	var s Server
	var shown []string
	websockets := 0
	for i, entry := range entries {
		u, err := parseURL(entry, i > 0)
		if err != nil {
			if len(entries) > 1 {
				err = fmt.Errorf("address %d of %d: %w", i+1, len(entries), err)
			}
			return Server{}, err
		}
		if u.Scheme == "ws" || u.Scheme == "wss" {
			websockets++
		}
		s.urls = append(s.urls, NewSecret(entry))
		shown = append(shown, replaceUserinfo(entry, hidden+"@"))
	}
	if websockets > 0 && websockets < len(entries) {
		return Server{}, errors.New("ws and wss addresses cannot be mixed with others: use one kind")
	}
	s.shown = strings.Join(shown, ",")
	return s, nil
}

// parseURL checks one address. follows says that another stands before it in
// the list: a user without a scheme is refused there, since it is more likely
// the second half of a password that has a comma in it.
func parseURL(entry string, follows bool) (*url.URL, error) {
	if !strings.Contains(entry, "://") {
		if follows && strings.Contains(entry, "@") {
			return nil, errors.New("a user in a list of addresses needs the scheme before it (nats://USER:PASSWORD@HOST); a comma in a password is written %2C")
		}
		entry = "nats://" + entry
	}
	u, err := url.Parse(entry)
	if err != nil {
		// The parser's own error repeats the URL, password and all.
		return nil, errors.New("it is no URL: write nats://HOST:PORT; in a password, characters such as / ? # % @ are written as %2F %3F %23 %25 %40")
	}
	switch u.Scheme {
	case "nats", "tls", "ws", "wss":
	default:
		return nil, errors.New("unknown scheme: write nats://, tls://, ws:// or wss://")
	}
	if u.Hostname() == "" {
		return nil, errors.New("the host is missing: write nats://HOST:PORT")
	}
	if strings.Contains(u.Hostname(), ":") && !strings.HasPrefix(u.Host, "[") {
		return nil, errors.New("the host has a colon in it: write nats://HOST:PORT, and an IPv6 address in brackets, as in nats://[::1]:4222")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, errors.New("the port must be a number from 1 to 65535")
		}
	}
	if (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("nothing may follow the port: write nats://HOST:PORT; in a password, / ? # are written as %2F %3F %23")
	}
	return u, nil
}

// hasUser says whether one of the addresses carries a user, password or token.
func (s Server) hasUser() bool {
	for _, u := range s.urls {
		if strings.Contains(u.Reveal(), "@") {
			return true
		}
	}
	return false
}

// withoutUser is the same list of addresses, none of them with a user.
func (s Server) withoutUser() string {
	var bare []string
	for _, u := range s.urls {
		bare = append(bare, replaceUserinfo(u.Reveal(), ""))
	}
	return strings.Join(bare, ",")
}

// replaceUserinfo puts other in the place of "user:password@". In an address
// that parseURL has accepted the last @ ends the user.
func replaceUserinfo(entry, other string) string {
	end := strings.LastIndex(entry, "@")
	if end < 0 {
		return entry
	}
	start := 0
	if i := strings.Index(entry, "://"); i >= 0 {
		start = i + len("://")
	}
	return entry[:start] + other + entry[end+1:]
}
