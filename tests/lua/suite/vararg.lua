-- Functions with a variable number of arguments.

local function f(a, ...) return select("#", ...), a, ... end
do
  local n, a, b, c = f()
  assert(n == 0 and a == nil and b == nil)
  n, a, b, c = f(1, 2, 3)
  assert(n == 2 and a == 1 and b == 2 and c == 3)
  n, a, b, c = f(nil, nil)
  assert(n == 1 and a == nil and select("#", f(nil, nil)) == 3 and select("#", f(1, nil, nil, nil)) == 5)
end

-- ... in every place
do
  local function place(...)
    local a, b = ...
    local t, first, n = {...}, (...), select("#", ...)
    local u = {..., "end"}
    local x, y = (...), "y"
    return a, b, #t, first, n, #u, x, y
  end
  local a, b, len, first, n, ulen, x, y = place(5, 6, 7)
  assert(a == 5 and b == 6 and len == 3 and first == 5 and n == 3 and ulen == 2 and x == 5 and y == "y")
  local function pass(...) return ... end
  local function middle(...) return ..., "last" end
  local function wrapped(...) return (pass(...)) end
  local function both(...) return pass(...), pass(...) end
  assert(select("#", pass()) == 0 and select("#", pass(nil)) == 1 and select("#", middle(1, 2)) == 2 and select("#", wrapped(1, 2)) == 1 and select("#", both(1, 2)) == 3)
  local function args(...) return {n = select("#", ...), ...} end
  local t = args(nil, 2, nil)
  assert(t.n == 3 and t[1] == nil and t[2] == 2 and t[3] == nil)
  local function cond(...) if ... then return "yes" end return "no" end
  assert(cond() == "no" and cond(nil, 1) == "no" and cond(1, nil) == "yes" and cond(false) == "no")
  local function sum(...) local s = 0 for _, v in ipairs {...} do s = s + v end return s end
  assert(sum() == 0 and sum(1, 2, 3) == 6 and sum(unpack {1, 2, 3, 4}) == 10)
  local function op(...) return ... + 1, -..., #{...}, ... == 1, not ... end
  local p, m, l, e, no = op(1, 2)
  assert(p == 2 and m == -1 and l == 2 and e == true and no == false)
end

-- inside of functions they are another function's
do
  local function outer(...)
    local kept = {...}
    return function(...) return select("#", ...), #kept, ... end
  end
  local n, k, a = outer(1, 2, 3)("x")
  assert(n == 1 and k == 3 and a == "x")
  assert(not loadstring "function f(...) return function() return ... end end")
  assert(not loadstring "function f() return ... end")
end

-- assigning parameters does not change ...
do
  local function g(a, ...) a = 10 local b = ... b = 20 return a, b, ... end
  local a, b, c = g(1, 2)
  assert(a == 10 and b == 20 and c == 2)
end

-- select
do
  assert(select(1, "a", "b") == "a" and select(2, "a", "b") == "b" and select(-1, "a", "b") == "b" and select("#") == 0 and select("#", nil) == 1 and select("#", nil, nil) == 2 and select(3, 1, 2) == nil and select("#", select(3, 1, 2)) == 0)
  assert(select("2", 1, 2) == 2 and select(2.9, 1, 2) == 2 and select("#", select(2, 1, 2, 3)) == 2 and select("#", select(-2, 1, 2, 3)) == 2)
  assert(not pcall(select) and not pcall(select, 0) and not pcall(select, -1) and not pcall(select, "x") and not pcall(select, -3, 1, 2))
  local function walk(...) local t = {} for i = 1, select("#", ...) do t[i] = tostring((select(i, ...))) end return table.concat(t, ",") end
  assert(walk(1, nil, "x", false) == "1,nil,x,false")
end

-- methods, __call, the main chunk
do
  local o = {v = 1}
  function o:m(...) return self.v, select("#", ...), ... end
  local v, n, a = o:m("a", nil)
  assert(v == 1 and n == 2 and a == "a")
  local c = setmetatable({}, {__call = function(self, ...) return select("#", ...) end})
  assert(c() == 0 and c(1, nil) == 2 and c(unpack({}, 1, 5)) == 5)
  local chunk = loadstring "return select('#', ...), ..."
  assert(chunk() == 0 and chunk(nil, 1) == 2 and select(3, chunk("a", "b")) == "b")
end

-- tail calls and recursion with many
do
  local function count(...) if select("#", ...) == 0 then return 0 end return 1 + count(select(2, ...)) end
  assert(count(1, nil, 3, nil) == 4)
  local function rotate(n, a, ...) if n == 0 then return a, ... end local t = {...} t[#t + 1] = a return rotate(n - 1, unpack(t)) end
  local a, b, c = rotate(2, "x", "y", "z")
  assert(a == "z" and b == "x" and c == "y")
  local many = {}
  for i = 1, 250 do many[i] = i end
  assert(select("#", unpack(many)) == 250 and select(250, unpack(many)) == 250 and f(unpack(many)) == 249)
  local function keep(...) return {...} end
  assert(#keep(unpack(many)) == 250)
end
print "ok"
