-- Every way in which a command fails, and what a script sees of it.

local outcomes = { -- how the recorder is made to fail, the code, whether the task may record afterwards
  {name = "nobody there", as = "no_recorder", code = "no_recorder"},
  {name = "no answer", as = "timeout", code = "timeout", unknown = true},
  {name = "no connection", as = "not_sent", code = "not_sent"},
  {name = "refused", as = "rejected", code = "rejected"},
  {name = "another state", as = "unexpected_state", code = "unexpected_state", unknown = true},
  {name = "a field is missing", as = "invalid_reply", code = "invalid_reply", unknown = true},
  {name = "no JSON", as = "garbage", code = "invalid_reply", unknown = true},
  {name = "the reply of another task", as = "wrong_task", code = "invalid_reply", unknown = true},
  {name = "too late", as = "late", code = "timeout", unknown = true},
  {name = "no permission", as = "permission_denied", code = "permission_denied"},
  {name = "too large", as = "too_large", code = "too_large"},
}

test("a failed command", {cases = outcomes}, function(case)
  sim.fail{cmd = "start", task_id = "cam1", times = 1, as = case.as}
  local e = expect(function() start("cam1", {timeout = "100ms"}) end).fails(case.code)
  expect(e.ok).is_false()
  expect(e).has{cmd = "start", task_id = "cam1", subject = "rec.control"}
  expect(e.message).matches("%w")
  expect(type(e.payload)).equals("table")
  expect(tostring(e)).matches("^start cam1: .+ %(" .. case.code .. "%)$")
  expect("failed: " .. e).matches("^failed: start cam1: ")
  expect(e.message:find("may or may not", 1, true) ~= nil).equals(case.code == "timeout")
end)

test("two answers, or a huge one, are no failure", {cases = {"twice", "huge"}}, function(as)
  sim.fail{as = as}
  expect(start("cam1").ok).is_true()
  expect(status("cam1").app_status).equals("started")
end)

test("a status that says stopped is an answer, not a failure", function()
  expect(status("cam1").app_status).equals("stopped")
end)

test("what is refused keeps the recorder's own words", function()
  start("cam1", {segment_time = 7})
  local e = expect(function() start "cam1" end).fails("rejected")
  expect(e).has{msg_status = "error", app_status = "started", payload = {segment_time = 7}}
  expect(e.hint).contains("stop it first")
end)

test("try holds a failed command, and nothing else", function()
  expect(try(stop, "cam1")).has{ok = false, code = "rejected"}
  expect(try(start, "cam1")).has{ok = true}
  expect(try(function() return 7 end)).equals(7)
  local e = expect(function() try(function() local x; return x.y end) end).fails("error")
  expect(e.message).contains("attempt to index local 'x'")
end)

test("pcall holds it too, at any depth", function()
  local ok, e = pcall(function()
    local inner, why = pcall(stop, "cam1")
    expect(inner).is_false()
    error(why)
  end)
  expect(ok).is_false()
  expect(e.code).equals("rejected")
end)

test("retry tries again while a command fails", function()
  sim.fail{cmd = "status", times = 2, as = "no_recorder"}
  expect(retry({times = 3, every = 0}, function() return status("cam1").app_status end)).equals("stopped")
  expect(#sim.commands()).equals(1)

  sim.fail{cmd = "status", times = 3, as = "rejected"}
  expect(function() retry({times = 3, every = 0}, function() status "cam1" end) end).fails("rejected")
end)

test("retry does not repeat a mistake of the script", function()
  local calls = 0
  expect(function()
    retry({times = 3, every = 0}, function()
      calls = calls + 1
      error "a mistake"
    end)
  end).fails("error")
  expect(calls).equals(1)
end)
