-- Waiting for a state: go on only when the recorder says that it is so far.
--
-- Run it:         recue run --sim scripts/wait_for_state.lua
-- What you see:   a state that comes in time, and one that does not.
-- What to change: the name, the state ("started", "stopped" or "error"), how long to
--                 wait at most (timeout) and how often to ask (every).

local TASK = "interview"

-- One branch is the colleague who stops the recording; the other waits for that.
start(TASK)
parallel {
  function()
    sleep "500ms"
    stop(TASK)
    print "colleague: that is enough"
  end,
  function()
    local reply = wait_for(TASK, "stopped", {timeout = "5s", every = "100ms"})
    print("waiting: now it is " .. reply.app_status)
  end,
}

-- A state that does not come is a failure with the code "timeout".
local r = try(wait_for, TASK, "started", {timeout = "300ms", every = "100ms"})
if r.ok then
  print "somebody has started it again"
elseif r.code == "timeout" then
  print "nobody has started it again, so we go home"
else
  fail(tostring(r))
end
