package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/sirupsen/logrus"

	"recue/runtime/bus"
	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/natsd"
	"recue/runtime/protocol"
	"recue/runtime/recorder"
	"recue/runtime/simulator"
)

// session is one connection with a recorder behind it: a real one, or one that
// is simulated in this process.
type session struct {
	conn      *bus.Conn
	client    *recorder.Client
	simulated *simulated // nil: the recorder is real
}

// connect opens a session whose commands are written down in book. Its errors are those of bus.Connect.
func connect(ctx context.Context, cfg *config.Config, log *logrus.Entry, sim bool, book *logbook) (*session, error) {
	s := &session{}
	options := busOptions(cfg, log)
	if sim {
		var err error
		if s.simulated, err = simulate(ctx, natsd.Options{Log: log}, cfg.Subject, simulator.Options{Log: log}); err != nil {
			return nil, err
		}
		options = bus.Options{Name: options.Name, InProcess: s.simulated.server, Log: log}
	}
	conn, err := bus.Connect(ctx, options)
	if err != nil {
		s.close()
		return nil, withTrial(err)
	}
	s.conn = conn
	asks := func(task recorder.Task) (command, note string) { return followUp(cfg, protocol.Status, task) }
	if sim {
		asks = nil // no other command can reach it
	}
	s.client = recorder.New(conn, recorder.Options{AskStatus: asks, Subject: cfg.Subject, Timeout: cfg.Timeout, Log: log, Journal: book.recorderJournal()})
	return s, nil
}

// close ends the session; a simulated recorder ends with it.
func (s *session) close() {
	if s.conn != nil {
		// An error says that the last commands may not have left; each of them
		// has had its own answer, or its own error.
		_ = s.conn.Close(context.Background())
	}
	if s.simulated != nil {
		s.simulated.close()
	}
}

func busOptions(cfg *config.Config, log *logrus.Entry) bus.Options {
	return bus.Options{
		URL: strings.Join(cfg.Server.URLs(), ","), Name: "recue",
		User: cfg.User, Password: cfg.Password.Reveal(), Token: cfg.Token.Reveal(),
		Creds: cfg.Creds, NKey: cfg.NKey,
		TLSCert: cfg.TLSCert, TLSKey: cfg.TLSKey, TLSCA: cfg.TLSCA,
		Log: log,
	}
}

// withTrial adds to a failed connection how to do without a server. It is only
// said: Recue never goes to the simulator by itself.
func withTrial(err error) error {
	if fault.ExitCode(err) != fault.ExitConnect || !strings.Contains(err.Error(), "nothing listens there") {
		return err
	}
	return fault.Connect(err, fault.HintOf(err)+" To try things out without one: add --sim, or run `recue sim`")
}

// simulated is a simulated recorder on a NATS server.
type simulated struct {
	server  *natsd.Server // nil: the server is someone else's
	conn    *bus.Conn
	service *simulator.Service
}

// simulate starts a NATS server in this process and a simulated recorder on it.
func simulate(ctx context.Context, o natsd.Options, subject string, opts simulator.Options) (*simulated, error) {
	server, err := natsd.Start(o)
	if err != nil {
		return nil, err
	}
	s, err := simulateOn(ctx, bus.Options{InProcess: server, Name: simName, Log: o.Log}, subject, opts)
	if err != nil {
		server.Close()
		return nil, err
	}
	s.server = server
	return s, nil
}

// simName is the name of the simulator's connection, as the server lists it.
const simName = "recue simulated recorder"

// simulateOn puts a simulated recorder on a NATS server that is already there.
func simulateOn(ctx context.Context, o bus.Options, subject string, opts simulator.Options) (*simulated, error) {
	conn, err := bus.Connect(ctx, o)
	if err != nil {
		return nil, err
	}
	service, err := simulator.Serve(ctx, conn.NATS(), subject, opts)
	if err != nil {
		_ = conn.Close(context.Background()) // nothing was published on it
		return nil, fault.Connect(fmt.Errorf("start the simulator: %w", err), "")
	}
	return &simulated{conn: conn, service: service}, nil
}

// close answers what has arrived and ends.
func (s *simulated) close() {
	s.service.Close()
	_ = s.conn.Close(context.Background()) // Service.Close has seen the last replies off
	if s.server != nil {
		s.server.Close()
	}
}
