-- Recordings by the clock.
--
--   recue next nightly.lua                     when they will be
--   recue rehearse nightly.lua --for 7d        a week of them in a second, against a simulated recorder
--   recue serve nightly.lua                    in earnest, until it is stopped
--
-- What to change: the times, and tz to the zone that they are meant in.

local cameras = require "cameras"

schedule("night", {daily = "02:30", tz = "Europe/Berlin"}, function()
  cameras.record("3h")
end)

schedule("matinee", {daily = "14:00", days = "sat,sun", tz = "Europe/Berlin"}, function()
  cameras.record("90m")
end)
