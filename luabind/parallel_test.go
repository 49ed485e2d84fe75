package luabind

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"recue/runtime/simulator"
)

func TestParallelForms(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`
		local r, f = parallel{
			function() return start("a").task_id, "second" end,
			{cmd = "start", task_id = "b", segment_time = "1m"},
			function() end,
		}
		print(r[1], r[2].task_id, r[2].payload.segment_time, r[3], #r, #f)
		local r = parallel{x = function() sleep(0.02) return 1 end, y = {cmd = "status", task_id = "a"}, function() return "listed" end}
		print(r.x, r.y.app_status, r[1])
		local r = parallel({"c", "d"}, start)
		print(r[1].task_id, r[2].app_status)
		local r = parallel({cam1 = {rate = 1}, cam2 = {rate = 2}}, function(item, key) return key .. item.rate end, {limit = 1})
		print(r.cam1, r.cam2)
		local keys = {}
		for k in pairs(parallel({z = 1, y = 2, x = 3}, function(v) sleep(0.01 * v) return v end)) do keys[#keys + 1] = k end
		print(table.concat(keys, " "))
		local r, f = parallel{}
		print(#r, #f)`,
		"a\tb\t60\ttrue\t3\t0\n1\tstarted\tlisted\nc\tstarted\ncam11\tcam22\nz y x\n0\t0")
	if !strings.Contains(s.log.String(), "there are no branches to run") {
		t.Error("parallel{} says nothing")
	}
}

func TestParallelFailures(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	e := s.fails("local x\nparallel{\n cam1 = {cmd = \"start\", task_id = \"cam1\"},\n cam2 = {cmd = \"stop\", task_id = \"cam2\"},\n}",
		"t.lua:2: parallel: 1 of 2 branches failed: cam2: stop cam2: the recorder refused: this task is not recording (rejected) (parallel_failed)", 4)
	if len(e.Failures) != 1 || e.Failures[0].Key != "cam2" || e.Failures[0].Error.At.Line != 2 {
		t.Errorf("failures %+v", e.Failures)
	}
	e = s.fails("parallel{function()\n error('bug')\nend, {cmd = 'stop', task_id = 'x'}}", "2 of 2 branches failed", 1)
	if e.Failures[0].Error.Error() != "t.lua:2: bug" {
		t.Errorf("failures %v", e.Failures[0].Error)
	}
	s.prints(`
		local ok, err = pcall(parallel, {a = function() return 1 end, b = function() error("bug", 0) end, c = {cmd = "stop", task_id = "c"}})
		print(ok, err.code, err.results.a, err.results.b.code, err.results.b.message, err.results.c.code, #err.failures)
		for _, f in ipairs(err.failures) do print(f.key, f.error.code, f.error) end
		local r, f = parallel({function() stop "x" end, function() return 2 end, function() local n = nil; return n.x end}, {on_error = "collect"})
		print(r[1].ok, r[1].code, r[2], r[3].code, r[3].message, #f, f[1].key, f[2].key)`,
		"false\tparallel_failed\t1\terror\tt.lua:2: bug\trejected\t2\n"+
			"b\terror\tt.lua:2: bug (error)\nc\trejected\tstop c: the recorder refused: this task is not recording (rejected)\n"+
			"false\trejected\t2\terror\tt.lua:5: attempt to index local 'n' (a nil value)\t2\t1\t3")
}

func TestParallelCancel(t *testing.T) {
	s := newStudio(t, simulator.Options{Delay: 20 * time.Millisecond})
	begun := time.Now()
	s.prints(`
		local after = 0
		local ok, err = pcall(parallel, {
			function() stop "nothing" end,
			function() pcall(sleep, 60) after = after + 1 end,
			function() while true do sleep(0.001) end end,
			function() start("slow", {timeout = 60, subject = "rec.control"}) sleep(60) end,
		}, {on_error = "cancel"})
		print(err.code, err.failures[1].error.code, err.failures[2].error.code, err.failures[3].error.code, #err.failures, after)
		local ok, err = pcall(parallel, {function() error "x" end, function() return 1 end, {cmd = "status", task_id = "q"}}, {on_error = "cancel", limit = 1})
		print(#err.failures, err.failures[2].error.code, err.failures[3].error)`,
		"parallel_failed\trejected\tcancelled\tcancelled\t4\t0\n3\tcancelled\tparallel: cancelled, because branch 1 failed (cancelled)")
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestParallelTimeout(t *testing.T) {
	s := newStudio(t, simulator.Options{Delay: 50 * time.Millisecond})
	s.prints(`
		local r, f = parallel({
			quick = function() return "done" end,
			slow = function() sleep(60) end,
			loop = function() while true do pcall(sleep, 0.01) end end,
			cmd = {cmd = "start", task_id = "cam1", timeout = 60, subject = "rec.control"},
			late = function() start("cam2", {timeout = 60}) sleep(60) end,
		}, {timeout = 0.2, on_error = "collect"})
		print(r.quick, r.slow.code, r.loop.code, r.cmd.app_status, r.late.code, #f)
		print(r.slow)`,
		"done\ttimeout\ttimeout\tstarted\ttimeout\t3\nsleep: not finished within the 200ms that parallel was given (timeout)")
}

func TestParallelRollback(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`
		start "mine"
		local ok, err = pcall(parallel, {
			function() start "a" end,
			function() parallel{function() start "b" end} end,
			function() start "c" stop "c" end,
			{cmd = "start", task_id = "d"},
			{cmd = "start", task_id = "mine"},
		}, {on_error = "rollback"})
		print(err.code, err.message)
		for _, id in ipairs{"a", "b", "c", "d", "mine"} do print(id, status(id).app_status) end
		local r = parallel({{cmd = "start", task_id = "a"}, {cmd = "start", task_id = "b"}}, {on_error = "rollback"})
		print(r[1].app_status, status("b").app_status)`,
		"parallel_failed\t1 of 5 branches failed: 5: start mine: the recorder refused: this task is already recording (rejected); rolled back: stopped d, a, b\n"+
			"a\tstopped\nb\tstopped\nc\tstopped\nd\tstopped\nmine\tstarted\nstarted\tstarted")
}

func TestSleepingBranchesSleepTogether(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`local t = now() local fns = {} for i = 1, 10 do fns[i] = function() sleep(1) end end parallel(fns)
		print(now() - t >= 1, now() - t < 1.8)`, "true\ttrue")
}

func TestAThousandBranches(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`
		local ids, replies = {}, 0
		for i = 1, 1000 do ids[i] = "cam" .. i end
		local results = parallel(ids, function(id)
			for _, command in ipairs{start, status, stop} do
				local r = command(id)
				if r.task_id ~= id then error("a reply for another task") end
				replies = replies + 1
			end
			return id
		end)
		for i = 1, 1000 do assert(results[i] == ids[i]) end
		print(#results, replies)`, "1000\t3000")
	if n := s.sim.Recorder().Count(); n != 3000 {
		t.Errorf("the recorder saw %d commands", n)
	}
	if still := s.client.Scope().Recording(); len(still) != 0 {
		t.Errorf("%d still recording", len(still))
	}
	if stats := s.conn.Stats(); stats.Replies != 3000 || stats.Late != 0 || stats.Duplicate != 0 {
		t.Errorf("stats %+v", stats)
	}
}

func TestLimit(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.prints(`
		local running, most = 0, 0
		local items = {} for i = 1, 50 do items[i] = i end
		parallel(items, function() running = running + 1 most = math.max(most, running) sleep(0.002) running = running - 1 end, {limit = 4})
		print(most)`, "4")
}

// Waits in every place where Go calls Lua, in branches, with shared variables.
func TestCommandsAnywhere(t *testing.T) {
	s := newStudio(t, simulator.Options{Jitter: 3 * time.Millisecond})
	s.prints(`
		local shared = 0
		local function use(id)
			start(id)
			local t = {3, 1, 2}
			table.sort(t, function(a, b) status(id) return a < b end)
			local lazy = setmetatable({}, {__index = function(_, k) return status(k).app_status end, __add = function(a, b) return status(id).task_id end})
			local gen = coroutine.wrap(function() for i = 1, 3 do status(id) coroutine.yield(i) end end)
			local sum = 0
			for i in gen do sum = sum + i end
			local up = ("x"):gsub("x", function() return status(id).app_status end)
			local ok, err = pcall(function() status(id) stop("not_" .. id) end)
			local inner = parallel{function() return status(id).app_status end, function() shared = shared + 1 return stop(id).app_status end}
			shared = shared + 1
			return table.concat({t[1], t[2], t[3], lazy[id], lazy + 1, sum, up, err.code, inner[2]}, " ")
		end
		local ids = {} for i = 1, 30 do ids[i] = "id" .. i end
		local r = parallel(ids, use)
		print(r[1], r[30]:match("id%d+"), shared)`,
		"1 2 3 stopped id1 6 started rejected stopped\tid30\t60")
}

func TestNestedParallelOrder(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	var want []string
	for i := 1; i <= 5; i++ {
		want = append(want, fmt.Sprintf("%d1 %d2 %d3", i, i, i))
	}
	s.prints(`local r = parallel({1, 2, 3, 4, 5}, function(i)
			return table.concat(parallel({3, 2, 1}, function(j, k) sleep(0.001 * j * i) return i .. k end), " ")
		end)
		print(table.concat(r, "|"))`, strings.Join(want, "|"))
}

func TestParallelWithinItselfForEverEndsWithItsLine(t *testing.T) {
	s := newStudio(t, simulator.Options{})
	s.fails("local function p()\n  pcall(parallel, {p})\nend\np()", "stack overflow: parallel is called within parallel more than 200 deep", 1)
	s.prints("local function deep(n) if n == 0 then return 'bottom' end return parallel({function() return deep(n - 1) end})[1] end print(deep(190))", "bottom")
}
