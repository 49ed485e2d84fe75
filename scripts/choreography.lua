-- A choreography: cameras that start one after the other, and a sound recording
-- that reacts to one of them.
--
-- Run it:         recue run --sim scripts/choreography.lua
-- What you see:   who starts and stops, in the order in which it happens.
-- What to change: the names, and the pauses (seconds, or "2m", "1h30m").
--
-- Each function below is a branch: it runs straight from top to bottom, at the same
-- time as the others. While one waits, the others go on.

local curtain_is_up = false -- all branches see it; no locks are needed

local function hall()
  start "hall"
  print "hall: records, the doors are open"
  sleep "600ms"

  print "hall: the curtain goes up"
  curtain_is_up = true
  sleep "600ms"

  stop "hall"
  print "hall: stopped, the show is over"
end

local function stage()
  sleep "300ms" -- later than the hall: a staggered start
  start "stage"
  print "stage: records, and waits for the curtain"

  while not curtain_is_up do -- reacts to what another branch has said
    sleep "20ms"
  end
  print "stage: sees the curtain"

  wait_for("hall", "stopped", {every = "50ms"}) -- reacts to what the recorder says
  stop "stage"
  print "stage: stopped after the hall"
end

local function sound()
  wait_for("stage", "started", {every = "50ms"})
  start("sound", {snd_byterate = 192})
  print "sound: records since the stage does"
  sleep "600ms"
  stop "sound"
  print "sound: stopped"
end

parallel {hall, stage, sound}
print "all is recorded"
