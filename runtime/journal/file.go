package journal

import (
	"bytes"
	"errors"
	"io/fs"
)

// sink is the file that is written to. Each Write goes to the end in one piece.
type sink interface {
	Write(b []byte) (int, error)
	Sync() error
	Close() error
}

// appender writes whole lines to a sink. It is not safe for concurrent use.
type appender struct {
	sink sink
	torn bool   // the sink's last line has no end
	room []byte // for lines behind a torn one
}

// append writes lines, each with its newline, in one piece. Where that fails,
// the first whole bytes of them, which are whole lines, are in the file.
func (a *appender) append(lines []byte) (whole int, err error) {
	out, extra := lines, 0
	if a.torn {
		a.room = append(append(a.room[:0], '\n'), lines...)
		out, extra = a.room, 1
	}
	n, err := a.sink.Write(out)
	if n > 0 {
		a.torn = out[n-1] != '\n'
	}
	return bytes.LastIndexByte(lines[:max(n-extra, 0)], '\n') + 1, err
}

// cause is a file error without the operation and the path, which the message
// around it has.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
