-- A function for each task.
local tasks = {}
for i = 1, vars.in_flight do tasks[i] = "cam" .. i end

local function cycle(task)
  local started = start(task)
  status(task)
  stop(task)
  return started.payload.file_path
end

print "begin"
for _ = 1, vars.rounds do
  local paths = parallel(tasks, cycle)
  assert(#paths == #tasks)
end
print "end"
