package firing

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"recue/runtime/fault"
)

// Names on the server.
const (
	jobsBucket = "recue_jobs"
	runsBucket = "recue_runs"
	stream     = "RECUE_FIRES"
	subjects   = "recue.fire."
	consumer   = "workers"
	dueHeader  = "Recue-Due"
)

// historyAge is how long a run's record is kept.
const historyAge = 90 * 24 * time.Hour

// firingsKept is how many firings of a job the stream keeps.
const firingsKept = 200

// maxPublishing is how many firings may be on their way into the stream.
const maxPublishing = 20_000

// maxUnacked is how many firings may be in hand, of all nodes.
const maxUnacked = 10_000

// Options say how the state is kept. What is zero is left as it is, where the state is
// there already.
type Options struct {
	Replicas int           // on a cluster: 3 survives the loss of a server; 0 means 1 for what is made
	AckWait  time.Duration // how long a dead worker's firing stays with it; 0 means 30 s for what is made
	// Existing has nothing made: it is ErrNoState where there is none.
	Existing bool
	// Unchecked leaves the conditions out under which firings and runs are written, so
	// that a test sees its checks catch the doubles.
	Unchecked bool
}

// Store is the durable state of all jobs. It is safe for concurrent use.
type Store struct {
	opts    Options
	js      jetstream.JetStream
	jobs    jetstream.KeyValue
	runs    jetstream.KeyValue
	fires   jetstream.Stream
	workers jetstream.Consumer

	fireWrites, jobWrites *batcher   // of fires, and of jobs
	runWrites             *committer // of runs
}

// Open finds the state on the server that nc talks to, and makes it if need be. An
// error says what the server lacks; it is one of the connection (exit code 3) or of
// usage (2).
func Open(ctx context.Context, nc *nats.Conn, opts Options) (*Store, error) {
	s, err := openAll(ctx, nc, opts)
	if err != nil {
		return nil, storeError("open the state of the schedules", explained(nc, err))
	}
	return s, nil
}

func openAll(ctx context.Context, nc *nats.Conn, opts Options) (*Store, error) {
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(maxPublishing), jetstream.WithPublishAsyncTimeout(publishPatience))
	if err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	// Where it is not allowed there is no answer: that must not take long to find out.
	greeting, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := js.AccountInfo(greeting); err != nil {
		return nil, err
	}
	s := &Store{opts: opts, js: js}
	if s.jobs, s.jobWrites, err = s.bucket(ctx, jobsBucket, 0); err != nil {
		return nil, err
	}
	s.runWrites = &committer{}
	if s.runs, s.runWrites.batcher, err = s.bucket(ctx, runsBucket, historyAge); err != nil {
		return nil, err
	}
	s.fires, s.fireWrites, err = s.kept(ctx, stream, func() error {
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{
			Name: stream, Subjects: []string{subjects + "*"}, Description: "firings of Recue's schedules",
			Retention: jetstream.LimitsPolicy, Storage: jetstream.FileStorage, Replicas: max(opts.Replicas, 1), MaxMsgsPerSubject: firingsKept,
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", stream, err)
	}
	if s.workers, err = s.consumer(ctx); err != nil {
		return nil, fmt.Errorf("consumer %s: %w", consumer, err)
	}
	return s, nil
}

// consumer finds the consumer of the firings. It is made where it is not there, and its
// AckWait changed where the options ask for that. It has as many replicas as its stream.
func (s *Store) consumer(ctx context.Context) (jetstream.Consumer, error) {
	config := jetstream.ConsumerConfig{
		Durable: consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: cmp.Or(s.opts.AckWait, 30*time.Second),
		MaxDeliver: -1, MaxAckPending: maxUnacked,
	}
	found, err := s.js.Consumer(ctx, stream, consumer)
	switch {
	case errors.Is(err, jetstream.ErrConsumerNotFound) && s.opts.Existing:
		return nil, ErrNoState
	case err == nil:
		is := found.CachedInfo().Config
		config.AckWait = cmp.Or(s.opts.AckWait, is.AckWait)
		if s.opts.Existing || is.AckWait == config.AckWait && is.MaxAckPending == config.MaxAckPending {
			return found, nil
		}
	case !errors.Is(err, jetstream.ErrConsumerNotFound):
		return nil, err
	}
	return s.js.CreateOrUpdateConsumer(ctx, stream, config)
}

// kept finds a stream, or has it made. It is made to take batches, and to have as many
// replicas as the options say; all else stays as it is there.
func (s *Store) kept(ctx context.Context, name string, make func() error) (jetstream.Stream, *batcher, error) {
	found, err := s.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if s.opts.Existing {
			return nil, nil, ErrNoState
		}
		if err := make(); err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return nil, nil, err
		}
		found, err = s.js.Stream(ctx, name)
	}
	if err == nil && !s.opts.Existing {
		found, err = s.adapt(ctx, found)
	}
	if err != nil {
		return nil, nil, err
	}
	return found, &batcher{js: s.js, enabled: found.CachedInfo().Config.AllowAtomicPublish, patience: publishPatience}, nil
}

// adaptPatience is how long a server may take to allow batches: where it must not be
// asked there is no answer.
const adaptPatience = 2 * time.Second

// adapt changes what kept changes. A server that cannot take batches, or that this user
// may not ask for them, is written to without.
func (s *Store) adapt(ctx context.Context, found jetstream.Stream) (jetstream.Stream, error) {
	config := found.CachedInfo().Config
	other := s.opts.Replicas > 0 && config.Replicas != s.opts.Replicas
	if other {
		config.Replicas = s.opts.Replicas
	}
	if !config.AllowAtomicPublish {
		short, cancel := context.WithTimeout(ctx, adaptPatience)
		defer cancel()
		batches := config
		batches.AllowAtomicPublish = true
		if updated, err := s.js.UpdateStream(short, batches); err == nil {
			return updated, nil
		}
	}
	if other {
		return s.js.UpdateStream(ctx, config)
	}
	return found, nil
}

func (s *Store) bucket(ctx context.Context, name string, age time.Duration) (jetstream.KeyValue, *batcher, error) {
	_, b, err := s.kept(ctx, "KV_"+name, func() error {
		_, err := s.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: name, History: 1, TTL: age, Storage: jetstream.FileStorage, Replicas: max(s.opts.Replicas, 1),
		})
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("bucket %s: %w", name, err)
	}
	kv, err := s.js.KeyValue(ctx, name)
	if err != nil {
		return nil, nil, fmt.Errorf("bucket %s: %w", name, err)
	}
	return kv, b, nil
}

// ErrNoState is in the chain of Open's error where no node has served yet.
var ErrNoState = errors.New("no schedules are kept there")

// Temporary says whether what failed with err may succeed another time: the server is
// away, or its cluster without a leader.
func Temporary(err error) bool {
	var api *jetstream.APIError
	for _, e := range []error{
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrDisconnected, nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting,
	} {
		if errors.Is(err, e) {
			return !errors.Is(err, errNotAllowed)
		}
	}
	return errors.As(err, &api) && api.Code == 503 && api.ErrorCode != jetstream.JSErrCodeJetStreamNotEnabled
}

// errNotAllowed marks a timeout that the server's refusal explains.
var errNotAllowed = errors.New("the server refuses it")

// explained joins a failure with what the server has said meanwhile: a request that it
// does not allow has no answer.
func explained(nc *nats.Conn, err error) error {
	if said := nc.LastError(); Temporary(err) && errors.Is(said, nats.ErrPermissionViolation) {
		return fmt.Errorf("%w: %w: %w", err, errNotAllowed, said)
	}
	return err
}

// storeError says what a failed set-up lacks.
func storeError(doing string, err error) error {
	err = fmt.Errorf("%s: %w", doing, err)
	var api *jetstream.APIError
	switch {
	case errors.Is(err, ErrNoState):
		return fault.Usage(ErrNoState, "`recue serve SCRIPT` has to run first, on the same server")
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount), errors.Is(err, nats.ErrNoResponders):
		return fault.Connect(fmt.Errorf("this NATS server, or this account on it, has no JetStream, where schedules are kept: %w", err),
			"turn JetStream on there, or keep the schedules in a folder of this machine with --store DIR")
	case errors.Is(err, nats.ErrPermissionViolation), strings.Contains(strings.ToLower(err.Error()), "permissions violation"):
		return fault.Connect(err, "the NATS user needs the permission to publish to $JS.API.>, $KV.>, recue.> and _INBOX.>, and to subscribe to recue.who and _INBOX.>")
	case errors.As(err, &api) && api.ErrorCode == 10074: // stream replicas not supported in non-clustered mode
		return fault.Usage(err, "--replicas needs a NATS cluster of as many servers")
	case errors.As(err, &api) && api.ErrorCode == 10005: // no suitable peers for placement
		return fault.Usage(err, "--replicas needs as many servers with JetStream in the cluster: are there so many, and are they all up?")
	case errors.As(err, &api) && api.ErrorCode == 10049: // stream store creation failed
		return fault.Connect(err, "the server cannot write to the folder of its JetStream; its log says why")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return fault.Connect(err, "JetStream does not answer: has its cluster a leader, may this user publish to $JS.API.>?")
	}
	return fault.Connect(err, "")
}

// put writes a record on condition that the one of the revision is the last; 0 means
// that there is none. ok is false where another was faster.
func put(ctx context.Context, kv jetstream.KeyValue, key string, record any, revision uint64) (next uint64, ok bool, err error) {
	data, err := json.Marshal(record)
	if err != nil {
		return 0, false, err
	}
	if revision == 0 {
		next, err = kv.Create(ctx, key, data)
	} else {
		next, err = kv.Update(ctx, key, data, revision)
	}
	if conflict(err) || errors.Is(err, jetstream.ErrKeyExists) {
		return 0, false, nil
	}
	return next, err == nil, err
}

// putRun is put for the bucket of the runs, of which nothing is ever deleted. What many
// write at the same time is stored together.
func (s *Store) putRun(ctx context.Context, key string, record any, revision uint64) (next uint64, ok bool, err error) {
	data, err := json.Marshal(record)
	if err != nil {
		return 0, false, err
	}
	w := s.runWrites.store(ctx, write{subject: recordSubject(runsBucket, key), data: data, last: revision, unchecked: s.opts.Unchecked})
	return w.seq, w.won, w.err
}

// recordSubject is the subject of a record's messages.
func recordSubject(bucket, key string) string { return "$KV." + bucket + "." + key }

// get reads a record; revision 0 means that there is none.
func get(ctx context.Context, kv jetstream.KeyValue, key string, record any) (revision uint64, err error) {
	entry, err := kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(entry.Value(), record); err != nil {
		return 0, fmt.Errorf("the record %q is damaged: %w", key, err)
	}
	return entry.Revision(), nil
}

// conflict says whether a write failed because another came first. A replicated
// stream says so with a code of its own.
func conflict(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) &&
		(api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// publishPatience is how long the server may take to store a firing.
const publishPatience = 5 * time.Second

// publish puts a firing into the stream, on condition that the job's last message is
// the one with the sequence last (0: it has none). won is false where another was
// faster.
func (s *Store) publish(ctx context.Context, f Firing, last uint64) (seq uint64, won bool, err error) {
	w, err := s.firing(f, last)
	if err != nil {
		return 0, false, err
	}
	s.fireWrites.singly(ctx, []*write{w})
	return w.seq, w.won, w.err
}

// firing is a firing as it is written.
func (s *Store) firing(f Firing, last uint64) (*write, error) {
	data, err := json.Marshal(f)
	return &write{
		subject: subjects + token(f.Job), due: f.Due.UTC().Format(time.RFC3339Nano), data: data, last: last, unchecked: s.opts.Unchecked,
	}, err
}

// readPatience is how long the server may take to look a firing up. The ticker waits for
// it, and asks again.
const readPatience = 2 * time.Second

// last is the job's last firing and its sequence; 0 means that it has none.
func (s *Store) last(ctx context.Context, job string) (f Firing, seq uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, readPatience)
	defer cancel()
	msg, err := s.fires.GetLastMsgForSubject(ctx, subjects+token(job))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return Firing{}, 0, nil
	}
	if err != nil {
		return Firing{}, 0, err
	}
	if err := json.Unmarshal(msg.Data, &f); err != nil {
		return Firing{}, 0, fmt.Errorf("the firing %d of the stream %s is damaged: %w", msg.Sequence, stream, err)
	}
	return f, msg.Sequence, nil
}
