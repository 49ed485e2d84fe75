-- Local variables: scope, number, what they hide.

do
  local a = 1
  do local a = 2 assert(a == 2) end
  assert(a == 1)
  local a = a + 1
  assert(a == 2)
  local a, a = 3, 4
  assert(a == 4)
  local function a() return a end
  assert(a() == a)
  local b = function() return b end
  assert(b() == nil)
end

-- a local ends with its block; globals are what is left
do
  local function f() return type(only_here) end
  do local only_here = 1 assert(only_here == 1) end
  assert(f() == "nil" and only_here == nil)
  for only_here = 1, 1 do end
  for only_here in pairs {1} do end
  repeat local only_here = 1 until only_here == 1
  while true do local only_here = 1 break end
  if true then local only_here = 1 end
  assert(only_here == nil)
end

-- the values are computed before the names exist
do
  local x = 1
  local x, y = 2, x
  assert(x == 2 and y == 1)
  local z = z
  assert(z == nil)
  for x = x, x + 1 do assert(x == 2 or x == 3) end
  for i = 1, 1 do local i = i + 1 assert(i == 2) end
end

-- without values they are nil, each time anew
do
  for i = 1, 3 do
    local x
    assert(x == nil)
    x = i
    local y, z = x
    assert(y == i and z == nil)
  end
  local i = 0
  while i < 2 do local x x = (x or 0) + 1 assert(x == 1) i = i + 1 end
end

-- two hundred of them in one function, and no more
do
  local names, values, sum = {}, {}, {}
  for i = 1, 200 do names[i], values[i], sum[i] = "v" .. i, tostring(i), "v" .. i end
  local source = "local " .. table.concat(names, ",") .. " = " .. table.concat(values, ",") .. "\nreturn " .. table.concat(sum, "+", 1, 40) .. ", v200"
  local total, last = assert(loadstring(source))()
  assert(total == 820 and last == 200)
  names[201] = "v201"
  assert(not loadstring("local " .. table.concat(names, ",")))
  local blocks = {}
  for i = 1, 300 do blocks[i] = "do local a, b, c = 1, 2, 3 x = a + b + c end" end
  assert(loadstring(table.concat(blocks, "\n")))
end

-- parameters are locals; they hide and may be assigned
do
  local x = 1
  local function f(x, ...) x = (x or 0) + 1 return x, ... end
  assert(f(5) == 6 and f() == 1 and x == 1 and select(2, f(1, "rest")) == "rest")
  local function g(self) self = 2 return self end
  assert(g(1) == 2)
  local t = {v = 1}
  function t:get() local self = self.v return self end
  assert(t:get() == 1)
end

-- many globals
do
  local source = {}
  for i = 1, 400 do source[i] = ("many_%d = %d"):format(i, i) end
  source[#source + 1] = "local n = 0"
  for i = 1, 400 do source[#source + 1] = ("n = n + many_%d"):format(i) end
  source[#source + 1] = "return n"
  assert(loadstring(table.concat(source, "\n"))() == 400 * 401 / 2)
  for i = 1, 400 do _G["many_" .. i] = nil end
  assert(many_1 == nil)
end

-- _G holds the globals
do
  a_global = 5
  assert(_G.a_global == 5 and _G["a_global"] == 5 and rawget(_G, "a_global") == 5)
  _G.a_global = 6
  assert(a_global == 6)
  a_global = nil
  assert(_G.a_global == nil and _G._G == _G and _G.string == string)
  local old = getmetatable(_G)
  setmetatable(_G, {__index = function(_, name) return "no " .. name end, __newindex = function(t, k, v) rawset(t, k, v * 2) end})
  assert(something == "no something")
  doubled = 4
  assert(doubled == 8)
  setmetatable(_G, old)
  doubled = nil
  assert(something == nil)
end
print "ok"
