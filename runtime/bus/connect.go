package bus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"recue/runtime/fault"
)

// inProcessName stands for the address of a server in this process.
const inProcessName = "the NATS server in this process"

// Connect connects to the first server that takes us, and returns when the
// connection is ready for requests. It tries each server once; the end of ctx
// ends it early. Afterwards the connection is kept up without an end.
//
// Unreadable credentials and malformed addresses are wrong configuration (exit
// code 2); any other error is one of fault.Connect (exit code 3). No error
// repeats a password, a token or the user info of an address.
func Connect(ctx context.Context, o Options) (*Conn, error) {
	o = o.withDefaults()
	options, err := o.client()
	if err != nil {
		return nil, err
	}
	where := redact(o.URL)
	if o.InProcess != nil {
		where = inProcessName
	}
	c := newConn(o, where)
	c.handlers(&options)
	if o.InProcess != nil {
		options.InProcessServer = c.link
	} else {
		options.CustomDialer = c.link
	}

	release := context.AfterFunc(ctx, c.link.cut)
	err = c.open(ctx, options)
	if !release() {
		err = context.Cause(ctx) // the cut connection is only the consequence
	}
	if err != nil {
		c.closing.Store(true)
		c.link.cut()
		if c.nc != nil {
			c.nc.Close()
			<-c.ended
		}
		return nil, connectError(where, o, err)
	}
	c.log.WithField("server", c.ConnectedURL()).Debug("connected to NATS")
	return c, nil
}

// open connects and subscribes to the replies. It waits for the server to have
// seen the subscription: whether we may hear the answers must be known before
// the first command is sent.
func (c *Conn) open(ctx context.Context, options nats.Options) error {
	nc, err := options.Connect()
	if err != nil {
		return err
	}
	c.nc = nc
	c.library.Store(nc)
	c.connectedTo(nc)
	sub, err := nc.Subscribe(c.inbox+"*", c.onReply)
	if err != nil {
		return err
	}
	if err := sub.SetPendingLimits(maxPendingReplies, maxPendingBytes); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, options.Timeout)
	defer cancel()
	if err := nc.FlushWithContext(ctx); err != nil {
		return err
	}
	if err := nc.LastError(); errors.Is(err, nats.ErrPermissionViolation) {
		c.inboxRefused(err)
	}
	return nil
}

// renewKey reads the nkey again before a reconnect. The library signs with what the file
// has then, but goes on to name the key that it had at first; it holds its lock, under which it
// reads its options, while it dials.
func (c *Conn) renewKey() {
	nc := c.library.Load()
	if nc == nil {
		return // the first time
	}
	option, err := nats.NkeyOptionFromSeed(c.options.NKey)
	if err == nil {
		err = option(&nc.Opts)
	}
	if err != nil {
		c.log.WithError(withoutPrefix(err)).Warnf("the nkey file %q cannot be read again: the one from before is still used", c.options.NKey)
	}
}

// newInbox is the prefix of the reply subjects of one connection.
func newInbox() string { return nats.InboxPrefix + nuid.Next() + "." }

// connectError says in words why there is no connection, and what to try.
func connectError(where string, o Options, err error) error {
	why, hint := explain(o, err)
	return fault.Connect(fmt.Errorf("connect to NATS at %s: %w", where, worded{why, err}), hint)
}

func explain(o Options, err error) (why, hint string) {
	const addressRight = "is the NATS server running, and is its address right (--server, NATS_URL)?"
	said := withoutPrefix(err)
	var unknownName *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted", ""
	case errors.Is(err, nats.ErrNoServers):
		return "nothing listens there", addressRight
	case loginRefused(err):
		return fmt.Sprintf("it refuses the login (%v)", said), loginHint(o)
	case errors.Is(err, nats.ErrNkeysNotSupported):
		return "it knows no nkeys, so it cannot check ours", loginHint(o)
	case errors.Is(err, nats.ErrSecureConnWanted):
		return "TLS is required here, but the server offers none",
			"leave out tls:// and the TLS files only where a plain connection is safe"
	case aboutTLS(err):
		return fmt.Sprintf("no secure connection: %v", said), tlsHint(o, err)
	case errors.As(err, &unknownName):
		return fmt.Sprintf("the host name %q is not known", unknownName.Name), addressRight
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time", "is it a NATS server, is its address right, and does a firewall let us through?"
	case errors.Is(err, nats.ErrNoInfoReceived), errors.Is(err, io.EOF):
		return "what listens there does not speak NATS", addressRight
	}
	return said.Error(), ""
}

// Temporary says whether Connect, which failed with err, may succeed another time
// without a change of the configuration: the server is away, and not one that does
// not let us in.
func Temporary(err error) bool {
	var said worded
	if !errors.As(err, &said) {
		return false
	}
	switch {
	case fault.ExitCode(err) != fault.ExitConnect, loginRefused(said.err), aboutTLS(err),
		errors.Is(err, nats.ErrNkeysNotSupported), errors.Is(err, nats.ErrSecureConnWanted):
		return false
	}
	return true
}

// loginRefused says whether NATS refused, or no longer accepts, who we are. The
// library has errors for that, and while it connects it gives the server's words
// instead (nats.go, checkAuthError).
func loginRefused(err error) bool {
	for _, refusal := range []error{
		nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired,
	} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	said := strings.ToLower(withoutPrefix(err).Error())
	for _, refusal := range []string{"authorization violation", "user authentication", "account authentication"} {
		if strings.HasPrefix(said, refusal) {
			return true
		}
	}
	return false
}

func loginHint(o Options) string {
	switch {
	case o.Creds != "":
		return "check the credentials file (--creds, NATS_CREDS)"
	case o.NKey != "":
		return "check the nkey file (--nkey, NATS_NKEY)"
	case o.Token != "":
		return "check the token (--token, NATS_TOKEN)"
	case o.User != "":
		return "check user and password (--user, --password, NATS_USER, NATS_PASSWORD)"
	case strings.Contains(o.URL, "@"):
		return "check the login in the server's address (--server, NATS_URL)"
	}
	return "give a login: --user and --password, --token, --creds, --nkey, or --context"
}

// aboutTLS says whether the handshake failed. What the other side says about
// our certificate comes as an error of a type that crypto/tls does not export.
func aboutTLS(err error) bool {
	var header tls.RecordHeaderError
	return errors.Is(err, nats.ErrTLS) || errors.As(err, &header) || strings.Contains(err.Error(), "tls: ")
}

func tlsHint(o Options, err error) string {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server needs a new certificate; or is this machine's clock wrong?"
	case errors.As(err, &authority):
		return "name the authority that signed the server's certificate with --tlsca"
	case errors.As(err, &host):
		return "use the host name that is in the server's certificate"
	case strings.Contains(err.Error(), "certificate"), errors.Is(err, nats.ErrTLS) && strings.Contains(err.Error(), "after TLS handshake"):
		// With TLS 1.3 the server judges our certificate after our handshake is
		// done; where we write at that moment, its reason is lost.
		if o.TLSCert != "" {
			return "the server does not accept our certificate (--tlscert): has it expired, and does the server trust who signed it?"
		}
		return "does the server want a client certificate? give it with --tlscert and --tlskey"
	}
	return "is the TLS setting right on both sides?"
}
