-- One command after the other.
print "begin"
for _ = 1, vars.rounds do
  local started = start "cam1"
  status "cam1"
  stop "cam1"
  assert(started.payload.file_path)
end
print "end"
