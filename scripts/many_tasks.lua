-- Many tasks: start them all at the same moment, and report the outcome of each,
-- in their order, also when some fail. (The third example of the Python client.)
--
-- Run it:         recue run --sim scripts/many_tasks.lua
--                 recue run --sim scripts/many_tasks.lua hall stage hall
-- What you see:   one line for each task: SUCCESS or FAILED, and why. The second
--                 command names a task twice on purpose, so that its second start
--                 fails: the others are reported all the same, and the exit code is 1.
-- What to change: the three names, or give yours behind the script's name.

local tasks = {"rec_task_A", "rec_task_B", "rec_task_C"}
if #arg > 0 then
  tasks = {unpack(arg)}
end

local function start_one(task)
  return start(task, {segment_time = "2m", vid_byterate = 2500})
end

-- "collect": nothing is raised for a task that fails; its result is its failure.
local results, failures = parallel(tasks, start_one, {on_error = "collect"})

local started = {}
print("--- Results Summary ---")
for i, task in ipairs(tasks) do
  local r = results[i]
  if r.ok then
    print("Task " .. task .. ": SUCCESS. Status: " .. r.app_status .. ", Msg: " .. r.msg_status)
    table.insert(started, task)
  else
    print("Task " .. task .. ": FAILED. Code: " .. r.code .. ", Message: " .. r.message)
  end
end
print("-----------------------")

-- This is only an example, so it stops what it started. A real script would go on.
if #started > 0 then
  parallel(started, stop)
end
print("stopped " .. #started .. " of " .. #tasks)

if #failures > 0 then
  fail(#failures .. " of " .. #tasks .. " tasks did not start")
end
