package luabind

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"recue/luabind/tables"
	"recue/runtime/protocol"
)

// shownTable is a table with all that can be seen of it.
func shownTable(t *lua.LTable) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%p:", t.Metatable)
	for key, value := range tables.All(t) {
		fmt.Fprintf(&b, " %v=%v(%v)", key, value, value.Type())
	}
	return b.String()
}

func TestAPlainObjectIsTheTableThatTheWholeReaderMakes(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	openMarks(L)
	fields := []string{`"a":1.5`, `"b":"text"`, `"c":true`, `"d":null`, `"e":""`, `"f":-0`, `"ok":false`, `"g":"ö"`, `"h":12345678901234567890`}
	r := rand.New(rand.NewPCG(3, 4))
	plain := 0
	for range 2000 { // more orders than there are shapes
		r.Shuffle(len(fields), func(i, k int) { fields[i], fields[k] = fields[k], fields[i] })
		object := []byte(`{` + strings.Join(fields[:r.IntN(len(fields)+1)], ",") + `}`)
		want, err := decodeJSON(L, object)
		if err != nil {
			t.Fatal(err)
		}
		table := payloadTable(L, object)
		if got, want := shownTable(table), shownTable(want.(*lua.LTable)); got != want {
			t.Fatalf("%s\nbecame %s\nwant   %s", object, got, want)
		}
		if plainTable(L, object) != nil {
			plain++
		}
	}
	if plain < 1000 {
		t.Errorf("only %d were plain", plain)
	}
	if known := len(*payloadShapes.list.Load()); known > maxShapes {
		t.Errorf("%d shapes are kept", known)
	}
}

func TestAnObjectWithTooManyFieldsIsReadWhole(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	openMarks(L)
	var fields []string
	for i := range plainFields + 1 {
		fields = append(fields, fmt.Sprintf(`"field%d":%d`, i, i))
	}
	object := []byte(`{` + strings.Join(fields, ",") + `}`)
	if plainTable(L, object) != nil {
		t.Error("it has been taken for a plain one")
	}
	n := tables.Count(payloadTable(L, object))
	if n != plainFields+1 {
		t.Errorf("it has %d fields", n)
	}
}

func TestLongNamesAreNotKept(t *testing.T) {
	var s shapes
	if s.of([][]byte{[]byte("a"), []byte(strings.Repeat("x", maxShapeName+1))}) != nil || s.list.Load() != nil {
		t.Error("a shape with a long name is kept")
	}
	if s.of([][]byte{[]byte("a")}) == nil {
		t.Error("a shape with a short name is not")
	}
}

// A task that a script changes in one reply is not changed in another.
func TestRepliesShareNothingThatAScriptCanChange(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	openMarks(L)
	reply := protocol.Reply{TaskID: "cam1", MsgStatus: protocol.Success, AppStatus: protocol.Started, Payload: []byte(`{"file_path":"/a"}`)}
	first, second := replyTable(L, reply), replyTable(L, reply)
	first.RawSetString("task_id", lua.LString("other"))
	first.RawSetString("mine", lua.LTrue)
	first.RawGetString("payload").(*lua.LTable).RawSetString("file_path", lua.LNil)
	if got, want := shownTable(second), shownTable(replyTable(L, reply)); cutPointers(got) != cutPointers(want) {
		t.Errorf("the other reply became %s, want %s", got, want)
	}
	if path := second.RawGetString("payload").(*lua.LTable).RawGetString("file_path"); path != lua.LString("/a") {
		t.Errorf("the other reply's path is %v", path)
	}
}

// cutPointers leaves out what tells one table from another.
func cutPointers(text string) string {
	before, _, _ := strings.Cut(text, "payload=")
	return before
}

func BenchmarkReplyTable(b *testing.B) {
	L := lua.NewState()
	defer L.Close()
	openMarks(L)
	r, err := protocol.ParseReply([]byte(`{"task_id":"cam1","msg_status":"success","app_status":"started","payload":`+
		`{"segment_time":300.0,"file_path":"/mnt/rec_cam1_001.wav","at_started":"2025-10-15T08:55:00Z","at_stopped":""}}`), "cam1")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for range b.N {
		replyTable(L, r)
	}
}
