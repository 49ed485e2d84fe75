package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// Bounds of what one line holds, in bytes: a reply may be as large as NATS
// takes, and a journal is to be read.
const (
	maxPayload = 64 << 10
	maxMessage = 1 << 10
)

// timeForm has a fixed width: what follows it in a line is always at the same place.
const timeForm = "2006-01-02T15:04:05.000000Z"

// head begins a line.
func head(b []byte, now time.Time, run string, seq uint64, kind Kind) []byte {
	b = append(b, `{"time":"`...)
	b = now.UTC().AppendFormat(b, timeForm)
	b = append(b, `","run":"`...)
	b = append(b, run...)
	b = append(b, `","seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, `,"event":"`...)
	b = append(b, kind...)
	return append(b, '"')
}

// detail ends a line with the members of an object.
func detail(b []byte, object any) []byte {
	members, err := json.Marshal(object)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", object, err)) // strings and numbers cannot fail
	}
	members[0] = ','
	return append(append(b, members...), '\n')
}

func beginLine(b []byte, begin Begin) []byte {
	host, err := os.Hostname()
	if err != nil {
		host = "" // it is only for people
	}
	return detail(b, struct {
		Begin
		Format int    `json:"format"`
		PID    int    `json:"pid"`
		Host   string `json:"host,omitempty"`
	}{begin, format, os.Getpid(), host})
}

// intentLine ends with the command's bytes as they are sent.
func intentLine(b []byte, id uint64, cmd protocol.Command, subject, at string) []byte {
	b = append(b, `,"id":`...)
	b = strconv.AppendUint(b, id, 10)
	b = textMember(b, "subject", subject)
	b = textMember(b, "at", at)
	from := len(b)
	b = cmd.AppendJSON(b)
	b[from] = ','
	if len(b)-from > maxPayload {
		b = textMember(b[:from], "task_id", cmd.TaskID)
		b = append(textMember(b, "cmd", string(cmd.Cmd)), '}')
	}
	return append(b, '\n')
}

func outcomeLine(b []byte, s *sent, took time.Duration, reply protocol.Reply, err error) []byte {
	b = append(b, `,"id":`...)
	b = strconv.AppendUint(b, s.id, 10)
	b = textMember(b, "cmd", string(s.cmd))
	b = textMember(b, "task_id", s.task)
	b = textMember(b, "subject", s.subject)
	b = textMember(b, "at", s.at)
	outcome, message := Done, ""
	if err != nil {
		outcome, message = failure(err)
	}
	b = textMember(b, "outcome", outcome)
	b = textMember(b, "app_status", string(reply.AppStatus))
	b = textMember(b, "message", message)
	b = append(b, `,"duration":`...)
	b = strconv.AppendFloat(b, took.Seconds(), 'f', 6, 64)
	if len(reply.Payload) > 0 && len(reply.Payload) <= maxPayload {
		b = append(b, `,"payload":`...)
		b = appendCompact(b, reply.Payload)
	}
	return append(b, '}', '\n')
}

// failure gives the code and the message of a failed command.
func failure(err error) (code, message string) {
	code, message = string(fault.CodeOf(err)), err.Error()
	if f, ok := err.(*fault.Error); ok {
		message = f.Message
	}
	if code == "" {
		code = string(fault.Script)
	}
	return code, message[:min(len(message), maxMessage)]
}

// textMember adds a member whose value is a string; none for "". What is no
// UTF-8 is replaced.
func textMember(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	b, _ = jsontext.AppendQuote(b, value)
	return b
}

// appendCompact adds JSON as one line: a recorder may send it over several.
func appendCompact(b []byte, value []byte) []byte {
	if bytes.IndexByte(value, '\n') < 0 && bytes.IndexByte(value, '\r') < 0 {
		return append(b, value...)
	}
	var one bytes.Buffer
	if json.Compact(&one, value) != nil {
		return append(b, "null"...) // only what was parsed as JSON comes here
	}
	return append(b, one.Bytes()...)
}
