-- Functions: what they take, what they give, how they call each other.

-- type() of everything
assert(type(1 < 2) == "boolean" and type(true) == "boolean" and type(nil) == "nil")
assert(type(-3) == "number" and type("x") == "string" and type({}) == "table" and type(type) == "function")
assert(type(coroutine.create(function() end)) == "thread")
assert(type(assert) == type(print) and not pcall(type))

-- methods, and tables that hold functions at any depth
do
  local a = {}
  function a:f(x, y) return self, x, y end
  local self, x, y = a:f(1, 2)
  assert(self == a and x == 1 and y == 2)
  a.b = {c = {}}
  function a.b.c.plain(n) return n + 1 end
  function a.b.c:method(n) self.n = n return self end
  assert(a.b.c.plain(1) == 2 and a.b.c:method(7).n == 7 and a.b.c.n == 7)
  assert(("x"):rep(3) == "xxx" and ("%d"):format(5) == "5" and #("abc"):upper() == 3)
end

-- missing arguments are nil, surplus ones are dropped
do
  local function f(a, b, c) return a, b, c end
  local function count(...) return select("#", ...) end
  assert(count(f()) == 3 and count(f(1, 2, 3, 4)) == 3)
  local a, b, c = f(1)
  assert(a == 1 and b == nil and c == nil)
  a, b, c = f(1, 2, 3, 4)
  assert(c == 3)
end

-- how many results an expression gives
do
  local function none() end
  local function three() return 1, 2, 3 end
  local function count(...) return select("#", ...) end
  assert(count(none()) == 0 and count((none())) == 1 and count(three()) == 3 and count((three())) == 1)
  assert(count(three(), three()) == 4 and count(three(), (three())) == 2 and count(none(), none()) == 1)
  assert(#{three()} == 3 and #{three(), three()} == 4 and #{(three())} == 1 and #{three(), nil} == 1)
  local a, b, c, d = three()
  assert(a == 1 and c == 3 and d == nil)
  a, b = (three())
  assert(a == 1 and b == nil)
  a, b, c = 0, three()
  assert(a == 0 and b == 1 and c == 2)
  assert(three() == 1 and (three()) == 1 and three() + 1 == 2 and -three() == -1)
  assert(({three()})[3] == 3 and select(2, three()) == 2)
  local t = {three(), x = three(), three()}
  assert(t[1] == 1 and t[2] == 1 and t[4] == 3 and t.x == 1)
  if none() then error "nothing is false" end
  assert(not none() == true)
end

-- calls without parentheses
do
  local function first(x) return x end
  assert(first "text" == "text" and first [[long]] == "long" and first {1, 2}[2] == 2)
  assert(#first {1, 2} == 2 and first "a" .. "b" == "ab")
  local o = {f = function(self, s) return s end}
  assert(o:f "s" == "s" and o:f {9}[1] == 9 and o.f(o, "t") == "t")
end

-- recursion, through a local and through a field
do
  local function factorial(n) if n <= 1 then return 1 end return n * factorial(n - 1) end
  assert(factorial(10) == 3628800 and factorial(1) == 1)
  local t = {}
  function t.even(n) if n == 0 then return true end return t.odd(n - 1) end
  function t.odd(n) if n == 0 then return false end return t.even(n - 1) end
  assert(t.even(100) and t.odd(7) and not t.even(7))
  local f = function(n) return f end -- its own name is not in scope
  assert(f() == nil)
end

-- tail calls take no stack
do
  local function down(n) if n == 0 then return "end" end return down(n - 1) end
  assert(down(30000) == "end")
  local o = {}
  function o:down(n) if n == 0 then return self end return self:down(n - 1) end
  assert(o:down(30000) == o)
  local function through(n, ...) if n == 0 then return ... end return through(n - 1, ...) end
  local a, b, c = through(1000, 1, nil, 3)
  assert(a == 1 and b == nil and c == 3)
  local callable = setmetatable({}, {__call = function(self, n) if n == 0 then return "called" end return self(n - 1) end})
  assert(callable(100) == "called")
end

-- closures as iterators and generators
do
  local function fixpoint(le)
    local function a(f) return le(function(x) return f(f)(x) end) end
    return a(a)
  end
  local factorial = fixpoint(function(self) return function(n) if n == 0 then return 1 end return n * self(n - 1) end end)
  assert(factorial(5) == 120)
  local function compose(f, g) return function(...) return f(g(...)) end end
  assert(compose(function(x) return x + 1 end, function(x, y) return x * y end)(3, 4) == 13)
end

-- __call takes any arguments and gives any results
do
  local t = setmetatable({}, {__call = function(self, ...) return select("#", ...), ... end})
  local n, a, b = t(nil, 2)
  assert(n == 2 and a == nil and b == 2 and t() == 0)
  local u = setmetatable({}, {__call = function(_, f, ...) return f(...) end})
  assert(u(function(x) return x end, 5) == 5 and u(u, function() return 6 end) == 6)
  assert(pcall(u, error) == false)
end

-- loaded chunks are functions
do
  local f = assert(loadstring("local a, b = ... return b, a"))
  local a, b = f(1, 2)
  assert(a == 2 and b == 1)
  assert(loadstring("return ...")(3) == 3 and select("#", loadstring("")()) == 0)
  local nothing, message = loadstring("return return")
  assert(nothing == nil and type(message) == "string")
  local pieces, i = {"return ", "1 + ", "41"}, 0
  local g = assert(load(function() i = i + 1 return pieces[i] end))
  assert(g() == 42)
  i = 0
  pieces = {"x y z"}
  assert(not load(function() i = i + 1 return pieces[i] end))
  global_of_calls = 1
  assert(loadstring("global_of_calls = global_of_calls + 1 return global_of_calls")() == 2)
  local upvalue = 5 -- which a chunk does not see
  assert(loadstring("return upvalue")() == nil)
  assert(upvalue == 5)
end

-- many arguments and results
do
  local list = {}
  for i = 1, 200 do list[i] = i end
  local function last(...) return (select(select("#", ...), ...)) end
  assert(last(unpack(list)) == 200)
  assert(#{unpack(list)} == 200)
  assert(math.max(unpack(list)) == 200)
  local function back(...) return ... end
  assert(select("#", back(unpack(list, 1, 150))) == 150)
  assert(select("#", unpack({}, 1, 1000)) == 1000)
end
print "ok"
