-- All or nothing: three recordings that are worth something only together. If one
-- cannot start, the others are stopped again.
--
-- Run it:         recue run --sim scripts/all_or_nothing.lua
-- What you see:   first an evening on which all goes well. Then one on which "sound"
--                 cannot start, as somebody else is recording with it: left and right
--                 are stopped again, and the other recording is left alone.
-- What to change: the names in tasks. Take "wait" (or nothing) instead of "rollback"
--                 where those that did start shall go on recording.

local tasks = {"left", "right", "sound"}

local function start_all()
  parallel(tasks, start, {on_error = "rollback"})
end

local function show_states()
  for _, task in ipairs(tasks) do
    print("  " .. task .. ": " .. status(task).app_status)
  end
end

print "all goes well:"
start_all()
show_states()
parallel(tasks, stop)

print "sound is in use:"
start "sound" -- plays the somebody else
local failure = try(start_all)
if failure then
  for _, f in ipairs(failure.failures) do
    print("  " .. tasks[f.key] .. " did not start: " .. f.error.message)
  end
end
show_states()
stop "sound"
