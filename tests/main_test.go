package tests

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"recue/luabind"
	"recue/runtime/app"
)

// TestMain lets this test binary act as the programs that the tests start: under
// the name recue it is the real command, under the name nats-server a real NATS
// server in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"recue":       func() { os.Exit(app.Main(os.Args, luabind.New())) },
		"nats-server": natsServer,
	})
}
