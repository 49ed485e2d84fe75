-- Waiting, recording for a while, and what is slow.

test("sleep and now agree", function()
  local begun = now()
  sleep "30ms"
  expect(now() - begun).above(0.029)
end)

test("record starts, waits and stops", function()
  local reply = record("cam1", "20ms", {segment_time = 5})
  expect(reply).has{app_status = "stopped", payload = {segment_time = 5}}
  expect(sim.commands()).has{{cmd = "start"}, {cmd = "stop"}}
end)

test("record stops also where it is called off", function()
  parallel({function() record("cam1", "1h") end, function() stop "nothing" end}, {on_error = "collect", timeout = "50ms"})
  expect(status("cam1").app_status).equals("stopped")
end)

test("wait_for gives the reply that said so", function()
  parallel {
    function() sleep "20ms" start "cam1" end,
    function() expect(wait_for("cam1", "started", {every = "5ms"}).app_status).equals("started") end,
  }
  expect(function() wait_for("cam1", "stopped", {timeout = "20ms", every = "5ms"}) end).fails("timeout")
end)

test("wait_for asks again where a status gets no answer", function()
  start "cam1"
  sim.fail{cmd = "status", times = 2, as = "no_recorder"}
  expect(wait_for("cam1", "started", {every = 0.001}).ok).is_true()
end)

test("wait_until a time that has passed goes on at once", function()
  local begun = now()
  wait_until(begun - 5)
  expect(now() - begun).below(60)
end)

test("a slow recorder is waited for, up to the time limit", function()
  sim.delay{cmd = "status", by = "50ms"}
  local begun = now()
  expect(status("cam1").ok).is_true()
  expect(now() - begun).above(0.045)
  expect(function() status("cam1", {timeout = "5ms"}) end).fails("timeout")
end)

test("replies that are slow do not hold up others", function()
  sim.delay{task_id = "slow", by = "200ms"}
  local order = {}
  parallel({"slow", "quick"}, function(task)
    status(task)
    order[#order + 1] = task
  end)
  expect(order).equals {"quick", "slow"}
end)
