-- SAME = "5": every job at every fifth second; else the jobs lie evenly over ten minutes.
for i = 1, tonumber(vars.JOBS) do
  local cron
  if vars.SAME then
    cron = string.format("*/%s * * * * *", vars.SAME)
  else
    local second = math.floor((i - 1) * 600 / tonumber(vars.JOBS))
    cron = string.format("%d %d-59/10 * * * *", second % 60, math.floor(second / 60))
  end
  schedule("job" .. i, {cron = cron, tz = "UTC"}, function(run)
    local late = now() - run.due
    status(string.format("%d_%.0f_%.0f", i, run.due, late * 1e6))
  end)
end
