-- Tests of cameras.lua against a simulated recorder, which can be told to fail.
--
--   recue test --sim .                all tests of this folder
--   recue test --sim . --watch        again whenever a file changes

local cameras = require "cameras"

local function none_records()
  for _, camera in ipairs(cameras.all) do
    expect(status(camera).app_status).equals("stopped")
  end
end

test("every camera records, and is stopped again", function()
  local files = cameras.record("10ms")
  expect(#files).equals(#cameras.all)
  none_records()
end)

test("a camera that does not start is a failure, and no other goes on", function()
  sim.fail{cmd = "start", task_id = cameras.all[1], as = "rejected"}
  expect(function() cameras.record("10ms") end).fails("parallel_failed")
  none_records()
end)
