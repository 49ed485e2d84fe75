package app

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"

	"recue/runtime/fault"
	"recue/runtime/protocol"
	"recue/runtime/script"
)

// print writes one line of a result. A failed write is remembered by the output.
func (a *app) print(line string) { fmt.Fprintln(a.out, line) }

// printJSON writes a JSON value as one line.
func (a *app) printJSON(value []byte) { fmt.Fprintf(a.out, "%s\n", value) }

// printFindings writes findings as a JSON list.
func (a *app) printFindings(findings []script.Finding) {
	if findings == nil {
		findings = []script.Finding{}
	}
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(findings) // the output remembers a failed write
}

// replyText is a reply as one line for people.
func replyText(r protocol.Reply) string {
	line := visible(r.TaskID) + " " + string(r.AppStatus)
	for _, part := range []struct{ word, field string }{
		{"file", "file_path"}, {"since", "at_started"}, {"until", "at_stopped"},
	} {
		if text, _ := r.Text(part.field); text != "" {
			line += ", " + part.word + " " + visible(text)
		}
	}
	return line
}

// object writes a JSON object whose members keep their order.
type object struct {
	b    bytes.Buffer
	seen map[string]bool
}

// add adds a member; a name that is there already is passed over.
func (o *object) add(name string, value any) {
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	if o.seen[name] {
		return
	}
	o.seen[name] = true
	separator := byte(',')
	if len(o.seen) == 1 {
		separator = '{'
	}
	o.b.WriteByte(separator)
	o.encode(name)
	o.b.WriteByte(':')
	o.encode(value)
}

// encode writes a string, a bool, or JSON as it is.
func (o *object) encode(value any) {
	if raw, ok := value.([]byte); ok {
		if err := json.Compact(&o.b, raw); err != nil {
			panic(fmt.Sprintf("a reply that was parsed is no JSON: %v", err))
		}
		return
	}
	encoder := json.NewEncoder(&o.b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("encode %T: %v", value, err)) // strings and bools cannot fail
	}
	o.b.Truncate(o.b.Len() - 1) // Encode ends the line
}

func (o *object) bytes() []byte { return append(o.b.Bytes(), '}') }

// payload is the reply's payload, an empty object where there is none.
func payload(json []byte) []byte {
	if len(json) == 0 {
		return []byte("{}")
	}
	return json
}

// replyJSON is the table that a script gets, as JSON.
func replyJSON(r protocol.Reply) []byte {
	var o object
	o.add("ok", true)
	o.add("task_id", r.TaskID)
	o.add("msg_status", string(r.MsgStatus))
	o.add("app_status", string(r.AppStatus))
	o.add("payload", payload(r.Payload))
	for _, m := range r.Extra {
		o.add(m.Name, []byte(m.Value))
	}
	return o.bytes()
}

// failureJSON is the error table that a script gets, as JSON.
func failureJSON(f *fault.Error) []byte {
	var o object
	o.add("ok", false)
	o.add("code", string(f.Code))
	o.add("message", f.Message)
	o.add("hint", f.Hint)
	o.add("cmd", f.Cmd)
	o.add("task_id", f.TaskID)
	o.add("subject", f.Subject)
	o.add("msg_status", cmp.Or(f.MsgStatus, string(protocol.Failure)))
	o.add("app_status", cmp.Or(f.AppStatus, string(protocol.AppError)))
	o.add("payload", payload(f.Payload))
	return o.bytes()
}
