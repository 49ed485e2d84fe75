-- Recordings by the clock. `recue next scripts/nightly.lua` lists when; change the zone, the times and the tasks.

-- Every night at half past two, on the two nights of the year too on which the clocks change.
schedule("night watch", {daily = "02:30", tz = "Europe/Berlin"}, function()
  record("yard", "3h", {segment_time = "30m"})
end)

-- On working days: three cameras, all or none. What happens if one fails is said here as well.
schedule("morning show", {
  daily = "06:55",
  days = "mon-fri",
  tz = "Europe/Berlin",
  except = {"2026-12-24", "2026-12-25"},
  grace = "2m", -- later than this there is no use in it
  on_failure = function(run)
    log.error("the morning show is not recorded", {error = run.error})
  end,
}, function()
  local cameras = {"studio_left", "studio_right", "studio_top"}
  parallel(cameras, start, {on_error = "rollback"})
  finally(function() parallel(cameras, stop) end)
  wait_until "10:05"
end)

-- Every six hours: does each camera answer?
schedule("check", {every = "6h", tz = "Europe/Berlin", missed = "skip"}, function()
  parallel({"yard", "studio_left", "studio_right", "studio_top"}, status)
end)

-- Once.
schedule("concert", {at = "2026-12-31 22:00", tz = "Europe/Berlin"}, function()
  record("hall", {till = "01:00"})
end)
