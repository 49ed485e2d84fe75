-- Memory: what can be reached stays, and collectgarbage may be called.

assert(collectgarbage "count" > 0 and type(collectgarbage "count") == "number")
assert(collectgarbage() == 0 and collectgarbage "collect" == 0)
collectgarbage "stop"
collectgarbage "restart"
collectgarbage "step"
assert(not pcall(collectgarbage, "none"))

-- closures, tables in rings, coroutines and texts survive a collection
do
  local ring = {}
  local last = ring
  for i = 1, 1000 do last.next = {i = i} last = last.next end
  last.next = ring
  local fs = {}
  for i = 1, 100 do local kept = {i} fs[i] = function() return kept[1] end end
  local co = coroutine.wrap(function() local kept = {"kept"} while true do coroutine.yield(kept[1]) end end)
  assert(co() == "kept")
  local s = ("x"):rep(1000) .. "y"
  collectgarbage()
  for i = 1, 2000 do local garbage = {i, {i}, "text" .. i, function() return i end} end
  collectgarbage()
  local n, at = 0, ring.next
  while at ~= ring do n = n + 1 assert(at.i == n) at = at.next end
  assert(n == 1000 and co() == "kept" and #s == 1001)
  for i = 1, 100 do assert(fs[i]() == i) end
end

-- tables of which all keys come and go
do
  local t = {}
  for round = 1, 20 do
    for i = 1, 200 do t[round .. "-" .. i] = i end
    for i = 1, 200 do t[round .. "-" .. i] = nil end
  end
  assert(next(t) == nil)
  local long = {}
  for i = 1, 3000 do long[i] = ("x"):rep(10) .. i end
  assert(#table.concat(long) == 30000 + 9 + 90 * 2 + 900 * 3 + 2001 * 4)
end
print "ok"
