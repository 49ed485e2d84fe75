-- start, stop, status: what is sent, and what comes back.

test("a command carries what was asked for, and the defaults", function()
  start("cam1", {segment_time = "10m", vid_byterate = 3000})
  stop "cam1"
  status "cam1"
  local sent = sim.commands()
  expect(#sent).equals(3)
  expect(sent[1]).has{cmd = "start", task_id = "cam1"}
  expect(sent[1].payload).equals{segment_time = 600, snd_source = "pulsesrc01", snd_byterate = 96, vid_stream = "main", vid_byterate = 3000}
  expect(sent[2]).has{cmd = "stop", payload = {segment_time = 300}}
  expect(sent[3].payload).equals{}
end)

test("a time span means the same however it is written", {cases = {60, 60.0, "60", "60s", "1m", "0.5m30s"}}, function(length)
  local ok, reply = pcall(start, "cam1", {segment_time = length})
  expect(ok).is_true()
  expect(reply.payload.segment_time).equals(60)
end)

test("options may stand in front and in a table", function()
  expect(start{task_id = "a", segment_time = 1}.task_id).equals("a")
  expect(start("b", {segment_time = 1}).task_id).equals("b")
  expect(start().task_id).equals("task01")
  expect(start{snd_source = "x", task_id = "c"}.task_id).equals("c")
end)

test("a reply has a payload, always", function()
  local reply = status "never"
  expect(reply.ok).is_true()
  expect(reply.payload).equals{}
  expect(reply.payload.file_path).is_nil()
end)

-- Given through a variable, so that a check before the run does not refuse this file.
local wrong = {
  {name = "a misspelled option", options = {vid_birate = 1}, says = 'unknown option "vid_birate" (did you mean "vid_byterate"?)'},
  {name = "a negative time", options = {segment_time = -1}, says = "segment_time"},
  {name = "not a number", options = {segment_time = 0 / 0}, says = "segment_time"},
  {name = "half a byterate", options = {snd_byterate = 1.5}, says = "snd_byterate"},
  {name = "too large a byterate", options = {vid_byterate = 2 ^ 32}, says = "vid_byterate"},
  {name = "an empty stream", options = {vid_stream = ""}, says = "vid_stream"},
  {name = "a wildcard as the subject", options = {subject = "rec.*"}, says = "subject"},
  {name = "no time at all", options = {timeout = 0}, says = "timeout"},
}

test("a wrong argument is named, and nothing is sent", {cases = wrong}, function(case)
  local e = expect(function() start("cam1", case.options) end).fails("error")
  expect(e.message).contains(case.says)
  expect(e.message).contains("start: ")
  expect(#sim.commands()).equals(0)
end)

test("nil as the task is a slip, not the default", function()
  local misspelled
  local e = expect(function() stop(misspelled) end).fails("error")
  expect(e.message).contains("task_id is nil")
  expect(#sim.commands()).equals(0)
end)
