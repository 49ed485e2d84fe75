-- A first recording: all cameras at once.
--
--   recue run --sim first_recording.lua                     a simulated recorder: nothing can go wrong
--   recue run --sim first_recording.lua --var length=5s
--   recue run first_recording.lua                           the real one, see .env.example

local cameras = require "cameras"

local length = vars.length or "1s"
print("recording for " .. length)

local files = cameras.record(length)
for i, camera in ipairs(cameras.all) do
  print(camera .. " recorded", files[i])
end
