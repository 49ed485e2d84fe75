package journal

import (
	"fmt"
	"io"
	"os"
	"testing"

	"recue/runtime/protocol"
)

// BenchmarkCommand is what a journal costs a start: its intent and its outcome.
// With sync it waits for the disk before each.
func BenchmarkCommand(b *testing.B) {
	reply := started
	reply.Payload = []byte(`{"segment_time":300.0,"file_path":"/mnt/rec_cam1_001.wav","at_started":"2026-11-23T12:43:39Z","at_stopped":""}`)
	for _, sync := range []bool{false, true} {
		b.Run(fmt.Sprintf("sync=%v", sync), func(b *testing.B) {
			j := open(b, temp(b), Options{Sync: sync})
			b.ReportAllocs()
			for b.Loop() {
				outcome, err := j.Intend(protocol.NewCommand(protocol.Start, "cam1"), "rec.control", "nightly.lua:12")
				if err != nil {
					b.Fatal(err)
				}
				outcome(reply, nil)
			}
			if err := j.End(0); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkOpen opens a journal of 100,000 commands, all of runs that have ended,
// and one with a dead run at its beginning.
func BenchmarkOpen(b *testing.B) {
	for _, dead := range []bool{false, true} {
		b.Run(fmt.Sprintf("dead=%v", dead), func(b *testing.B) {
			path := temp(b)
			if dead {
				j := open(b, path, Options{})
				intend(b, j, protocol.Start, "lost")
				if err := j.file.sink.Close(); err != nil {
					b.Fatal(err)
				}
			}
			j := open(b, path, Options{})
			for i := range 100_000 {
				intend(b, j, protocol.Start, fmt.Sprint("cam", i))(started, nil)
			}
			if err := j.End(0); err != nil {
				b.Fatal(err)
			}
			file, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer file.Close()
			size, err := file.Seek(0, io.SeekEnd)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(size)
			for b.Loop() {
				if s, err := survey(file, size, func(string) bool { return false }); err != nil || len(s.open) > 0 != dead {
					b.Fatal(s, err)
				}
			}
		})
	}
}
