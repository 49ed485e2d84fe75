-- recue test itself: hooks, cases, retries, clean-up, as a file of tests sees them.

local happened = {}
local function note(what)
  happened[#happened + 1] = what
end

before_all(function() note "before_all" start "whole" end)
before_each(function() note "before_each" end)
after_each(function() note "after_each" end)

test("hooks run in order, and what before_all started goes on", {tags = "in-order"}, function()
  expect(happened).equals {"before_all", "before_each"}
  expect(status("whole").app_status).equals("started")
  finally(function() note "finally" end)
  start "own"
end)

test("what a test started has been stopped after it", {tags = "in-order"}, function()
  expect(happened).equals {"before_all", "before_each", "finally", "after_each", "before_each"}
  expect(status("own").app_status).equals("stopped")
  expect(status("whole").app_status).equals("started")
end)

test("a case is given to the test", {tags = "in-order", cases = {{task = "a", length = 1}, {task = "b", length = 2}}}, function(case)
  expect(start(case.task, {segment_time = case.length}).payload.segment_time).equals(case.length)
end)

local attempts = 0
test("a test may be tried again", {tags = "in-order", retries = 2}, function()
  attempts = attempts + 1
  expect(attempts).equals(3)
end)

test("faults end with the test that asked for them: here they are", {tags = "in-order"}, function()
  sim.fail{as = "no_recorder"}
  expect(function() status "cam1" end).fails("no_recorder")
end)

test("faults end with the test that asked for them: here they are gone", {tags = "in-order"}, function()
  expect(status("cam1").ok).is_true()
end)

test("eventually waits for what others bring about", {tags = "in-order"}, function()
  local state = "early"
  local tries = 0
  parallel {
    function() sleep "20ms" state = "late" end,
    function()
      local got = eventually(function()
        tries = tries + 1
        expect(state).equals("late")
        return state
      end, {within = "1m", every = "1ms"})
      expect(got).equals("late")
    end,
  }
  expect(tries).above(1)
end)

test("left out", {tags = "in-order", skip = "to show that it is"}, function() error "never run" end)
