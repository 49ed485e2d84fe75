package bus

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"recue/runtime/fault"
)

const addressHint = "write nats://host:port, tls://host:port, or several with commas"

// splitURL takes a list of addresses apart and checks each, before the library
// does: its errors repeat the address with the password in it.
func splitURL(list string) ([]string, error) {
	var servers []string
	for address := range strings.SplitSeq(list, ",") {
		address = strings.TrimSpace(address)
		if address == "" {
			continue
		}
		if why := badAddress(address); why != "" {
			return nil, fault.Usage(fmt.Errorf("server address %q: %s", redact(address), why), addressHint)
		}
		servers = append(servers, address)
	}
	if len(servers) == 0 {
		return nil, fault.Usage(fmt.Errorf("server address %q names no server", list), addressHint)
	}
	return servers, nil
}

// badAddress says what is wrong with one address, or "". It repeats nothing of
// the address.
func badAddress(address string) string {
	if !strings.Contains(address, "://") {
		address = "nats://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "it is not a valid address"
	}
	switch u.Scheme {
	case "nats", "tls", "ws", "wss":
	default:
		return "it must begin with nats://, tls://, ws:// or wss://"
	}
	if u.Hostname() == "" {
		return "the host is missing"
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return "the port must be a number from 1 to 65535"
		}
	}
	return ""
}

// redact takes out of an address, or a list of them, whatever could be secret:
// the user info (a user name alone is a token) and what follows the host. It
// holds for malformed addresses too, where it rather takes out too much: a
// comma may be part of a password, and a port that is no number may be one
// whose @host was forgotten.
func redact(list string) string {
	parts := strings.Split(list, "://")
	for i, part := range parts {
		parts[i] = part[strings.LastIndex(part, "@")+1:]
	}
	addresses := strings.Split(strings.Join(parts, "://"), ",")
	for i, address := range addresses {
		scheme, host, found := strings.Cut(strings.TrimSpace(address), "://")
		if !found {
			scheme, host = "", scheme
		} else {
			scheme += "://"
		}
		if end := strings.IndexAny(host, "/?#"); end >= 0 {
			host = host[:end]
		}
		addresses[i] = scheme + redactPort(host)
	}
	return strings.Join(addresses, ",")
}

// redactPort masks what follows the host if it is no number.
func redactPort(host string) string {
	begin := 0
	if strings.HasPrefix(host, "[") { // an IPv6 address has colons of its own
		begin = strings.Index(host, "]") + 1
	}
	colon := strings.Index(host[begin:], ":")
	if colon < 0 {
		return host
	}
	end := begin + colon + 1
	if strings.Trim(host[end:], "0123456789") == "" {
		return host
	}
	return host[:end] + "***"
}
