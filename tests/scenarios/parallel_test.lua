-- Many at once: results in order, every policy, nothing lost.

local function numbers(n)
  local list = {}
  for i = 1, n do
    list[i] = i
  end
  return list
end

test("results keep the order of the branches, whoever is first", function()
  local results = parallel(numbers(20), function(i)
    sleep((20 - i) / 1000)
    return i * i
  end)
  for i = 1, 20 do
    expect(results[i]).equals(i * i)
  end
end)

test("names, commands and functions together", function()
  local results, failures = parallel {
    left = {cmd = "start", task_id = "left", segment_time = 60},
    right = function() return start("right").task_id end,
    nothing = function() end,
  }
  expect(results.left.payload.segment_time).equals(60)
  expect(results.right).equals("right")
  expect(results.nothing).is_true()
  expect(failures).equals {}
end)

test("no more run at once than the limit", function()
  local now_running, most = 0, 0
  parallel(numbers(30), function()
    now_running = now_running + 1
    most = math.max(most, now_running)
    sleep "1ms"
    now_running = now_running - 1
  end, {limit = 4})
  expect(most).equals(4)
end)

test("wait: all go on to their end, then one failure lists every one", function()
  local done = 0
  local e = expect(function()
    parallel({"a", "b", "c"}, function(task)
      if task ~= "b" then
        stop(task)
      end
      done = done + 1
    end)
  end).fails("parallel_failed")
  expect(done).equals(1)
  expect(#e.failures).equals(2)
  expect(e.failures[1]).has{key = 1, error = {code = "rejected", task_id = "a"}}
  expect(e.failures[2]).has{key = 3, error = {task_id = "c"}}
  expect(e.message).contains("2 of 3 branches failed")
end)

test("collect: never raises, the results tell", function()
  local results, failures = parallel({"a", "b"}, stop, {on_error = "collect"})
  expect(results[1]).has{ok = false, code = "rejected"}
  expect(#failures).equals(2)
end)

test("cancel: the first failure calls off the rest", function()
  local begun = now()
  local e = expect(function()
    parallel({
      function() sleep "1h" end,
      function() stop "nothing" end,
    }, {on_error = "cancel"})
  end).fails("parallel_failed")
  expect(now() - begun).below(60)
  expect(e.failures[1].error.code).equals("cancelled")
  expect(e.failures[2].error.code).equals("rejected")
end)

test("rollback: all or nothing", function()
  sim.fail{cmd = "start", task_id = "cam3", as = "rejected"}
  expect(function() parallel({"cam1", "cam2", "cam3", "cam4"}, start, {on_error = "rollback"}) end).fails("parallel_failed")
  for _, task in ipairs {"cam1", "cam2", "cam3", "cam4"} do
    expect(status(task).app_status).equals("stopped")
  end
end)

test("rollback stops also what may record", function()
  sim.fail{cmd = "start", task_id = "cam2", as = "timeout"} -- carried out, but nobody hears of it
  expect(function() parallel({{cmd = "start", task_id = "cam1"}, {cmd = "start", task_id = "cam2", timeout = "50ms"}}, {on_error = "rollback"}) end).fails("parallel_failed")
  expect(status("cam2").app_status).equals("stopped")
end)

test("a time limit for the whole call", function()
  local results, failures = parallel({
    function() return "quick" end,
    function() sleep "1h" end,
  }, {timeout = "30ms", on_error = "collect"})
  expect(results[1]).equals("quick")
  expect(failures).has{{key = 2, error = {code = "timeout"}}}
end)

test("branches share variables, nest, and may use coroutines and pcall", function()
  local count = 0
  parallel(numbers(5), function(i)
    parallel(numbers(5), function(k)
      local step = coroutine.wrap(function()
        sleep "1ms"
        coroutine.yield(1)
      end)
      pcall(function()
        local one = step() -- it waits: count must be read after it
        count = count + one
        error "after counting"
      end)
    end)
  end)
  expect(count).equals(25)
end)

test("a list with a hole is refused before anything starts", function()
  local missing
  local e = expect(function() parallel({"a", missing, "c"}, start) end).fails("error")
  expect(e.message).contains("nothing at 2")
  expect(#sim.commands()).equals(0)
end)

test("a thousand commands over one connection", {tags = "many"}, function()
  local results = parallel(numbers(1000), function(i) return start("many" .. i).task_id end)
  for i, task in ipairs(results) do
    if task ~= "many" .. i then
      expect(task).equals("many" .. i)
    end
  end
  expect(#results).equals(1000)
  expect(#sim.commands()).equals(1000)
end)
