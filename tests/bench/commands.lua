-- Commands written as tables.
local tasks = {}
for i = 1, vars.in_flight do tasks[i] = "cam" .. i end

local function all(cmd)
  local commands = {}
  for i, task in ipairs(tasks) do commands[i] = {cmd = cmd, task_id = task} end
  return parallel(commands)
end

print "begin"
for _ = 1, vars.rounds do
  local started = all "start"
  all "status"
  all "stop"
  local paths = {}
  for i, reply in ipairs(started) do paths[i] = reply.payload.file_path end
  assert(#paths == #tasks)
end
print "end"
