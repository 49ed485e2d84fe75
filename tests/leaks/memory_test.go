package leaks

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// work sends commands in every way: as tables, in functions and one by one. The
// numbers say how many rounds of 3,000 there are before and after the mark.
const work = `
local tasks = {}
for i = 1, 400 do tasks[i] = "cam" .. i end
local function all(cmd)
	local list = {}
	for i, task in ipairs(tasks) do list[i] = {cmd = cmd, task_id = task} end
	return parallel(list)
end
local function round()
	all "start" all "status" all "stop"
	parallel(tasks, function(task)
		local r = start(task)
		pcall(status, task)
		stop(task)
		return r.payload.file_path
	end)
	for i = 1, 200 do start "one" status "one" stop "one" end
end
for i = 1, %d do round() end
print "mark"
for i = 1, %d do round() end
print "mark"`

const commandsOfRound = 3000

// marks is a stdout that takes the memory in use at every mark.
type marks struct{ inUse []int64 }

func (m *marks) Write(p []byte) (int, error) {
	for range strings.Count(string(p), "mark") {
		var s runtime.MemStats
		for range 3 { // a pool keeps what it has through one collection
			runtime.GC()
		}
		runtime.ReadMemStats(&s)
		m.inUse = append(m.inUse, int64(s.HeapAlloc+s.StackInuse))
	}
	return len(p), nil
}

// growth is how much more memory may be in use: buffers that have grown, and
// what the NATS libraries keep.
const growth = 1 << 20

func sameMemory(t *testing.T, before, after int) {
	s := newStudio(t)
	conn := s.connect(t)
	defer func() { _ = conn.Close(t.Context()) }()
	var m marks
	source := fmt.Sprintf(work, before/commandsOfRound, (after-before)/commandsOfRound)
	if err := run(t.Context(), t, conn, &m, source); err != nil {
		t.Fatal(err)
	}
	if sent := int(conn.Stats().Sent); sent < after-2*commandsOfRound {
		t.Errorf("only %d commands were sent", sent)
	}
	if len(m.inUse) != 2 || m.inUse[1] > m.inUse[0]+growth {
		t.Errorf("%d bytes were in use after %d commands and after %d", m.inUse, before, after)
	}
	t.Logf("%d bytes were in use after %d commands and after %d", m.inUse, before, after)
}

// TestMemoryStaysTheSame holds that commands leave no memory behind: a leak of a
// hundred bytes a command would be seen.
func TestMemoryStaysTheSame(t *testing.T) { sameMemory(t, 9_000, 45_000) }
