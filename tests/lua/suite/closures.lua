-- Closures: which variables they share, and for how long.

-- each call makes variables of its own
do
  local function counter() local n = 0 return function() n = n + 1 return n end end
  local a, b = counter(), counter()
  assert(a() == 1 and a() == 2 and b() == 1 and a() == 3 and b() == 2)
end

-- two closures share one variable
do
  local function pair(n) return function() return n end, function(v) n = v end end
  local get, set = pair(5)
  assert(get() == 5)
  set(9)
  assert(get() == 9)
  local other = pair(1)
  assert(other() == 1 and get() == 9)
end

-- each turn of a loop has variables of its own: numeric for
do
  local fs = {}
  for i = 1, 5 do fs[i] = {get = function() return i end, set = function(v) i = v end} end
  for i = 1, 5 do assert(fs[i].get() == i) end
  fs[3].set(33)
  assert(fs[3].get() == 33 and fs[2].get() == 2 and fs[4].get() == 4)
end

-- generic for, while and repeat
do
  local fs = {}
  for k, v in ipairs {"a", "b", "c"} do fs[k] = function() return k .. v end end
  assert(fs[1]() == "1a" and fs[2]() == "2b" and fs[3]() == "3c")
  fs = {}
  local i = 1
  while i <= 3 do
    local j = i * 10
    fs[i] = function() j = j + 1 return j end
    i = i + 1
  end
  assert(fs[1]() == 11 and fs[1]() == 12 and fs[2]() == 21 and fs[3]() == 31)
  fs = {}
  i = 0
  repeat
    local x = i
    fs[#fs + 1] = function() x = x + 1 return x end
    i = i + 1
  until x == 2 or fs[1]() > 100
  assert(#fs == 3 and fs[3]() == 3 and fs[1]() == 3)
end

-- leaving a loop keeps what was captured
do
  local f
  for i = 1, 10 do
    local x = i * 2
    f = function() x = x + 1 return x, i end
    if i == 4 then break end
  end
  local other1, other2, other3 = 100, 200, 300 -- take the registers of the loop
  local x, i = f()
  assert(x == 9 and i == 4 and other1 + other2 + other3 == 600)
  x = f()
  assert(x == 10)
  local function find(list, wanted)
    for _, v in ipairs(list) do
      local found = function() return v end
      if v == wanted then return found end
    end
  end
  assert(find({5, 6, 7}, 6)() == 6)
end

-- blocks hide names; the inner variable is another one
do
  local x = 1
  local outer = function() return x end
  do
    local x = 2
    local inner = function() x = x + 1 return x end
    assert(inner() == 3 and outer() == 1)
  end
  x = 5
  assert(outer() == 5)
  local x = x + 1
  assert(x == 6 and outer() == 5)
end

-- captured parameters and varargs
do
  local function f(a, ...)
    local rest = {...}
    return function() a = a + 1 return a, unpack(rest) end
  end
  local g = f(1, "x", "y")
  local a, b, c = g()
  assert(a == 2 and b == "x" and c == "y" and g() == 3)
end

-- captured through several functions
do
  local a = 1
  local function level1()
    local b = 10
    return function()
      local c = 100
      return function() a, b, c = a + 1, b + 1, c + 1 return a + b + c end
    end
  end
  local f = level1()()
  assert(f() == 114 and f() == 117 and a == 3)
end

-- variables live on after an error has unwound their function
do
  local get, set
  local ok = pcall(function()
    local x = 1
    get = function() return x end
    set = function(v) x = v end
    error "out"
  end)
  assert(not ok and get() == 1)
  set(2)
  assert(get() == 2)
  local n = 0
  local function up() n = n + 1 return n end
  pcall(error, "x")
  n = n + 1
  assert(up() == 2 and n == 2)
  for i = 1, 3 do
    local before = n
    pcall(function() n = n + 10 error {} end)
    assert(n == before + 10 and up() == before + 11)
  end
end

-- variables of a coroutine live on as well
do
  local co = coroutine.wrap(function()
    for i = 1, 3 do
      local x = i
      coroutine.yield(function() x = x + 1 return x end)
    end
  end)
  local f, g = co(), co()
  assert(f() == 2 and g() == 3 and f() == 3 and co()() == 4)
end

-- functions are equal only to themselves
do
  local function make() return function() end end
  local f = make()
  assert(f == f and f ~= make())
  local t = {[f] = "f"}
  assert(t[f] == "f" and t[make()] == nil)
end

-- up to sixty captured variables in one function
do
  local source = {}
  for i = 1, 59 do source[#source + 1] = "local v" .. i .. " = " .. i end
  source[#source + 1] = "return function() return 0"
  for i = 1, 59 do source[#source + 1] = " + v" .. i end
  source[#source + 1] = " end"
  assert(loadstring(table.concat(source, "\n"))()() == 59 * 60 / 2)
end
print "ok"
