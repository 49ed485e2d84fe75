package bus

import (
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
)

// The command and the reply have about the size of the protocol's.
var (
	benchCommand = []byte(`{"task_id":"task01","cmd":"start","payload":{"segment_time":300.0,"snd_source":"pulsesrc01","snd_byterate":96,"vid_stream":"main","vid_byterate":2000}}`)
	benchReply   = []byte(`{"task_id":"task01","msg_status":"success","app_status":"started","payload":{"segment_time":300.0,"file_path":"/mnt/rec001.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":""}}`)
)

const benchInFlight = 1000

// benchServer runs a server and a recorder in this process, over TCP; so they
// have their part in the figures.
func benchServer(b *testing.B) (url string) {
	srv := startServer(b, nil)
	listen(b, client(b, srv.ClientURL()), subject, func(m *nats.Msg) { _ = m.Respond(benchReply) })
	return srv.ClientURL()
}

// BenchmarkRequest keeps a thousand requests in flight from one goroutine.
func BenchmarkRequest(b *testing.B) {
	c := connect(b, Options{URL: benchServer(b)})
	b.ReportAllocs()
	b.ResetTimer()
	free := make(chan bool, benchInFlight)
	for range b.N {
		free <- true
		c.Request(subject, benchCommand, patience, func(_ []byte, err error) {
			if err != nil {
				b.Error(err)
			}
			<-free
		})
	}
	for range benchInFlight {
		free <- true // wait for the last ones
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
}

// BenchmarkDo is Request with a goroutine for each that waits.
func BenchmarkDo(b *testing.B) {
	c := connect(b, Options{URL: benchServer(b)})
	benchGoroutines(b, func() error {
		_, err := c.Do(b.Context(), subject, benchCommand, patience)
		return err
	})
}

// BenchmarkLibrary is what one writes without this package.
func BenchmarkLibrary(b *testing.B) {
	nc := client(b, benchServer(b))
	benchGoroutines(b, func() error {
		_, err := nc.Request(subject, benchCommand, patience)
		return err
	})
}

func benchGoroutines(b *testing.B, request func() error) {
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	work := make(chan bool)
	for range benchInFlight {
		wg.Go(func() {
			for range work {
				if err := request(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for range b.N {
		work <- true
	}
	close(work)
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
}
