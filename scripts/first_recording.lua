-- A first recording: start one, look at it, stop it.
--
-- Run it:         recue run --sim scripts/first_recording.lua
--                 (--sim pretends to be the recorder; leave it out to drive the real one)
-- What you see:   the file that is being recorded, the state while it records, and
--                 the state after the stop.
-- What to change: "cam1" is the name of the task; put one of yours. sleep(1) is how
--                 long it records; sleep "10m" is ten minutes.

local started = start "cam1"
print("cam1 records into", started.payload.file_path)

sleep(1)
print("cam1 is", status("cam1").app_status)

local stopped = stop "cam1"
print("cam1 is", stopped.app_status)
