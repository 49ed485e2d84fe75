-- Basic use: start a recording with options of your own, ask for its state, stop it.
-- (The first example of the Python client.)
--
-- Run it:         recue run --sim scripts/basic_use.lua
-- What you see:   three lines: the file, the state, the state after the stop. The log
--                 line below them says when it stopped.
-- What to change: the options of start. What you leave out has its usual value;
--                 `recue reference` lists them all. No task is named here, so the
--                 commands are for TASK_ID (task01 where nothing else is set).

local started = start {vid_byterate = 2500, segment_time = 60}
print("Started:", started.payload.file_path)

local state = status()
print("Status:", state.app_status)

local stopped = stop()
print("Stopped:", stopped.task_id)
log.info("stopped", {at = stopped.payload.at_stopped})
