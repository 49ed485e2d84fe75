-- Tables: length, traversal, next, ipairs, pairs, the table library, unpack.

-- length of lists
assert(#{} == 0 and #{1} == 1 and #{1, 2, 3} == 3 and #"" == 0 and #"\0\0" == 2 and #{n = 1} == 0 and #{nil} == 0)
do
  local t = {}
  for i = 1, 300 do t[i] = i assert(#t == i) end
  for i = 300, 1, -1 do t[i] = nil assert(#t == i - 1) end
  for i = 1, 10 do t[#t + 1] = i end
  assert(#t == 10 and table.getn(t) == 10)
  for i = 1, 10 do t[#t] = nil end
  assert(#t == 0 and next(t) == nil)
  for i = 20, 1, -1 do t[i] = i end
  assert(#t == 20)
end

-- next and pairs find everything once
do
  local t, n = {}, 0
  for i = 1, 100 do t[i], t["k" .. i], t[i + 0.5], t[-i] = i, i, i, i end
  t[true], t[false], t[print], t[{}] = 1, 2, 3, 4
  local seen = {}
  for k, v in pairs(t) do
    assert(not seen[k] and rawequal(t[k], v))
    seen[k], n = true, n + 1
  end
  assert(n == 404)
  n = 0
  local k, v = next(t)
  while k ~= nil do
    n = n + 1
    assert(t[k] == v)
    k, v = next(t, k)
  end
  assert(n == 404 and next({}) == nil and select("#", next {}) == 1 and next({5}) == 1 and select(2, next {5}) == 5)
  assert(not pcall(next, t, "no key") and not pcall(next) and not pcall(next, 1))
  local f, s, start = pairs(t)
  assert(type(f) == "function" and s == t and start == nil)
end

-- during a traversal fields may be changed and taken out
do
  local t = {}
  for i = 1, 50 do t[i], t["k" .. i] = true, true end
  local n = 0
  for k in pairs(t) do t[k] = nil n = n + 1 end
  assert(n == 100 and next(t) == nil)
  for i = 1, 50 do t["k" .. i] = i end
  for k, v in pairs(t) do t[k] = v * 2 end
  local sum = 0
  for _, v in pairs(t) do sum = sum + v end
  assert(sum == 2550)
  for k, v in pairs(t) do if v % 4 == 0 then t[k] = nil end end
  n = 0
  for _ in pairs(t) do n = n + 1 end
  assert(n == 25)
end

-- ipairs stops at the first nil
do
  local n = 0
  for i, v in ipairs {1, 2, nil, 4} do assert(i == v) n = n + 1 end
  assert(n == 2)
  for i in ipairs {} do error "never" end
  for i in ipairs {x = 1, [0] = 1, [2] = 2} do error "never" end
  local t = {10, 20}
  for i, v in ipairs(t) do if i < 5 then t[i + 2] = v + 20 end n = n + 1 end
  assert(n == 8 and not pcall(ipairs) and not pcall(ipairs, 1) and not pcall(pairs, nil))
  local f, s, start = ipairs(t)
  assert(type(f) == "function" and s == t and start == 0)
end

-- table.insert, table.remove
do
  local t = {}
  table.insert(t, "a")
  table.insert(t, 1, "b")
  table.insert(t, 2, "c")
  table.insert(t, #t + 1, "d")
  assert(table.concat(t) == "bcad")
  assert(table.remove(t) == "d" and table.remove(t, 1) == "b" and table.concat(t) == "ca" and table.remove(t, 1) == "c" and table.remove(t) == "a")
  assert(table.remove(t) == nil and #t == 0 and select("#", table.remove(t)) == 0)
  assert(not pcall(table.insert, {}) and not pcall(table.insert, {}, 1, 2, 3) and not pcall(table.insert, 1, 2) and not pcall(table.remove, nil))
  for i = 1, 100 do table.insert(t, 1, i) end
  for i = 1, 100 do assert(t[i] == 101 - i) end
  for i = 1, 100 do assert(table.remove(t, 1) == 101 - i) end
  local queue, out = {}, {}
  for i = 1, 30 do
    table.insert(queue, i)
    if i % 3 == 0 then out[#out + 1] = table.remove(queue, 1) end
  end
  assert(#queue == 20 and table.concat(out, ",") == "1,2,3,4,5,6,7,8,9,10")
end

-- table.concat
do
  local c = table.concat
  assert(c {} == "" and c({}, "x") == "" and c {1, 2, 3} == "123" and c({1, 2, 3}, ", ") == "1, 2, 3" and c({"a", 1.5, "b"}, "-") == "a-1.5-b")
  assert(c({1, 2, 3}, ",", 2) == "2,3" and c({1, 2, 3}, ",", 2, 2) == "2" and c({1, 2, 3}, ",", 3, 2) == "" and c({1, 2, 3}, ",", 1, 1) == "1" and c({[0] = 0, 1}, "", 0) == "01" and c({1, 2}, nil, 1, 2) == "12")
  assert(c({"x"}, "\0") == "x" and c({"x", "y"}, "\0") == "x\0y" and c({1, 2}, 0) == "102")
  assert(not pcall(c, {1, {}, 3}) and not pcall(c, {1, true}) and not pcall(c, {1, 2}, "", 1, 3) and not pcall(c, {}, {}) and not pcall(c))
  local big = {}
  for i = 1, 2000 do big[i] = "item" .. i end
  assert(#c(big, ",") == 2000 * 4 + 9 + 90 * 2 + 900 * 3 + 1001 * 4 + 1999)
end

-- table.maxn, foreach, foreachi
do
  assert(table.maxn {} == 0 and table.maxn {1, 2} == 2 and table.maxn {[10] = 1, [2.5] = 1, x = 1} == 10 and table.maxn {[-1] = 1} == 0 and table.maxn {[1e300] = 1} == 1e300)
  local n = 0
  assert(table.foreach({a = 1, b = 2}, function(k, v) n = n + v end) == nil and n == 3)
  assert(table.foreachi({5, 6, 7}, function(i, v) if v == 6 then return i end end) == 2)
  assert(table.foreach({x = 9}, function(k, v) return k end) == "x" and not pcall(table.setn, {}, 1))
end

-- unpack
do
  local function n(...) return select("#", ...) end
  assert(n(unpack {}) == 0 and n(unpack({}, 1, 3)) == 3 and n(unpack({1, 2, 3}, 2)) == 2 and n(unpack({1, 2, 3}, 2, 2)) == 1 and n(unpack({1, 2}, 3, 2)) == 0 and n(unpack({}, -1, 1)) == 3)
  local a, b, c = unpack({1, nil, 3}, 1, 3)
  assert(a == 1 and b == nil and c == 3)
  a, b = unpack({[0] = "zero", "one"}, 0, 1)
  assert(a == "zero" and b == "one" and unpack({1, 2}, "2") == 2)
  assert(not pcall(unpack) and not pcall(unpack, 1) and not pcall(unpack, {}, 1, 1e8))
end

-- keys of every type; nil and NaN are none
do
  local t, f = {}, function() end
  local keys = {1, -1, 0, 1.5, 1e300, "", "1", "a\0b", true, false, t, f, coroutine.create(f), 2 ^ 53, -2 ^ 53, 1 / 0}
  for i, k in ipairs(keys) do t[k] = i end
  for i, k in ipairs(keys) do assert(t[k] == i) end
  assert(t[nil] == nil and rawget(t, nil) == nil and not pcall(rawset, t, nil, 1))
  for i, k in ipairs(keys) do t[k] = nil end
  assert(next(t) == nil)
  t["x"] = nil
  t.y = nil
  assert(next(t) == nil)
end

-- large and sparse tables
do
  local t = {}
  for i = 1, 20000 do t[i] = i end
  assert(#t == 20000)
  local sparse = {}
  for i = 0, 30 do sparse[2 ^ i] = i end
  for i = 0, 30 do assert(sparse[2 ^ i] == i) end
  local n = 0
  for _ in pairs(sparse) do n = n + 1 end
  assert(n == 31)
  local words = {}
  for i = 1, 5000 do words["w" .. i % 500] = (words["w" .. i % 500] or 0) + 1 end
  n = 0
  for _, count in pairs(words) do assert(count == 10) n = n + 1 end
  assert(n == 500)
end

-- references, not copies
do
  local a = {1}
  local b = a
  b[1] = 2
  assert(a[1] == 2 and a == b and a ~= {2} and rawequal(a, b))
  local t = {}
  t.self = t
  assert(t.self.self.self == t)
  local function change(x) x.y = 5 end
  change(t)
  assert(t.y == 5)
end
print "ok"
