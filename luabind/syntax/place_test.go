package syntax

import "testing"

// A composite literal may pass the token before it reads the token's place.
func TestNamesKnowTheirOwnPlace(t *testing.T) {
	file, err := Parse("t", []byte("os.exit(1)\nfunction a.b.c() end\nlocal x = t.key"))
	if err != nil {
		t.Fatal(err)
	}
	call := file.Body[0].(*CallStmt).Call
	target := file.Body[1].(*AssignStmt).Targets[0].(*IndexExpr)
	inner := target.Obj.(*IndexExpr)
	local := file.Body[2].(*LocalStmt)
	for name, c := range map[string]struct{ got, want Pos }{
		"exit": {call.Fn.(*IndexExpr).Key.At(), Pos{1, 4}}, "call": {call.Pos, Pos{1, 4}},
		"c": {target.Key.At(), Pos{2, 14}}, "b": {inner.Key.At(), Pos{2, 12}}, "a": {inner.Obj.At(), Pos{2, 10}},
		"x": {local.Names[0].Pos, Pos{3, 7}}, "key": {local.Exprs[0].(*IndexExpr).Key.At(), Pos{3, 13}},
	} {
		if c.got != c.want {
			t.Errorf("%s is at %v, want %v", name, c.got, c.want)
		}
	}
}
