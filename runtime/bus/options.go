package bus

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/sirupsen/logrus"

	"recue/runtime/clock"
	"recue/runtime/fault"
)

// The connection's own times. A dead link is noticed when pingsOut pings have
// gone without an answer and the next is due.
const (
	defaultConnectTimeout = 2 * time.Second
	defaultPingInterval   = 5 * time.Second
	pingsOut              = 2
	defaultWriteTimeout   = 5 * time.Second
	closeTimeout          = 5 * time.Second
	minReconnectDelay     = 250 * time.Millisecond
	maxReconnectDelay     = 5 * time.Second
)

// Replies that have arrived and wait for their turn. More are dropped, with a
// warning; every request in flight has room for many times its reply.
const (
	maxPendingReplies = 1 << 20
	maxPendingBytes   = 256 << 20
)

// Options say where to connect and as whom. The zero value connects to
// nats://127.0.0.1:4222 without a login.
type Options struct {
	// URL is one address, or several with commas: nats://, tls://, ws://, wss://,
	// or just host:port. It may carry user:password@ or token@. With tls:// or
	// any TLS file, TLS is required of every server.
	URL string
	// Name is what the server shows as the name of this connection.
	Name string

	User, Password string
	Token          string
	Creds          string // a credentials file: JWT and seed
	NKey           string // a file with an nkey seed

	TLSCert, TLSKey string // PEM files, both or none
	TLSCA           string // PEM file: who may have signed the server's certificate

	// InProcess, if set, is a server in this process to connect to. URL and the
	// TLS files are then not used.
	InProcess nats.InProcessConnProvider

	// ConnectTimeout bounds the dialling of each server, and then its greeting
	// and the login. 0 means 2 s.
	ConnectTimeout time.Duration
	// PingInterval is how often the server is asked for a sign of life; the third
	// ping in a row without one ends the link. 0 means 5 s.
	PingInterval time.Duration
	// WriteTimeout is how long the server may take nothing from the link before it
	// counts as gone. 0 means 5 s.
	WriteTimeout time.Duration
	// Log receives what happens to the connection. Nil: nothing is logged.
	Log *logrus.Entry
	// Clock times the requests. Nil means clock.Real.
	Clock clock.Clock
}

// withDefaults fills in what may be left out.
func (o Options) withDefaults() Options {
	if o.URL == "" {
		o.URL = nats.DefaultURL
	}
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = defaultConnectTimeout
	}
	if o.PingInterval <= 0 {
		o.PingInterval = defaultPingInterval
	}
	if o.WriteTimeout <= 0 {
		o.WriteTimeout = defaultWriteTimeout
	}
	if o.Clock == nil {
		o.Clock = clock.Real{}
	}
	if o.Log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		silent.SetLevel(logrus.PanicLevel)
		o.Log = logrus.NewEntry(silent)
	}
	return o
}

// client turns o into the options of the NATS library, without the handlers
// and the dialler. Its errors are wrong configuration (exit code 2).
func (o Options) client() (nats.Options, error) {
	n := nats.GetDefaultOptions()
	n.Name = o.Name
	n.Timeout = o.ConnectTimeout
	n.PingInterval, n.MaxPingsOut = o.PingInterval, pingsOut
	n.FlusherTimeout = o.WriteTimeout
	n.DrainTimeout = closeTimeout
	n.ReconnectOnFlusherError = true // a server that takes nothing is as good as gone
	n.MaxReconnect = -1              // never give up
	n.ReconnectBufSize = -1          // hold nothing back: it would be delivered after its sender was told that it failed
	n.SkipHostLookup = true          // the dialler does it, and can be interrupted
	n.User, n.Password, n.Token = o.User, o.Password, o.Token
	if err := o.addLogin(&n); err != nil {
		return n, err
	}
	if o.InProcess != nil {
		return n, nil
	}
	var err error
	if n.Servers, err = splitURL(o.URL); err != nil {
		return n, err
	}
	return n, o.addTLS(&n)
}

// addLogin adds the kinds of login that are kept in files. The library reads
// them again at every reconnect, so that they can be renewed.
func (o Options) addLogin(n *nats.Options) error {
	if o.Creds != "" && o.NKey != "" {
		return fault.Usage(errors.New("both a credentials file and an nkey file are given"),
			"give --creds or --nkey, not both")
	}
	if o.Creds != "" {
		if err := checkCreds(o.Creds); err != nil {
			return fault.Usage(fmt.Errorf("credentials file %q: %w", o.Creds, err),
				"give --creds a file as nsc writes it, with the JWT and the seed of a user")
		}
		return nats.UserCredentials(o.Creds)(n)
	}
	if o.NKey != "" {
		option, err := nats.NkeyOptionFromSeed(o.NKey)
		if err != nil {
			return fault.Usage(fmt.Errorf("nkey file %q: %w", o.NKey, withoutPrefix(err)),
				"give --nkey a file with the seed of a user, which begins with SU")
		}
		return option(n)
	}
	return nil
}

// checkCreds says what is wrong with a credentials file: the library reads it
// only while it connects, and its error would look like one of the network.
func checkCreds(path string) error {
	contents, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	defer clear(contents)
	if _, err := nkeys.ParseDecoratedJWT(contents); err != nil {
		return err
	}
	key, err := nkeys.ParseDecoratedUserNKey(contents)
	if err != nil {
		return err
	}
	key.Wipe()
	return nil
}

// addTLS adds the TLS files, each of which makes TLS required. The library
// does the same for tls:// and wss:// in an address.
func (o Options) addTLS(n *nats.Options) error {
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return fault.Usage(errors.New("a TLS certificate needs its key, and the other way round"),
			"give both --tlscert and --tlskey")
	}
	if o.TLSCert != "" {
		if err := nats.ClientCert(o.TLSCert, o.TLSKey)(n); err != nil {
			return fault.Usage(fmt.Errorf("TLS certificate %q with key %q: %w", o.TLSCert, o.TLSKey, withoutPrefix(err)), "")
		}
	}
	if o.TLSCA != "" {
		if err := nats.RootCAs(o.TLSCA)(n); err != nil {
			return fault.Usage(fmt.Errorf("TLS CA file %q: %w", o.TLSCA, withoutPrefix(err)), "")
		}
	}
	return nil
}

// reconnectDelay is the pause before the next round over all servers, after so
// many in vain. It is random, so that the clients of a server that comes back
// do not all arrive at once.
func reconnectDelay(rounds int) time.Duration {
	ceiling := maxReconnectDelay
	if rounds < 5 {
		ceiling = min(ceiling, 2*minReconnectDelay<<max(rounds-1, 0))
	}
	return minReconnectDelay + rand.N(ceiling-minReconnectDelay)
}

// worded is an error in our words, with the foreign error behind it.
type worded struct {
	text string
	err  error
}

func (w worded) Error() string { return w.text }
func (w worded) Unwrap() error { return w.err }

// withoutPrefix shows an error of the NATS library without its "nats: ".
func withoutPrefix(err error) error {
	return worded{strings.TrimPrefix(err.Error(), "nats: "), err}
}
