package proxy

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strconv"
	"time"
)

// Message is a NATS message that passes: PUB and HPUB to the server, MSG and
// HMSG to the client.
type Message struct {
	Link   int       // which link, counted from 1
	Opened time.Time // when the client made that link
	Way    Way
	// Subject is where it goes, Reply where its answer goes ("" for none).
	Subject, Reply string
	Payload        []byte // without headers
	Raw            []byte // all of it, as it is on the wire
}

// Tap sees each message before it is handed on, and gives what is handed on in
// its place: the same bytes, nothing, other messages. It is called from several
// goroutines, and must not call the proxy.
type Tap func(Message) []byte

// Tap has every message of the links that follow go through tap. It is for
// links without TLS only.
func (p *Proxy) Tap(tap Tap) { p.change(func() { p.tap = tap }) }

// reader gives what comes from a connection: as it comes, or cut into whole
// lines and messages if there is a tap.
func (l *link) reader(from net.Conn) func() ([]byte, error) {
	if l.tap == nil {
		buffer := make([]byte, 32<<10)
		return func() ([]byte, error) {
			n, err := from.Read(buffer)
			return buffer[:n], err
		}
	}
	lines := bufio.NewReader(from)
	return func() ([]byte, error) {
		line, err := lines.ReadBytes('\n')
		size, ok := bodySize(line)
		if err != nil || !ok {
			return line, err
		}
		body := make([]byte, size+len("\r\n"))
		n, err := io.ReadFull(lines, body)
		return append(line, body[:n]...), err
	}
}

// tapped is what the tap makes of data.
func (l *link) tapped(way Way, data []byte) []byte {
	if l.tap == nil {
		return data
	}
	m, ok := parse(data)
	if !ok {
		return data
	}
	m.Link, m.Opened, m.Way = l.number, l.opened, way
	return l.tap(m)
}

// bodySize is how many bytes follow a line, where it begins a message.
func bodySize(line []byte) (int, bool) {
	words := bytes.Fields(line)
	if len(words) < 3 {
		return 0, false
	}
	if _, ok := shapes[string(bytes.ToUpper(words[0]))]; !ok {
		return 0, false
	}
	size, err := strconv.Atoi(string(words[len(words)-1]))
	return size, err == nil && size >= 0
}

// parse reads a whole message (docs.nats.io, "Client Protocol"):
//
//	PUB subject [reply] size             MSG subject sid [reply] size
//	HPUB subject [reply] headers size    HMSG subject sid [reply] headers size
func parse(raw []byte) (Message, bool) {
	line, body, _ := bytes.Cut(raw, []byte("\r\n"))
	size, ok := bodySize(line)
	if !ok || len(body) < size {
		return Message{}, false
	}
	words := bytes.Fields(line)
	shape, ok := shapes[string(bytes.ToUpper(words[0]))]
	if !ok || len(words) < shape.words {
		return Message{}, false
	}
	m := Message{Raw: raw, Subject: string(words[1])}
	if len(words) > shape.words {
		m.Reply = string(words[shape.reply])
	}
	header := 0
	if shape.header {
		header, _ = strconv.Atoi(string(words[len(words)-2]))
	}
	m.Payload = body[min(max(header, 0), size):size]
	return m, true
}

// shape is what the line of a message looks like.
type shape struct {
	words  int // without a reply subject
	reply  int // which word the reply subject is
	header bool
}

var shapes = map[string]shape{
	"PUB": {3, 2, false}, "HPUB": {4, 2, true}, "MSG": {4, 3, false}, "HMSG": {5, 3, true},
}
