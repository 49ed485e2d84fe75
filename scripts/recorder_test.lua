-- The acceptance test of a recorder: does it do what the protocol says? Run it before a recorder goes into service.
--
--   recue test --sim recorder_test.lua                                the simulated recorder, to see how it looks
--   recue test recorder_test.lua --server nats://lab:4222             a real one
--   recue test recorder_test.lua --var prefix=lab7_ --var answer_within=0.5
--
-- It starts and stops tasks of its own, whose names begin with the prefix; no other task is touched. What to change:
-- prefix (else "acceptance_"), answer_within (seconds that an answer may take, else 1), clock_off (seconds by which the
-- recorder's clock may be off ours, else 120), many (how many tasks are run at once, else 20).

local prefix = vars.prefix or "acceptance_"
local answer_within = tonumber(vars.answer_within or 1)
local clock_off = tonumber(vars.clock_off or 120)
local many = tonumber(vars.many or 20)

-- A task of ours that does not record, whatever was before.
local function idle(name)
  local task = prefix .. name
  if status(task).app_status == "started" then
    stop(task)
  end
  return task
end

-- The instant in a timestamp (RFC 3339), in seconds since 1970; nil if it is none.
local function instant(text)
  local year, month, day, hour, min, sec, zone =
    tostring(text):match("^(%d%d%d%d)%-(%d%d)%-(%d%d)[Tt](%d%d):(%d%d):(%d%d%.?%d*)(.+)$")
  if not year then
    return nil
  end
  local offset = 0
  if zone ~= "Z" and zone ~= "z" then
    local sign, hours, minutes = zone:match("^([+-])(%d%d):(%d%d)$")
    if not sign then
      return nil
    end
    offset = (hours * 3600 + minutes * 60) * (sign == "-" and -1 or 1)
  end
  -- days since 1970, with years that begin in March
  local y, m = tonumber(year), tonumber(month)
  if m <= 2 then
    y, m = y - 1, m + 12
  end
  local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400)
    + math.floor((153 * (m - 3) + 2) / 5) + tonumber(day) - 719469
  return days * 86400 + hour * 3600 + min * 60 + sec - offset
end

-- What every reply must have.
local function proper(reply, task, state)
  expect(reply.task_id).equals(task)
  expect(reply.msg_status).equals("success")
  expect(reply.app_status).equals(state)
  expect(type(reply.payload)).equals("table")
end

test("it answers in time, every time", {tags = "connection"}, function()
  local task = idle "answers"
  local slowest = 0
  for _ = 1, 50 do
    local begun = now()
    status(task)
    slowest = math.max(slowest, now() - begun)
  end
  log.info("the slowest of 50 answers", {seconds = slowest})
  expect(slowest).below(answer_within)
end)

test("a full cycle: start, status, stop, status", {tags = "quick"}, function()
  local task = idle "cycle"
  proper(start(task), task, "started")
  proper(status(task), task, "started")
  proper(stop(task), task, "stopped")
  proper(status(task), task, "stopped")
end)

test("a task that never was is stopped", {tags = "quick"}, function()
  local task = prefix .. "never_" .. math.random(1, 1e9)
  local reply = status(task)
  proper(reply, task, "stopped")
  expect(reply.payload.file_path or "").equals("")
end)

test("the reply to a start says what is recorded", function()
  local task = idle "start"
  local payload = start(task, {segment_time = 60}).payload
  expect.soft(payload.segment_time).equals(60)
  expect.soft(payload.file_path).matches("%S")
  expect.soft(instant(payload.at_started)).never.is_nil()
  expect.soft(payload.at_stopped or "").equals("") -- it has not ended yet
end)

test("segment times are taken as they are asked for", {cases = {0.5, 60, 600.5, "1h"}}, function(length)
  local task = idle "segments"
  local seconds = length == "1h" and 3600 or length
  expect(start(task, {segment_time = length}).payload.segment_time).equals(seconds)
  expect(status(task).payload.segment_time).equals(seconds)
end)

test("a second start is refused, and the recording goes on", function()
  local task = idle "twice"
  local first = start(task)
  local refused = expect(function() start(task, {segment_time = 10}) end).fails("rejected")
  expect(refused.app_status).equals("started")
  local after = status(task)
  proper(after, task, "started")
  expect(after.payload.file_path).equals(first.payload.file_path)
  expect(after.payload.at_started).equals(first.payload.at_started)
end)

test("a stop without a start is refused", function()
  local task = idle "unstarted"
  local refused = expect(function() stop(task) end).fails("rejected")
  expect(refused.app_status).equals("stopped")
  proper(status(task), task, "stopped")
end)

test("a second stop is refused, and changes nothing", function()
  local task = idle "stopped_twice"
  start(task)
  local ended = stop(task).payload
  expect(function() stop(task) end).fails("rejected")
  expect(status(task).payload).equals(ended)
end)

test("its timestamps tell the time", {tags = "slow"}, function()
  local task = idle "timestamps"
  local begun = now()
  start(task)
  sleep "1100ms" -- timestamps may be whole seconds
  local payload = stop(task).payload
  local from, till = instant(payload.at_started), instant(payload.at_stopped)
  expect(from).never.is_nil()
  expect(till).never.is_nil()
  expect(from).is_near(begun, clock_off)
  expect(till - from).is_near(1.1, 1.2) -- and so never back in time
  expect(till).above(from)
end)

test("start, status and stop tell the same story", function()
  local task = idle "story"
  local started = start(task, {segment_time = 120}).payload
  local during = status(task).payload
  local ended = stop(task).payload
  local after = status(task).payload
  for name, payload in pairs {status = during, stop = ended, ["status after the stop"] = after} do
    log.info("the reply to " .. name, payload)
    expect.soft(payload.file_path).equals(started.file_path)
    expect.soft(payload.at_started).equals(started.at_started)
    expect.soft(payload.segment_time).equals(120)
  end
  expect.soft(during.at_stopped or "").equals("")
  expect.soft(instant(ended.at_stopped)).never.is_nil()
  expect.soft(after.at_stopped).equals(ended.at_stopped)
end)

test("a start after a stop is a new recording, in a file of its own", function()
  local task = idle "again"
  local first = start(task).payload
  stop(task)
  local second = start(task).payload
  expect(second.file_path).never.equals(first.file_path)
  expect(second.at_stopped or "").equals("")
  expect(status(task).payload.file_path).equals(second.file_path)
  stop(task)
end)

test("tasks do not disturb each other", function()
  local a, b = idle "a", idle "b"
  local of_a = start(a, {segment_time = 10}).payload
  local of_b = start(b, {segment_time = 20}).payload
  expect(of_b.file_path).never.equals(of_a.file_path)
  expect(status(a).payload).has{file_path = of_a.file_path, segment_time = 10}
  stop(a)
  expect(status(b)).has{app_status = "started", payload = {file_path = of_b.file_path, segment_time = 20}}
  stop(b)
end)

test("many tasks at once", {tags = "many"}, function()
  local tasks = {}
  for i = 1, many do
    tasks[i] = ("%smany_%03d"):format(prefix, i)
  end
  parallel(tasks, function(task)
    if status(task).app_status == "started" then
      stop(task)
    end
  end)
  local files = {}
  for i, reply in ipairs(parallel(tasks, start)) do
    proper(reply, tasks[i], "started")
    expect(files[reply.payload.file_path]).is_nil() -- no two share a file
    files[reply.payload.file_path] = tasks[i]
  end
  for i, reply in ipairs(parallel(tasks, status)) do
    proper(reply, tasks[i], "started")
    expect(files[reply.payload.file_path]).equals(tasks[i])
  end
  for i, reply in ipairs(parallel(tasks, stop)) do
    proper(reply, tasks[i], "stopped")
  end
end)
