package protocol

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// MsgStatus says whether the command was carried out.
type MsgStatus string

// AppStatus is the state of the recording now.
type AppStatus string

// What a recorder may say.
const (
	Success MsgStatus = "success"
	Failure MsgStatus = "error"

	Started  AppStatus = "started"
	Stopped  AppStatus = "stopped"
	AppError AppStatus = "error"
)

// AppStatuses lists the states of a recording.
var AppStatuses = []AppStatus{Started, Stopped, AppError}

// Reply is a valid answer to a command.
type Reply struct {
	TaskID    string
	MsgStatus MsgStatus
	AppStatus AppStatus
	// Payload is a JSON object with every field that the recorder sent, known
	// or not; nil where it sent null or none.
	Payload jsontext.Value
	// Extra holds top-level fields that this protocol does not know: a newer
	// recorder may say more. In order, nil when there are none.
	Extra []Member
}

// Member is a name and its JSON value.
type Member struct {
	Name  string
	Value jsontext.Value
}

// ParseReply reads the answer to a command for taskID. The error says in which
// way the reply breaks the protocol. The reply keeps data, which must not be
// changed any more.
func ParseReply(data []byte, taskID string) (Reply, error) {
	if r, ok := parsePlain(data, taskID); ok {
		return r, nil
	}
	return parseAny(data, taskID)
}

// parsePlain is ParseReply for what a cursor can read: valid replies as they
// usually are. False means that nothing is known yet.
func parsePlain(data []byte, taskID string) (Reply, bool) {
	r := Reply{TaskID: taskID}
	seen := 0
	c := cursor{data: data}
	ok := c.object(func(name []byte) bool {
		switch string(name) {
		case "task_id":
			seen |= 1
			id, ok := c.text()
			return ok && string(id) == taskID
		case "msg_status":
			seen |= 2
			r.MsgStatus = plainOneOf(&c, Success, Failure)
			return r.MsgStatus != ""
		case "app_status":
			seen |= 4
			r.AppStatus = plainOneOf(&c, AppStatuses...)
			return r.AppStatus != ""
		case "payload":
			return c.payload(&r)
		}
		return false
	})
	return r, ok && seen == 7 && c.end()
}

// payload takes a plain payload.
func (c *cursor) payload(r *Reply) bool {
	if c.at < len(c.data) && c.data[c.at] == 'n' {
		return c.word("null")
	}
	from := c.at
	ok := c.object(func(name []byte) bool {
		value, ok := c.scalar()
		if !ok || value.Kind == 'n' {
			return ok
		}
		switch string(name) {
		case "segment_time":
			return value.Kind == '0'
		case "file_path", "at_started", "at_stopped":
			return value.Kind == '"'
		}
		return true
	})
	r.Payload = c.data[from:c.at:c.at]
	return ok
}

// plainOneOf takes a text that is one of those known, or gives "".
func plainOneOf[S ~string](c *cursor, known ...S) S {
	text, _ := c.text()
	for _, k := range known {
		if string(text) == string(k) {
			return k
		}
	}
	return ""
}

// parseAny is ParseReply for any bytes.
func parseAny(data []byte, taskID string) (Reply, error) {
	var r Reply
	var seen int
	err := members(data, func(name string, value jsontext.Value) error {
		switch name {
		case "task_id":
			seen |= 1
			return text(value, &r.TaskID)
		case "msg_status":
			seen |= 2
			return oneOf(value, &r.MsgStatus, Success, Failure)
		case "app_status":
			seen |= 4
			return oneOf(value, &r.AppStatus, AppStatuses...)
		case "payload":
			if value.Kind() == 'n' {
				return nil
			}
			r.Payload = value.Clone()
			return checkPayload(r.Payload)
		}
		r.Extra = append(r.Extra, Member{name, value.Clone()})
		return nil
	})
	if err != nil {
		return Reply{}, err
	}
	for bit, name := range []string{"task_id", "msg_status", "app_status"} {
		if seen&(1<<bit) == 0 {
			return Reply{}, fmt.Errorf("field %q is missing", name)
		}
	}
	if r.TaskID != taskID {
		return Reply{}, fmt.Errorf("it is for task %q, not %q", clip(r.TaskID), taskID)
	}
	return r, nil
}

// checkPayload holds the types of the fields that the protocol knows; each may
// be missing or null.
func checkPayload(payload jsontext.Value) error {
	if payload.Kind() != '{' {
		return fmt.Errorf("must be an object or null, got %s", kindName(payload))
	}
	return members(payload, func(name string, value jsontext.Value) error {
		if value.Kind() == 'n' {
			return nil
		}
		switch name {
		case "segment_time":
			var n float64
			return number(value, &n)
		case "file_path", "at_started", "at_stopped":
			if value.Kind() != '"' {
				return fmt.Errorf("must be a string, got %s", kindName(value))
			}
		}
		return nil
	})
}

func oneOf[S ~string](value jsontext.Value, into *S, known ...S) error {
	var s string
	if err := text(value, &s); err != nil {
		return err
	}
	for _, k := range known {
		if S(s) == k {
			*into = k
			return nil
		}
	}
	return fmt.Errorf("must be one of %q, got %q", known, clip(s))
}

func clip(s string) string {
	if len(s) > MaxTaskID {
		return s[:MaxTaskID] + "…"
	}
	return s
}

// Text gives a string field of the payload; false where there is none, or it is no string.
func (r Reply) Text(field string) (string, bool) {
	var found string
	var ok bool
	if r.Payload == nil {
		return "", false
	}
	if Flat(r.Payload, func(name []byte, value Scalar) bool {
		if string(name) == field && value.Kind == '"' {
			found, ok = string(value.Text), true
		}
		return true
	}) {
		return found, ok
	}
	found, ok = "", false
	members(r.Payload, func(name string, value jsontext.Value) error {
		if name == field && value.Kind() == '"' {
			ok = text(value, &found) == nil
		}
		return nil
	})
	return found, ok
}

// AppendJSON writes the reply as a recorder sends it; a nil Payload is written as {}.
func (r Reply) AppendJSON(b []byte) []byte {
	b = append(b, `{"task_id":`...)
	b = appendString(b, r.TaskID)
	b = append(b, `,"msg_status":"`...)
	b = append(b, r.MsgStatus...)
	b = append(b, `","app_status":"`...)
	b = append(b, r.AppStatus...)
	b = append(b, `","payload":`...)
	if r.Payload == nil {
		b = append(b, "{}"...)
	} else {
		b = append(b, r.Payload...)
	}
	return append(b, '}')
}

// Recording is the payload that the known recorder sends about a recording.
type Recording struct {
	SegmentTime float64
	FilePath    string
	AtStarted   string // RFC 3339
	AtStopped   string // RFC 3339, "" while recording
}

// JSON is the payload's bytes.
func (p Recording) JSON() jsontext.Value {
	b := append([]byte(nil), `{"segment_time":`...)
	b = appendSeconds(b, p.SegmentTime)
	b = append(b, `,"file_path":`...)
	b = appendString(b, p.FilePath)
	b = append(b, `,"at_started":`...)
	b = appendString(b, p.AtStarted)
	b = append(b, `,"at_stopped":`...)
	b = appendString(b, p.AtStopped)
	return append(b, '}')
}
