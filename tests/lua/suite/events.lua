-- Metatables: every event, where the handler is looked for, what it gets.

-- getmetatable, setmetatable, __metatable
do
  local t, mt = {}, {}
  assert(getmetatable(t) == nil and setmetatable(t, mt) == t and getmetatable(t) == mt)
  assert(setmetatable(t, nil) == t and getmetatable(t) == nil)
  assert(not pcall(setmetatable, t) and not pcall(setmetatable, t, 1) and not pcall(setmetatable, 1, {}) and not pcall(setmetatable))
  mt.__metatable = "locked"
  setmetatable(t, mt)
  assert(getmetatable(t) == "locked" and not pcall(setmetatable, t, {}) and not pcall(setmetatable, t, nil))
  mt.__metatable = false
  assert(getmetatable(t) == false and not pcall(setmetatable, t, {}))
  assert(getmetatable("").__index == string and getmetatable(1) == nil and getmetatable(print) == nil and getmetatable(nil) == nil)
end

-- __index: a function, a table, a chain; never for what is there
do
  local asked = {}
  local t = setmetatable({there = 1, no = false}, {__index = function(t, k) asked[#asked + 1] = k return k .. "!" end})
  assert(t.there == 1 and t.no == false and t.x == "x!" and t[5] == "5!" and rawget(t, "x") == nil)
  assert(table.concat(asked, " ") == "x 5")
  local a = {a = 1}
  local b = setmetatable({b = 2}, {__index = a})
  local c = setmetatable({c = 3}, {__index = b})
  assert(c.a == 1 and c.b == 2 and c.c == 3 and c.d == nil)
  a.d = 4
  assert(c.d == 4 and rawget(c, "d") == nil)
  local first, second = setmetatable({}, {__index = function(_, k) return k, "dropped" end}).x
  assert(first == "x" and second == nil)
  assert(({setmetatable({}, {__index = function(_, k) return k, 1 end}).x})[2] == nil)
  local deep = setmetatable({}, {__index = setmetatable({}, {__index = function(t, k) return t end})})
  assert(type(deep.x) == "table" and deep.x ~= deep)
  for i = 1, 50 do deep = setmetatable({}, {__index = deep}) end
  assert(type(deep.anything) == "table")
  local loop = {}
  setmetatable(loop, {__index = loop})
  assert(not pcall(function() return loop.x end))
end

-- __newindex: for what is not there
do
  local stored = {}
  local t = setmetatable({there = 1}, {__newindex = function(t, k, v) stored[k] = v end})
  t.there, t.new, t[1] = 2, 3, 4
  assert(t.there == 2 and rawget(t, "new") == nil and stored.new == 3 and stored[1] == 4)
  rawset(t, "new", 5)
  t.new = 6
  assert(t.new == 6 and stored.new == 3)
  t.new = nil
  t.new = 7
  assert(rawget(t, "new") == nil and stored.new == 7)
  local base = {}
  local u = setmetatable({}, {__newindex = base})
  u.x = 1
  assert(base.x == 1 and rawget(u, "x") == nil and u.x == nil)
  setmetatable(base, {__newindex = function(t, k, v) rawset(t, k, v * 2) end})
  u.y = 5
  assert(base.y == 10)
  local proxy = setmetatable({}, {__index = base, __newindex = base})
  proxy.x = (proxy.x or 0) + 1
  assert(proxy.x == 2 and base.x == 2)
end

-- arithmetic: the left handler, else the right; operands in their order
do
  local log
  local function handler(name) return function(a, b) log = {name, a, b} return name, "dropped" end end
  local mt = {}
  for _, name in ipairs {"add", "sub", "mul", "div", "mod", "pow", "unm"} do mt["__" .. name] = handler(name) end
  local t = setmetatable({}, mt)
  local function used(result, name, a, b)
    assert(result == name and log[1] == name and log[2] == a and (b == nil or log[3] == b))
    log = nil
  end
  used(t + 1, "add", t, 1)
  used(1 + t, "add", 1, t)
  used(t - 1, "sub", t, 1)
  used("x" - t, "sub", "x", t)
  used(t * t, "mul", t, t)
  used(nil / t, "div", nil, t)
  used(t % {}, "mod", t)
  used(t ^ 2, "pow", t, 2)
  used(2 ^ t, "pow", 2, t)
  used(-t, "unm", t)
  local other = setmetatable({}, {__add = function() return "other" end})
  assert(t + other == "add" and other + t == "other" and ({t + other})[2] == nil)
  assert(not pcall(function() return t + 1, {} + 1 end) and not pcall(function() return setmetatable({}, {}) * 2 end))
  assert(not pcall(function() return "x" + 1 end) and "10" + 5 == 15 and "0x10" * 2 == 32)
end

-- __concat: from the right, in pairs; numbers and texts need none
do
  local mt = {__concat = function(a, b)
    local function show(v) return type(v) == "table" and v.s or v end
    return setmetatable({s = "(" .. show(a) .. show(b) .. ")"}, getmetatable(type(a) == "table" and a or b))
  end}
  local function T(s) return setmetatable({s = s}, mt) end
  assert((T "a" .. "b").s == "(ab)" and ("a" .. T "b").s == "(ab)" and (T "a" .. T "b").s == "(ab)" and (1 .. T "b").s == "(1b)")
  assert(("a" .. "b" .. T "c").s == "(a(bc))" and (T "a" .. "b" .. "c").s == "(abc)" and ("a" .. T "b" .. "c" .. 4).s == "(a(bc4))")
  assert(not pcall(function() return "a" .. {} end) and not pcall(function() return nil .. "a" end) and not pcall(function() return true .. "" end))
  assert(setmetatable({}, {__concat = function() return nil end}) .. 1 == nil)
end

-- __eq: two tables, one handler that both have; never for other types or the same value
do
  local calls = 0
  local function eq() calls = calls + 1 return true end
  local mt = {__eq = eq}
  local a, b = setmetatable({}, mt), setmetatable({}, mt)
  assert(a == b and not (a ~= b) and calls == 2)
  assert(a == a and calls == 2)
  assert(a ~= 1 and a ~= "x" and a ~= nil and calls == 2)
  assert(a ~= {} and a ~= setmetatable({}, {}) and calls == 2)
  local c = setmetatable({}, {__eq = eq}) -- another metatable with the same handler
  assert(a == c and calls == 3)
  local d = setmetatable({}, {__eq = function() return true end})
  assert(a ~= d and calls == 3)
  mt.__eq = function() return nil end
  assert(a ~= b and not (a == b) and rawequal(a, a) and not rawequal(a, b))
  mt.__eq = function() return 1 end
  assert((a == b) == true)
end

-- __lt and __le; __le falls back on __lt with its operands exchanged
do
  local mt = {}
  local function N(n) return setmetatable({n = n}, mt) end
  mt.__lt = function(a, b) return a.n < b.n end
  assert(N(1) < N(2) and not (N(2) < N(1)) and N(2) > N(1) and N(1) <= N(1) and N(1) <= N(2) and not (N(2) <= N(1)) and N(2) >= N(1))
  local calls = {}
  mt.__le = function(a, b) calls[#calls + 1] = a.n .. "<=" .. b.n return a.n <= b.n end
  assert(N(1) <= N(2) and N(3) >= N(2) and table.concat(calls, " ") == "1<=2 2<=3")
  mt.__lt = function() return 0 end
  assert((N(1) < N(2)) == true)
  assert(not pcall(function() return N(1) < 1 end) and not pcall(function() return {} < {} end) and not pcall(function() return 1 < "1" end))
  local other = setmetatable({n = 1}, {__lt = function() return true end})
  assert(not pcall(function() return other < N(1) end))
end

-- __call, __tostring, __len
do
  local t = setmetatable({}, {__call = function(self, ...) return self, ... end})
  local self, a, b = t(1, 2)
  assert(self == t and a == 1 and b == 2)
  assert(not pcall(setmetatable({}, {__call = 1})) and not pcall({}))
  assert(tostring(setmetatable({}, {__tostring = function(self) return "shown" end})) == "shown")
  assert(tostring(setmetatable({}, {})):find "^table: " and tostring(nil) == "nil" and tostring(true) == "true")
  assert(#setmetatable({1, 2}, {__len = function() return 42 end}) == 2) -- 5.1 asks no handler for tables
end

-- rawget, rawset, rawequal, next, pairs pass the handlers by
do
  local t = setmetatable({}, {__index = error, __newindex = error, __eq = error})
  assert(rawget(t, 1) == nil and rawset(t, 1, "x") == t and t[1] == "x" and not rawequal(t, {}) and next(t) == 1)
  for k, v in pairs(t) do assert(k == 1 and v == "x") end
  assert(table.concat(t) == "x" and #t == 1 and unpack(t) == "x")
  table.insert(t, "y")
  assert(rawget(t, 2) == "y" and table.remove(t) == "y")
end

-- errors and results of handlers go through
do
  local t = setmetatable({}, {__add = function() error {code = 5} end, __index = function(_, k) error(k, 0) end})
  local ok, e = pcall(function() return t + 1 end)
  assert(not ok and e.code == 5)
  ok, e = pcall(function() return t.name end)
  assert(not ok and e == "name")
end

-- classes with inheritance
do
  local Account = {}
  Account.__index = Account
  function Account.new(balance) return setmetatable({balance = balance}, Account) end
  function Account:deposit(n) self.balance = self.balance + n return self end
  function Account:name() return "account" end
  local Savings = setmetatable({}, {__index = Account})
  Savings.__index = Savings
  function Savings:name() return "savings " .. Account.name(self) end
  local s = setmetatable(Account.new(10), Savings)
  assert(s:deposit(5):deposit(5).balance == 20 and s:name() == "savings account" and rawget(s, "deposit") == nil)
end

-- default values, read-only tables, counting, memoizing
do
  local defaults = setmetatable({}, {__index = function() return 0 end})
  for w in ("a b a c a"):gmatch "%a" do defaults[w] = defaults[w] + 1 end
  assert(defaults.a == 3 and defaults.b == 1 and defaults.z == 0)
  local readonly = setmetatable({}, {__index = {x = 1}, __newindex = function() error("read only", 2) end})
  assert(readonly.x == 1 and not pcall(function() readonly.x = 2 end))
  local calls = 0
  local memo = setmetatable({}, {__index = function(t, k) calls = calls + 1 t[k] = k * k return t[k] end})
  assert(memo[4] == 16 and memo[4] == 16 and calls == 1)
end
print "ok"
