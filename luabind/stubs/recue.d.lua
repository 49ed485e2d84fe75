---@meta
-- Made from luabind's function table by `go test ./luabind -update`. Do not edit.

---@class Payload
---@field segment_time? number seconds
---@field file_path? string
---@field at_started? string RFC 3339
---@field at_stopped? string RFC 3339, "" while recording

---@class Reply
---@field ok boolean true; false in an error table
---@field task_id string
---@field msg_status "success"|"error"
---@field app_status "started"|"stopped"|"error"
---@field payload Payload
---@field code? string of an error table
---@field message? string of an error table
---@field hint? string of an error table

---@class SimCommand
---@field cmd "start"|"stop"|"status"
---@field task_id string
---@field payload table what the command carried
---@field reply? table what was answered
---@field at number seconds since 1970

---@class Failure
---@field key any
---@field error Reply

---@type string[] what followed the script's name
arg = {}

---@type table<string, string> what --var NAME=VALUE gave
vars = {}

---@class StartOptions
---@field segment_time? number|string length of one file of the recording (default 300)
---@field snd_source? string name of the sound source (default pulsesrc01)
---@field snd_byterate? number sound byterate (default 96)
---@field vid_stream? string name of the video stream (default main)
---@field vid_byterate? number video byterate (default 2000)
---@field timeout? number|string how long to wait for the answer (default NATS_TIMEOUT)
---@field subject? string the NATS subject of the recorder (default NATS_SUBJECT)
---@field task_id? string which recording (default TASK_ID)

---Starts a recording and returns the recorder's reply.
---
---Raises an error table when the command failed. After an outcome that is not known (timeout, invalid_reply, unexpected_state, cancelled) the task counts as maybe recording.
---
---```lua
---local r = start("cam1", {segment_time = "10m", vid_byterate = 3000})
---print(r.payload.file_path)
---```
---@param task_id? string which recording (default TASK_ID)
---@param options? StartOptions the options below, and task_id
---@return Reply reply `ok` (true), `task_id`, `msg_status`, `app_status`, `payload` (a table, empty where the recorder sent none)
function start(task_id, options) end

---@class StopOptions
---@field segment_time? number|string length of one file of the recording (default 300)
---@field timeout? number|string how long to wait for the answer (default NATS_TIMEOUT)
---@field subject? string the NATS subject of the recorder (default NATS_SUBJECT)
---@field task_id? string which recording (default TASK_ID)

---Stops a recording and returns the recorder's reply.
---
---```lua
---start "cam1"
---local r = stop "cam1"
---print(r.payload.at_stopped)
---```
---@param task_id? string which recording (default TASK_ID)
---@param options? StopOptions the options below, and task_id
---@return Reply reply `ok` (true), `task_id`, `msg_status`, `app_status`, `payload` (a table, empty where the recorder sent none)
function stop(task_id, options) end

---@class StatusOptions
---@field timeout? number|string how long to wait for the answer (default NATS_TIMEOUT)
---@field subject? string the NATS subject of the recorder (default NATS_SUBJECT)
---@field task_id? string which recording (default TASK_ID)

---Asks for the state of a recording.
---
---```lua
---print(status("cam1").app_status)
---```
---@param task_id? string which recording (default TASK_ID)
---@param options? StatusOptions the options below, and task_id
---@return Reply reply `ok` (true), `task_id`, `msg_status`, `app_status`, `payload` (a table, empty where the recorder sent none)
function status(task_id, options) end

---@class WaitForOptions
---@field timeout? number|string how long to go on asking (default 10s)
---@field every? number|string how often to ask (default 200ms)
---@field subject? string the NATS subject of the recorder (default NATS_SUBJECT)

---Asks for a task's state again and again until it is the one waited for.
---
---Returns the reply that said so. Raises `timeout` when it did not come in time; a status that gets no answer meanwhile is asked again.
---
---```lua
---start "cam1"
---wait_for("cam1", "started", {timeout = "5s"})
---```
---@param task_id string which recording
---@param app_status string the state to wait for
---@param options? WaitForOptions the options below
---@return Reply reply `ok` (true), `task_id`, `msg_status`, `app_status`, `payload` (a table, empty where the recorder sent none)
function wait_for(task_id, app_status, options) end

---@class RecordOptions
---@field segment_time? number|string length of one file of the recording (default 300)
---@field snd_source? string name of the sound source (default pulsesrc01)
---@field snd_byterate? number sound byterate (default 96)
---@field vid_stream? string name of the video stream (default main)
---@field vid_byterate? number video byterate (default 2000)
---@field timeout? number|string how long to wait for the answer (default NATS_TIMEOUT)
---@field subject? string the NATS subject of the recorder (default NATS_SUBJECT)

---Starts a recording, waits, and stops it: on every way out.
---
---The stop is sent also when the script fails, is cancelled or interrupted meanwhile. After a start whose outcome is not known it is sent too. Returns the reply to the stop.
---
---```lua
---local r = record("cam1", "100ms")
---print(r.app_status)
---```
---@param task_id string which recording
---@param duration number|string|table how long to record, or {till = "10:00"}
---@param options? RecordOptions the options of start
---@return Reply reply `ok` (true), `task_id`, `msg_status`, `app_status`, `payload` (a table, empty where the recorder sent none)
function record(task_id, duration, options) end

---@class ParallelOptions
---@field limit? number at most so many branches at once (default all)
---@field timeout? number|string for the whole call; branches still running are cancelled and fail with `timeout`
---@field on_error? string `wait`: let all finish, then raise one error that lists every failure. `cancel`: the first failure cancels the rest, then raise. `collect`: never raise for a failed branch. `rollback`: let all finish, and on a failure stop every task that this call started, then raise (default wait)

---Runs many branches at once and gives their results under the same keys, in the same order.
---
---`parallel(branches [, options])`: a branch is a function, or a command written as a table: `{cmd = "start", task_id = "cam1", segment_time = 60}`. `branches` is a list or has named keys. `parallel(items, fn [, options])` runs `fn(item, key)` for every item, and `parallel(cameras, start)` runs `start(camera)`. A branch's result is its first return value (`true` if none), or its error table. Only one branch runs Lua at any moment, and it is switched only where it waits: shared variables need no locks.
---
---```lua
---local results = parallel({"cam1", "cam2", "cam3"}, start)
---print(results[1].task_id, #results)
---```
---@param branches table functions and commands, or items for fn
---@param fn? function called as fn(item, key), once for each item
---@param options? ParallelOptions the options below
---@return table results what each branch gave, under its key
---@return Failure[] failures a list of {key, error} in the order of the branches; empty when all went well
function parallel(branches, fn, options) end

---Calls fn and returns its results, or the error table of a failed command instead of raising it.
---
---Bugs (a nil that is indexed, a wrong argument) still raise.
---
---```lua
---local r = try(stop, "cam1")
---if r.ok == false then print(r.code) end
---```
---@param fn function what to call
---@param ... any its arguments
---@return any result what fn returned, or an error table, whose ok is false
function try(fn, ...) end

---@class RetryOptions
---@field times? number how often to try (default 3)
---@field every? number|string the pause before trying again (default 2s)

---Calls fn again while a command in it fails; raises the last failure.
---
---Bugs are not retried. After a `timeout` a start or stop may have been carried out: ask the status before sending it again.
---
---```lua
---local r = retry({times = 3, every = "100ms"}, function() return status("cam1") end)
---print(r.app_status)
---```
---@param options RetryOptions the options below
---@param fn function what to call
---@return any result what fn returned
function retry(options, fn) end

---Runs fn when the script (test, schedule run) ends, however it ends; the last one given runs first.
---
---After an interrupt all of them together have 10 s.
---
---```lua
---finally(function() print "the end" end)
---```
---@param fn function what to run
function finally(fn) end

---Ends the script as failed; pcall does not hold it.
---
---```lua
---start "cam1"
---if status("cam1").app_status ~= "started" then fail "cam1 does not record" end
---```
---@param message string why
function fail(message) end

---Waits; other branches go on meanwhile.
---
---```lua
---sleep(0.05)
---sleep "50ms"
---```
---@param duration number|string how long
function sleep(duration) end

---The time in seconds since 1970, with fractions.
---
---```lua
---local begun = now()
---sleep(0.05)
---print(now() - begun >= 0.05)
---```
---@return number seconds seconds since 1970-01-01 00:00 UTC
function now() end

---Waits until a time of day or an instant.
---
---`"18:30"` is the next one: today, or tomorrow when it has passed, which the log tells. `"2026-12-24 18:00"` is that instant, both in the job's zone inside a schedule and the machine's elsewhere; a number is seconds since 1970; an instant that has passed returns at once, with a warning in the log. A time of day that a clock change leaves out is the first instant after the gap.
---
---```lua
---wait_until(now() + 0.05)
---```
---@param time number|string until when
function wait_until(time) end

---@class ScheduleOptions
---@field daily? string|string[] time of day, or several: "08:00", {"08:00", "20:30"}
---@field days? string|string[] with daily, the days of the week: "mon-fri", "sat,sun" (default every day)
---@field cron? string five fields (minute, hour, day of the month, month, day of the week), six with the second in front, or @hourly, @daily, @weekly, @monthly, @yearly
---@field every? number|string a distance of real time, counted from midnight of from, or of 1970-01-01, so that it is the same wherever it runs
---@field at? string once: "2026-12-24 18:00"
---@field tz? string the zone of all these times, such as "Europe/Berlin" (default the machine's)
---@field from? string not before this date, or date and time
---@field till? string not after this date (the whole day counts), or date and time
---@field except? string|string[] dates on which it does not fire: {"2026-12-25"}; a time that a clock change moved counts by the date it was meant for
---@field missed? string firings that came due while nothing ran: "skip" them, run the newest "once", or "all" in order; each within grace (default once)
---@field grace? number|string how late a firing may still start (default 10m)
---@field overlap? string due while the last run still runs: "skip" it, "queue" one behind, "allow" both, or "replace" (cancel) the last (default skip)
---@field timeout? number|string a run that takes longer is cancelled
---@field resume? boolean a run whose process went away in the middle is called again, from its beginning, by whoever is alive, unless the job has been due again since; otherwise it counts as interrupted (default false)
---@field on_failure? function called after a run that failed, with a table: job, due, error (its text) and, for a failed command, code

---Declares a job: what to do, and when.
---
---It only declares: the function runs under `recue serve` and `recue rehearse`; `recue next` lists when. It stands at the top of a script, not inside a run. One of `daily`, `cron`, `every` and `at` says when. A job with fixed hours fires exactly once for each time that matches: at its first occurrence where the clocks go back and it occurs twice, at the first instant after the gap where they go forward and it does not occur. `every`, and a cron whose hour begins with `*`, follow real time. fn is called with a table that has `job`, the name, `due`, when it was due in seconds since 1970, `resumed`, true where an earlier attempt of the same run was cut short, and `attempt`, which counts them from 1 on.
---
---```lua
---schedule("morning show", {daily = "08:00", days = "mon-fri", tz = "Europe/Berlin"}, function(run)
---  record("cam1", "90m")
---end)
---```
---@param name string the job's name, any text; each name once
---@param when ScheduleOptions the options below
---@param fn function what to do when it is due
function schedule(name, when, fn) end

---Writes its arguments to standard output, with tabs between them.
---
---```lua
---print("recorded", 3, "files")
---```
---@param ... any what to print
function print(...) end

---@class loglib
log = {}

---Writes a line to the log on standard error, at level DEBUG.
---
---```lua
---log.debug("cameras are ready", {count = 3})
---```
---@param message any what happened
---@param fields? table named values that go with it
function log.debug(message, fields) end

---Writes a line to the log on standard error, at level INFO.
---
---```lua
---log.info("cameras are ready", {count = 3})
---```
---@param message any what happened
---@param fields? table named values that go with it
function log.info(message, fields) end

---Writes a line to the log on standard error, at level WARNING.
---
---```lua
---log.warn("cameras are ready", {count = 3})
---```
---@param message any what happened
---@param fields? table named values that go with it
function log.warn(message, fields) end

---Writes a line to the log on standard error, at level ERROR.
---
---```lua
---log.error("cameras are ready", {count = 3})
---```
---@param message any what happened
---@param fields? table named values that go with it
function log.error(message, fields) end

---@class jsonlib
json = {}

---Writes a value as JSON text.
---
---Whole numbers are written without a point; NaN, infinities and functions are errors. A table with the keys 1, 2, 3 … is a list, one with text keys an object.
---
---```lua
---print(json.encode({cameras = {"cam1", "cam2"}, count = 2}))
---```
---@param value any what to write
---@return string text JSON
function json.encode(value) end

---Reads a JSON text.
---
---null becomes nil: the field is not there. Lists and objects are told apart when they are encoded again, also empty ones.
---
---```lua
---print(json.decode('{"cameras": ["cam1"]}').cameras[1])
---```
---@param text string JSON
---@return any value what it says
function json.decode(text) end

---Reads a JSON or CSV file that lies beside the script.
---
---A CSV file gives a list of rows, each a table with the names of the first line as its keys; all its values are texts.
---
---```lua
---for _, camera in ipairs(load_data("cameras.csv")) do print(camera.task_id) end
---```
---@param file string the file's name, ending in .json or .csv
---@return table data what the file says
function load_data(file) end

---Loads a Lua module that lies beside the script, once, and returns what it returns.
---
---`require "lib.cameras"` is the file lib/cameras.lua. Nothing outside the script's folder can be loaded.
---@param name string the module's name, without .lua
---@return any module what the module returned, or true
function require(name) end

---Compiles a text as Lua and returns it as a function, or nil and what is wrong.
---
---```lua
---print(loadstring("return 1 + 1")())
---```
---@param code string Lua
---@param name? string how errors call it (default =(load))
---@return function? fn the compiled text
---@return string? message what is wrong with it
function loadstring(code, name) end

---Compiles what fn returns piece by piece, as loadstring does a text.
---
---```lua
---local parts, i = {"return ", "42"}, 0
---print(load(function() i = i + 1; return parts[i] end)())
---```
---@param fn function called until it returns nil or an empty text
---@param name? string how errors call it (default =(load))
---@return function? fn the compiled text
---@return string? message what is wrong with it
function load(fn, name) end

---@class TestOptions
---@field tags? string|string[] words to choose tests by: `recue test --tag slow`
---@field timeout? number|string for the test and the before_each hooks, and once more for the after_each hooks (default 30s)
---@field retries? number how often to try again after a failure (default 0)
---@field skip? boolean|string leave it out; a text says why (default false)
---@field only? boolean leave out the file's other tests, while one works on this one (default false)
---@field cases? table a list: fn runs as a test of its own for each, and is given it

---Declares a test, which `recue test` runs.
---
---Tests stand at the top of a file and run in their order, after the rest of the file. A test passes when fn ends without an error and with no expectation unmet. What it started and did not stop is stopped after it.
---
---```lua
---test("a recording can be started", {tags = "quick"}, function()
---  expect(start("cam1").app_status).equals("started")
---end)
---```
---@param name string what the test shows; each name of a file once
---@param options? TestOptions the options below
---@param fn function the test; called with the case, if there are any
function test(name, options, fn) end

---Runs fn once, before the first test of the file.
---
---Where it fails, every test of the file fails. Several run in the order in which they stand in the file.
---
---```lua
---before_all(function() log.info "before_all" end)
---test("a test", function() expect(1).equals(1) end)
---```
---@param fn function what to run
function before_all(fn) end

---Runs fn before each test of the file.
---
---Where it fails, the test is not run and counts as failed. Several run in the order in which they stand in the file.
---
---```lua
---before_each(function() log.info "before_each" end)
---test("a test", function() expect(1).equals(1) end)
---```
---@param fn function what to run
function before_each(fn) end

---Runs fn after each test of the file, however that ended.
---
---Where it fails, the test counts as failed. Several run in the order in which they stand in the file.
---
---```lua
---after_each(function() log.info "after_each" end)
---test("a test", function() expect(1).equals(1) end)
---```
---@param fn function what to run
function after_each(fn) end

---Runs fn once, after the last test of the file.
---
---Where it fails, the run counts as failed. Several run in the order in which they stand in the file.
---
---```lua
---after_all(function() log.info "after_all" end)
---test("a test", function() expect(1).equals(1) end)
---```
---@param fn function what to run
function after_all(fn) end

---@class expectlib
---@overload fun(value: any): Expectation
expect = {}

---As expect, but the test goes on where the expectation is not met, and fails at its end.
---
---```lua
---test("a reply", function()
---  local r = start "cam1"
---  expect.soft(r.app_status).equals("started")
---  expect.soft(r.payload).has{segment_time = 300}
---  expect.soft(r.payload.file_path).never.equals("")
---end)
---```
---@param value any what came out
---@return Expectation expectation what the matchers below belong to
function expect.soft(value) end

---@class EventuallyOptions
---@field within? number|string how long to go on trying (default 10s)
---@field every? number|string the pause before trying again (default 200ms)

---In a test: calls fn again and again until it stops failing, and gives what it returned.
---
---Any failure counts: an expectation, a failed command, an error. The test fails with the last one when fn still fails after `within`.
---
---```lua
---test("the recording stops by itself", function()
---  start "cam1"
---  parallel {
---    function() sleep "100ms"; stop "cam1" end,
---    function()
---      eventually(function() expect(status("cam1").app_status).equals("stopped") end, {within = "5s", every = "20ms"})
---    end,
---  }
---end)
---```
---@param fn function what must stop failing
---@param options? EventuallyOptions the options below
---@return any result what fn returned at last
function eventually(fn, options) end

---@class simlib
sim = {}

---@class SimFailOptions
---@field cmd? string `start`, `stop` or `status` (default any)
---@field task_id? string which recording (default any)
---@field times? number for so many commands (default always)
---@field as? string in which way (default rejected)

---Makes commands fail in the simulated recorder. Only in a test or before_each, with --sim, until the test ends.
---
---`rejected`, `unexpected_state` and `no_recorder` are not carried out, and neither are `not_sent`, `permission_denied` and `too_large`, which never leave. With `timeout` (no reply), `late` (a reply after the usual time limit), `invalid_reply`, `garbage` (no JSON), `wrong_task`, `twice` and `huge` (a valid reply of 900 kB) the recorder does as it is told, and only the answer is wrong.
---
---```lua
---test("an example", function()
---  sim.fail{cmd = "start", task_id = "cam1", times = 1, as = "no_recorder"}
---  expect(function() start "cam1" end).fails("no_recorder")
---  expect(start("cam1").ok).is_true()
---end)
---```
---@param options SimFailOptions the options below
function sim.fail(options) end

---@class SimDelayOptions
---@field cmd? string `start`, `stop` or `status` (default any)
---@field task_id? string which recording (default any)
---@field times? number for so many commands (default always)
---@field by? number|string how much later the reply comes; must be given

---Makes the simulated recorder slow to answer. Only in a test or before_each, with --sim, until the test ends.
---
---```lua
---test("an example", function()
---  sim.delay{cmd = "status", by = "50ms"}
---  local begun = now()
---  status "cam1"
---  expect(now() - begun).above(0.04)
---end)
---```
---@param options SimDelayOptions the options below
function sim.delay(options) end

---Lists the commands that the simulated recorder was sent in this test, in order.
---
---```lua
---test("an example", function()
---  start "cam1"
---  expect(sim.commands()).has{{cmd = "start", task_id = "cam1"}}
---end)
---```
---@return SimCommand[] commands of each `cmd`, `task_id`, `payload` (a table), `reply` (what was answered, if it was JSON), `at` (seconds since 1970)
function sim.commands() end

---Ends what sim.fail and sim.delay began, and has sim.commands begin anew. Recordings go on.
---
---```lua
---test("an example", function()
---  sim.fail{as = "timeout"}
---  sim.reset()
---  expect(start("cam1").ok).is_true()
---end)
---```
function sim.reset() end

---@class Expectation
---@field never Expectation the opposite of the matcher that follows
---@field equals fun(x: any) The value is x; tables are compared by what is in them.
---@field is_true fun() The value is true, and not only something that counts as true.
---@field is_false fun() The value is false.
---@field is_nil fun() There is no value.
---@field contains fun(x: any) The text has x in it, or the list has x among its items.
---@field matches fun(pattern: string) The text matches a Lua pattern.
---@field has fun(fields: table) The table has these fields with these values, and maybe others; tables within it too.
---@field is_near fun(x: number, tolerance: number) The number differs from x by at most tolerance.
---@field above fun(x: number|string) The number (or text) is greater than x.
---@field below fun(x: number|string) The number (or text) is less than x.
---@field fails fun(code?: string): Reply The value is a function, and a command fails when it is called.
