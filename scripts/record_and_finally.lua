-- Record and finally: recordings that are stopped whatever happens.
--
-- Run it:         recue run --sim scripts/record_and_finally.lua
-- What you see:   a recording of one second; then one that is cut short by a failure,
--                 and is stopped all the same; last what was put off to the very end.
--                 Press Ctrl-C in between: the recording is stopped then too.
-- What to change: the name and the time. record("lecture", {till = "10:00"}) records
--                 until ten o'clock.

-- finally is called now, and does its work when the script ends, however it ends.
-- Here it looks whether anything was forgotten.
finally(function()
  print("at the end lecture is " .. status("lecture").app_status)
end)

-- record is start, wait and stop in one.
local r = record("lecture", "1s", {segment_time = "15m"})
print("recorded", r.payload.file_path)

-- Two branches: one records for an hour, the other fails. "cancel" ends the first
-- one early, and record stops the recording on this way out as well.
local ok, err = pcall(parallel, {
  function() record("lecture", "1h") end,
  function()
    sleep "300ms"
    error "the lecturer did not come"
  end,
}, {on_error = "cancel"})

if not ok then
  for _, f in ipairs(err.failures) do
    print("branch " .. f.key .. " failed: " .. f.error.code)
  end
end
print("after the failure lecture is " .. status("lecture").app_status)
