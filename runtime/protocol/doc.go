// Package protocol is the wire format between Recue and a recorder: the three
// commands, the reply, what is valid in each, and the bytes.
//
// A Command is built from defaults (NewCommand), checked (Validate) and written
// (AppendJSON); ParseReply reads what came back. The simulator uses the other
// two halves, ParseCommand and Reply.AppendJSON. Fields describes the payload
// options once, for argument checks, documentation, editor stubs and flags.
//
// The recorder's field names and number forms stay exactly as they are:
// segment_time is an f64 and always carries a decimal point, the byterates are
// u32 and never do.
//
// JSON is read with jsontext, the strict tokenizer from which the standard
// library's next encoding/json is made: names are case-sensitive, doubled names
// and invalid UTF-8 are errors. encoding/json lets all three pass. Replies that are
// as known recorders write them, flat and without escapes, are read by a cursor
// (flat.go), which takes a quarter of the time and never decides that a reply is wrong.
package protocol
