-- Coroutines: passing values, states, errors, nesting, what cannot yield.

local create, resume, yield, status, wrap, running = coroutine.create, coroutine.resume, coroutine.yield, coroutine.status, coroutine.wrap, coroutine.running

-- values go in and out
do
  local log = {}
  local co = create(function(a, b)
    log[#log + 1] = a + b
    local c = yield(a, b, a + b)
    log[#log + 1] = c
    local d, e = yield(c * 2)
    log[#log + 1] = d + e
    return "end", d, e
  end)
  local ok, x, y, z = resume(co, 1, 2)
  assert(ok and x == 1 and y == 2 and z == 3)
  ok, x = resume(co, 10)
  assert(ok and x == 20)
  ok, x, y, z = resume(co, 5, 6)
  assert(ok and x == "end" and y == 5 and z == 6 and table.concat(log, " ") == "3 10 11")
  ok, x = resume(co)
  assert(not ok and x == "cannot resume dead coroutine" and status(co) == "dead")
end

-- any number of values, nil included
do
  local co = create(function(...)
    local n = select("#", ...)
    while true do n = select("#", yield(n)) end
  end)
  assert(select(2, resume(co)) == 0 and select(2, resume(co, nil)) == 1 and select(2, resume(co, nil, nil)) == 2 and select(2, resume(co)) == 0)
  local back = wrap(function(...) return ... end)
  assert(select("#", back(1, nil, nil)) == 3)
  local none = wrap(function() yield() end)
  assert(select("#", none()) == 0 and select("#", none()) == 0 and not pcall(none))
end

-- states
do
  local co, other
  co = create(function()
    assert(status(co) == "running" and running() == co)
    other = create(function() assert(status(co) == "normal" and running() == other) yield() end)
    assert(resume(other) and status(other) == "suspended" and status(co) == "running")
    yield()
  end)
  assert(status(co) == "suspended" and running() == nil)
  assert(resume(co) and status(co) == "suspended" and resume(co) and status(co) == "dead")
  local ok, e = resume(create(function() return resume(co) end))
  assert(ok and e == false)
  co = create(function() return resume(co) end)
  ok, e = resume(co)
  assert(ok and e == false)
  ok, ok, e = resume(create(function() return pcall(resume, running()) end))
  assert(ok == true and e == false)
  assert(not pcall(create) and not pcall(create, 1) and not pcall(create, print) and not pcall(resume, 1) and not pcall(status, {}) and not pcall(wrap))
end

-- generators
do
  local function primes(n)
    local function gen() return wrap(function() for i = 2, n do yield(i) end end) end
    local function filter(p, g) return wrap(function() for i in g do if i % p ~= 0 then yield(i) end end end) end
    local x, found = gen(), {}
    while true do
      local p = x()
      if not p then return found end
      found[#found + 1] = p
      x = filter(p, x)
    end
  end
  assert(table.concat(primes(60), " ") == "2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59")
  local function permute(list)
    local function go(n)
      if n == 0 then yield(table.concat(list)) end
      for i = 1, n do
        list[n], list[i] = list[i], list[n]
        go(n - 1)
        list[n], list[i] = list[i], list[n]
      end
    end
    return wrap(function() go(#list) end)
  end
  local all = {}
  for p in permute {"a", "b", "c"} do all[#all + 1] = p end
  table.sort(all)
  assert(table.concat(all, " ") == "abc acb bac bca cab cba")
  local function tree(t) if t then tree(t[1]) yield(t[2]) tree(t[3]) end end
  local order = {}
  for v in wrap(function() tree {{nil, 1, {nil, 2}}, 3, {{nil, 4}, 5}} end) do order[#order + 1] = v end
  assert(table.concat(order) == "12345")
end

-- two that talk to each other
do
  local log, producer, consumer = {}
  producer = create(function() for i = 1, 3 do log[#log + 1] = "made " .. i yield(i) end return nil end)
  consumer = wrap(function() while true do local _, v = resume(producer) if not v then break end log[#log + 1] = "used " .. v yield() end return "done" end)
  repeat local state = consumer() until state == "done"
  assert(table.concat(log, " ") == "made 1 used 1 made 2 used 2 made 3 used 3")
end

-- errors end a coroutine; others go on
do
  local co = create(function() yield(1) error {code = 5} end)
  assert(resume(co))
  local ok, e = resume(co)
  assert(not ok and e.code == 5 and status(co) == "dead" and select(2, resume(co)) == "cannot resume dead coroutine")
  local w = wrap(function() error("x", 0) end)
  ok, e = pcall(w)
  assert(not ok and e:find "x$")
  ok, e = pcall(w)
  assert(not ok and e:find "cannot resume dead coroutine")
  local outer = wrap(function() local ok, e = pcall(wrap(function() error("deep", 0) end)) yield(ok) return e end)
  assert(outer() == false and outer():find "deep$")
  local table_error = {}
  assert(select(2, pcall(wrap(function() error(table_error) end))) == table_error)
  ok, e = resume(create(function() local x = nil; return x.y end))
  assert(not ok and e:find "attempt to index local 'x' %(a nil value%)$")
end

-- pcall inside of a coroutine, a coroutine inside of pcall
do
  local co = wrap(function()
    local ok, e = pcall(function() error("caught", 0) end)
    yield(ok, e)
    for i = 1, 3 do pcall(error, i) yield(i) end
    return "end"
  end)
  local ok, e = co()
  assert(ok == false and e == "caught" and co() == 1 and co() == 2 and co() == 3 and co() == "end")
  assert(select(2, pcall(wrap(function(...) return ... end), 7)) == 7)
end

-- 5.1 cannot yield across pcall, metamethods, iterators or functions of the library
do
  local function blocked(...)
    local ok, e = ...
    return ok == false and tostring(e):find "attempt to yield across" ~= nil
  end
  assert(wrap(function() return blocked(pcall(yield, 1)) end)())
  assert(wrap(function() return blocked(pcall(function() yield(1) end)) end)())
  assert(blocked(resume(create(function() return setmetatable({}, {__add = function() yield() end}) + 1 end))))
  assert(blocked(resume(create(function() return setmetatable({}, {__index = function() yield() end}).x end))))
  assert(blocked(resume(create(function() for i in function() yield() end do end end))))
  assert(blocked(resume(create(function() table.sort({1, 2, 3}, function() yield() end) end))))
  assert(blocked(resume(create(function() return (("x"):gsub("x", function() yield() end)) end))))
  assert(not pcall(yield) and not pcall(yield, 1))
  local co = wrap(function() return setmetatable({}, {__call = function(_, x) return yield(x) end})(5) end)
  assert(co() == 5 and co(6) == 6) -- __call is a call like any other
end

-- yields from deep calls, loops and tail calls
do
  local function deep(n) if n == 0 then return yield "bottom" end return deep(n - 1) end
  local function nested(n) if n == 0 then return (yield "bottom") end local r = nested(n - 1) return r + 1 end
  local co = wrap(function() local a = deep(50) local b = nested(50) return a, b end)
  assert(co() == "bottom" and co(1) == "bottom")
  local a, b = co(2)
  assert(a == 1 and b == 52)
  co = wrap(function(...) for i = 1, 2 do for _, v in ipairs {...} do while true do yield(v .. i) break end end end end)
  assert(co("a", "b") == "a1" and co() == "b1" and co() == "a2" and co() == "b2" and co() == nil)
end

-- upvalues and varargs stay across yields
do
  local n = 0
  local function make(step) return wrap(function(...) local own = {...} while true do n = n + step own[#own + 1] = n yield(#own, n) end end) end
  local one, ten = make(1), make(10)
  assert(select(2, one()) == 1 and select(2, ten()) == 11 and select(2, one()) == 12 and one() == 3 and n == 13)
  local get = wrap(function() local x = 1 yield(function() return x end) x = 2 yield() end)
  local f = get()
  assert(f() == 1)
  get()
  assert(f() == 2)
end

-- many at once, each many times
do
  local list, sum = {}, 0
  for i = 1, 500 do list[i] = wrap(function() for j = 1, 10 do sum = sum + j yield() end end) end
  for j = 1, 10 do for i = 1, 500 do list[i]() end end
  assert(sum == 27500)
  local chain = function(v) return v end
  for i = 1, 50 do local inner = chain chain = wrap(function(v) while true do v = yield(inner(v) + 1) end end) end
  assert(chain(0) == 50 and chain(100) == 150)
end

-- wrap as an iterator, as a field, as an argument
do
  local t = {next = wrap(function() for i = 1, 3 do yield(i) end end)}
  assert(t.next() == 1 and t:next() == 2)
  assert(("abc"):gsub(".", wrap(function(c) while true do c = yield(c:upper()) end end)) == "ABC")
  local sorted = {3, 1, 2}
  table.sort(sorted, wrap(function(a, b) while true do a, b = yield(a < b) end end))
  assert(table.concat(sorted) == "123")
end
print "ok"
