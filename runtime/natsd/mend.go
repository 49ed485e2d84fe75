package natsd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/sirupsen/logrus"
)

// roomNeeded is how much a disk that was full must take, in bytes, before it is
// written to again.
const roomNeeded = 1 << 20

// mendEvery is how often it is looked whether the store can be written again.
const mendEvery = time.Second

// probeFile is what is written, in the store's folder, to find that out.
const probeFile = "recue.probe"

// watchStore begins to mend what fails.
func (s *Server) watchStore(log *serverLog) {
	entry := log.entry
	if entry == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		entry = logrus.NewEntry(silent)
	}
	config := *s.nats.JetStreamConfig()
	config.StoreDir = s.store.dir // the library adds a folder to it
	ctx, end := context.WithCancel(context.Background())
	s.end = end
	s.mending.Go(func() { s.mend(ctx, config, log.failed, entry) })
}

// mend brings the JetStream back after a write that failed, on a full disk say, until
// ctx ends. The library writes nothing more to what has failed once, not even when
// there is room again. Its connections are left alone: those of the recorders too.
func (s *Server) mend(ctx context.Context, config server.JetStreamConfig, failed <-chan error, log *logrus.Entry) {
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-failed:
			err = pathless(err)
			s.ailing.Store(&err)
			log.WithField("store", s.store.dir).Errorf("the store cannot be written: %v; nothing fires until it can, and what runs goes on", err)
		}
		if err := s.nats.ShutdownJetStream(); err != nil {
			log.WithError(err).Warn("JetStream could not be stopped")
		}
		for !s.revived(ctx, config, failed, log) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(mendEvery):
			}
		}
	}
}

// revived starts the JetStream where the store can be written again.
func (s *Server) revived(ctx context.Context, config server.JetStreamConfig, failed <-chan error, log *logrus.Entry) bool {
	if ctx.Err() != nil || s.store.probe() != nil {
		return false
	}
	select {
	case <-failed: // when it was stopped
	default:
	}
	if err := s.nats.EnableJetStream(&config); err != nil {
		log.WithField("store", s.store.dir).WithError(err).Warn("the store cannot be opened yet")
		return false
	}
	s.ailing.Store(nil)
	log.WithField("store", s.store.dir).Warn("the store can be written again")
	return true
}

// StoreError says why the Store cannot be written at present, or nil.
func (s *Server) StoreError() error {
	if err := s.ailing.Load(); err != nil {
		return fmt.Errorf("the store %q cannot be written: %w", s.store.dir, *err)
	}
	return nil
}

// probe says why the store cannot be written.
func (s *store) probe() error {
	path := filepath.Join(s.dir, probeFile)
	defer os.Remove(path)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer file.Close() // after Sync nothing is left to write
	if _, err := file.Write(make([]byte, roomNeeded)); err != nil {
		return err
	}
	return file.Sync()
}

// pathless is the cause of an error about a file of the library's.
func pathless(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
