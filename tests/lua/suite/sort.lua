-- table.sort: with and without a comparator, all kinds of lists.

local function check(t, less)
  less = less or function(a, b) return a < b end
  for i = 2, #t do assert(not less(t[i], t[i - 1])) end
end

do
  local t = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
  table.sort(t)
  check(t)
  assert(table.concat(t, " ") == "Apr Aug Dec Feb Jan Jul Jun Mar May Nov Oct Sep")
  table.sort(t, function(a, b) return a > b end)
  assert(t[1] == "Sep" and t[12] == "Apr")
  assert(select("#", table.sort {2, 1}) == 0)
end

-- every order of up to six numbers
do
  local function permute(t, n, use)
    if n == 1 then return use(t) end
    for i = 1, n do
      t[n], t[i] = t[i], t[n]
      permute(t, n - 1, use)
      t[n], t[i] = t[i], t[n]
    end
  end
  for n = 1, 6 do
    local t, count = {}, 0
    for i = 1, n do t[i] = i end
    permute(t, n, function(order)
      local copy = {unpack(order)}
      table.sort(copy)
      for i = 1, n do assert(copy[i] == i) end
      count = count + 1
    end)
    assert(count == ({1, 2, 6, 24, 120, 720})[n])
  end
end

-- sizes and patterns that are hard for a quicksort
for _, n in ipairs {0, 1, 2, 3, 10, 100, 1000} do
  local kinds = {
    function(i) return i end, function(i) return -i end, function(i) return 0 end, function(i) return i % 2 end, function(i) return i % 10 end, function(i) return (i * 7919) % 1009 end,
    function(i) return i <= n / 2 and i or n - i end, function(i) return ("%05d"):format((i * 7919) % 1009) end, function(i) return i / 7 end,
  }
  for _, make in ipairs(kinds) do
    local t, sum = {}, {}
    for i = 1, n do t[i] = make(i) sum[t[i]] = (sum[t[i]] or 0) + 1 end
    table.sort(t)
    check(t)
    assert(#t == n)
    for i = 1, n do sum[t[i]] = sum[t[i]] - 1 end
    for _, left in pairs(sum) do assert(left == 0) end
    local more = function(a, b) return a > b end
    table.sort(t, more)
    check(t, more)
  end
end

-- records, keys in another table, nil as comparator
do
  local people = {{n = "Cid", a = 3}, {n = "Ann", a = 5}, {n = "Bob", a = 1}}
  table.sort(people, function(x, y) return x.a < y.a end)
  assert(people[1].n == "Bob" and people[3].n == "Ann")
  local rank = {c = 1, a = 2, b = 3}
  local t = {"a", "b", "c"}
  table.sort(t, function(x, y) return rank[x] < rank[y] end)
  assert(table.concat(t) == "cab")
  table.sort(t, nil)
  assert(table.concat(t) == "abc")
  local objects, mt = {}, {__lt = function(x, y) return x.v < y.v end}
  for i = 1, 20 do objects[i] = setmetatable({v = (i * 7) % 20}, mt) end
  table.sort(objects)
  for i = 2, 20 do assert(objects[i - 1].v <= objects[i].v) end
end

-- errors
do
  assert(not pcall(table.sort) and not pcall(table.sort, 1) and not pcall(table.sort, {1, 2}, 1) and not pcall(table.sort, {1, "x"}) and not pcall(table.sort, {{}, {}}))
  local ok, e = pcall(table.sort, {3, 2, 1}, function() error("stop", 0) end)
  assert(not ok and e == "stop")
  pcall(table.sort, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, function() return true end) -- no order: ends all the same
  local t = {5, 3, 1}
  table.sort(t, function(a, b) pcall(error, "x") return a < b end)
  check(t)
end

-- the comparator may do anything
do
  local t, calls = {}, 0
  for i = 1, 50 do t[i] = (i * 37) % 50 end
  table.sort(t, function(a, b)
    calls = calls + 1
    local inner = {b, a}
    table.sort(inner)
    coroutine.wrap(function() coroutine.yield() end)()
    return a < b
  end)
  check(t)
  assert(calls >= 49)
end
print "ok"
