package natsd

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"

	"recue/runtime/fault"
)

const (
	loopback   = "127.0.0.1"
	listenHint = "write host:port, such as 127.0.0.1:4222; port 0 takes any free port"
)

// listen puts the address "host:port" into the server's options.
func listen(opts *server.Options, address string) error {
	if address == "" {
		opts.DontListen = true
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fault.Usage(fmt.Errorf("listen on %q: the address is not host:port", address), listenHint)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fault.Usage(fmt.Errorf("listen on %q: the port must be a number from 0 to 65535", address), listenHint)
	}
	if host == "" {
		// The library would listen on every interface; that must be asked for.
		host = loopback
	}
	opts.Host, opts.Port = host, int(n)
	if n == 0 {
		opts.Port = server.RANDOM_PORT // there 0 means the default port
	}
	return nil
}

// listenError explains why the server did not get its address.
func listenError(address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		_, port, _ := net.SplitHostPort(address)
		return fault.Usage(fmt.Errorf("listen on %q: port %s is in use by another program: %w", address, port, err),
			"stop that program, or take a free port with --listen 127.0.0.1:0")
	}
	return fault.Usage(fmt.Errorf("listen on %q: %w", address, err), listenHint)
}
