-- Custom parameters: every option of start, a task id of your own, and failures
-- that are dealt with in one place. (The second example of the Python client.)
--
-- Run it:         recue run --sim scripts/custom_parameters.lua
-- What you see:   the three replies, one a line. The log says what is sent and when.
-- What to change: the values in custom_start. A misspelled name is an error that
--                 tells you the right one.

local TASK = "custom_rec"

local custom_start = {
  segment_time = "10m",             -- a new file every 10 minutes; 600 means the same
  snd_source = "microphone_array",  -- where the sound comes from
  snd_byterate = 128,               -- better sound than usual
  vid_byterate = 3000,              -- better picture than usual
  vid_stream = "high_res",          -- which picture
}

local function work()
  log.info("sending start with custom parameters", {task = TASK})
  local started = start(TASK, custom_start)
  print("start:", started.app_status, started.payload.file_path)

  log.info("sending status", {task = TASK})
  local state = status(TASK)
  print("status:", state.app_status, state.payload.segment_time)

  log.info("sending stop", {task = TASK})
  local stopped = stop(TASK)
  print("stop:", stopped.app_status)
end

-- try gives back the failure of a command, whichever of the three it was.
local result = try(work)
if result and result.ok == false then
  log.error("the recording did not go as planned", {code = result.code})
  fail(tostring(result))
end
