// Package metrics counts what becomes of firings and serves the counts over HTTP, for
// Prometheus, with two pages for those who watch over the process:
//
//	/metrics   the counts, in Prometheus' text format
//	/healthz   200 while the process works
//	/readyz    200 while it serves: connected, and its firings go out
//
//	m := metrics.New()
//	server, err := m.Serve("127.0.0.1:9090", metrics.Probes{Healthy: …, Ready: …})
package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"recue/runtime/fault"
)

// Metrics are the counts of one node. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	firings  *prometheus.CounterVec // published by this node, by job and kind
	lateness prometheus.Histogram
	ended    *prometheus.CounterVec // runs that this node saw to their end, by job and state
	running  *prometheus.GaugeVec
	took     *prometheus.HistogramVec
	broken   *prometheus.GaugeVec
}

// New makes counts that are zero.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		firings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recue_firings_total", Help: "Firings that this node published, by job and kind: due, missed.",
		}, []string{"job", "kind"}),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "recue_lateness_seconds", Help: "From the time at which a run was due to its beginning on this node.",
			Buckets: []float64{.001, .005, .01, .02, .05, .1, .25, .5, 1, 5, 30, 60, 600, 3600},
		}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recue_runs_total", Help: "Runs that this node saw to their end, by job and state: done, failed, cancelled, skipped, missed, interrupted.",
		}, []string{"job", "state"}),
		running: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "recue_running", Help: "Runs that go on now on this node, by job.",
		}, []string{"job"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "recue_run_seconds", Help: "How long runs took, by job.",
			Buckets: []float64{.1, 1, 10, 60, 600, 1800, 3600, 7200, 14400, 43200},
		}, []string{"job"}),
		broken: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "recue_script_broken", Help: "1 while the newest version of a script is broken, and the one before in force; by script.",
		}, []string{"script"}),
	}
	m.registry.MustRegister(m.firings, m.lateness, m.ended, m.running, m.took, m.broken,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Fired counts a firing that this node published. job "" stands for planned stops:
// each of them has a name of its own, and there is no end to those.
func (m *Metrics) Fired(job, kind string) { m.firings.WithLabelValues(label(job), kind).Inc() }

// Run gives the counts of a job's runs: began counts one that begins on this node, late
// after it was due, and ended its end.
func (m *Metrics) Run(job string) (began func(late time.Duration) (ended func())) {
	running, took := m.running.WithLabelValues(label(job)), m.took.WithLabelValues(label(job))
	return func(late time.Duration) func() {
		begun := time.Now()
		m.lateness.Observe(max(late, 0).Seconds())
		running.Inc()
		return func() {
			running.Dec()
			took.Observe(time.Since(begun).Seconds())
		}
	}
}

// Ended counts runs, or firings that did not become one, that this node saw to their end.
func (m *Metrics) Ended(job, state string, count int) {
	m.ended.WithLabelValues(label(job), state).Add(float64(max(count, 1)))
}

// Broken says whether the newest version of a script is broken.
func (m *Metrics) Broken(script string, broken bool) {
	value := 0.0
	if broken {
		value = 1
	}
	m.broken.WithLabelValues(script).Set(value)
}

func label(job string) string {
	if job == "" {
		return "planned stop"
	}
	return job
}

// Probes say how the process is; an error says what is wrong.
type Probes struct {
	Healthy func(ctx context.Context) error // it works
	Ready   func(ctx context.Context) error // it can do what it is for
	// Notes are lines that the pages show besides: what somebody should look at, though the
	// process works. May be nil.
	Notes func() []string
}

// probePatience is how long a probe may take.
const probePatience = 5 * time.Second

// Server answers over HTTP until it is closed.
type Server struct {
	http  *http.Server
	addr  net.Addr
	ended chan struct{}
}

// Serve begins to answer at an address "host:port". Its error is wrong usage.
func (m *Metrics) Serve(address string, probes Probes) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.Usage(fmt.Errorf("--metrics %s: another program listens there: %w", address, err), "stop that program, or take another port; port 0 takes any free one")
	case err != nil:
		return nil, fault.Usage(fmt.Errorf("--metrics %s: %w", address, err), "write host:port, such as 127.0.0.1:9090; port 0 takes any free one")
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	mux.Handle("/healthz", page(probes.Healthy, probes.Notes))
	mux.Handle("/readyz", page(probes.Ready, probes.Notes))
	s := &Server{
		http:  &http.Server{Handler: mux, ReadHeaderTimeout: probePatience, WriteTimeout: 6 * probePatience},
		addr:  listener.Addr(),
		ended: make(chan struct{}),
	}
	go func() {
		defer close(s.ended)
		_ = s.http.Serve(listener) // it ends with Close
	}()
	return s, nil
}

// Addr is where it answers.
func (s *Server) Addr() net.Addr { return s.addr }

// Close ends it, with what is being answered.
func (s *Server) Close() {
	_ = s.http.Close()
	<-s.ended
}

// page answers 200 "ok", or 503 with what is wrong, and the notes.
func page(probe func(context.Context) error, notes func() []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probePatience)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		text := "ok"
		if err := probe(ctx); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			text = err.Error()
		}
		if notes != nil {
			text = strings.Join(append([]string{text}, notes()...), "\n")
		}
		_, _ = fmt.Fprintln(w, text) // who asked may have gone
	})
}
