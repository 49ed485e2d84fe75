-- Operators, conditions, assignments, tables, loops.

-- precedence, from the manual: or, and, comparison, .., + -, * / %, not # -, ^
assert(2 ^ 3 ^ 2 == 512 and -2 ^ 2 == -4 and 2 ^ -1 == 0.5 and -2 ^ -2 == -0.25)
assert(not nil and 2 and not (2 > 3 or 3 < 2))
assert(-3 - 1 - 5 == -9 and 2 * 3 + 4 == 10 and 2 + 3 * 4 == 14 and (2 + 3) * 4 == 20)
assert(1 .. 2 == "12" and 1 + 1 .. 2 + 2 == "24" and "a" .. "b" == "ab" and 2 .. 3 ^ 2 == "29")
assert(not 1 == false and not (1 == 2) and not nil == true and #"abc" + 1 == 4 and -#"ab" == -2)
assert(1 < 2 == true and not (2 < 1) == true and "a" .. "b" == "a" .. "b")
assert((1 or false) == 1 and (nil or false) == false and (false or nil) == nil and (nil and 1) == nil and (1 and nil) == nil)
assert((false and error "not reached") == false and (true or error "not reached") == true)
assert(1 and 2 == 2 and (1 and 2 or 3) == 2 and (nil and 2 or 3) == 3 and (1 or 2 and 3) == 1 and (false or 2 and 3) == 3)
assert(2 - 1 - 1 == 0 and 8 / 4 / 2 == 1 and 2 ^ 2 * 3 == 12 and 7 % 4 * 2 == 6 and 2 * 7 % 4 == 2)
assert(- - 3 == 3 and not not 1 == true and - -"2" == 2)
assert(5 > 3 and 5 >= 5 and 3 <= 3 and 3 ~= 4 and "a" < "b" and "a" <= "a" and "Z" < "a" and "" < "a" and "a" < "aa")
assert("a\0b" > "a\0a" and "a\0" > "a" and "a\0a" < "a\0b")

-- values of and, or in every place
do
  local function f(...) return ... end
  local t, n = true, nil
  local x = t and f(1, 2)
  assert(x == 1)
  x = n or f(3, 4)
  assert(x == 3)
  x = (n and 1) or (n and 2) or "last"
  assert(x == "last")
  x = n == nil and "none" or "some"
  assert(x == "none")
  x = not (n and t) and (t or n)
  assert(x == true)
  local a = {t and 1, n and 2 or 3, f(t and 4)}
  assert(a[1] == 1 and a[2] == 3 and a[3] == 4)
  local ok = true
  ok = ok and (f(false) and f(true))
  assert(ok == false)
  ok = ok or (f(nil) or f(7))
  assert(ok == 7)
  assert((function() return t and n end)() == nil and (function() return n or t, 5 end)() == true)
end

-- every combination of three values under and, or, not, against a table of their own
do
  local values = {true, false, 0, ""}
  for _, a in ipairs(values) do
    for _, b in ipairs(values) do
      local andv, orv
      if a then andv, orv = b, a else andv, orv = a, b end
      assert((a and b) == andv and (a or b) == orv)
      for _, c in ipairs(values) do
        local x
        if a then if b then x = c else x = b end else x = a end
        assert((a and b and c) == x)
        if a then x = a elseif b then x = b else x = c end
        assert((a or b or c) == x)
        if a then if b then x = b else x = c end else x = c end
        assert((a and b or c) == x)
        if a then x = a elseif b then x = c else x = b end
        assert((a or b and c) == x)
        local n = 0
        if a and b or c then n = 1 end
        local w = (a and b) or c
        assert((n == 1) == not not w)
        while (a or b) and not c do n = n + 10 break end
        assert((n >= 10) == not not ((a or b) and not c))
      end
    end
  end
end

-- assignment: all of the right side first
do
  local a, b, c = 1, 2, 3
  a, b = b, a
  assert(a == 2 and b == 1)
  a, b, c = c, a, b
  assert(a == 3 and b == 2 and c == 1)
  local i, t = 1, {}
  i, t[i] = i + 1, 20
  assert(i == 2 and t[1] == 20 and t[2] == nil)
  t[1], t[2] = t[2], t[1]
  assert(t[1] == nil and t[2] == 20)
  local x, y, z = (function() return 1, 2 end)()
  assert(x == 1 and y == 2 and z == nil)
  x, y = 5
  assert(x == 5 and y == nil)
  x, y = 1, 2, error and 3
  assert(x == 1 and y == 2)
  local p, q = 48, 18
  while q ~= 0 do p, q = q, p % q end
  assert(p == 6)
  t = {1, 2, 3}
  local u = t
  t, t[1] = {9}, 8 -- t in t[1] is the old one
  assert(u[1] == 8 and t[1] == 9)
  do local a = a assert(a == 3) a = 4 end
  assert(a == 3)
end

-- if, elseif, else
do
  local function sort_of(n)
    if n < 0 then return "negative" elseif n == 0 then return "zero" elseif n < 10 then return "small" else return "large" end
  end
  assert(sort_of(-1) == "negative" and sort_of(0) == "zero" and sort_of(5) == "small" and sort_of(50) == "large")
  local n = 0
  if nil then n = 1 end
  if false then n = 2 elseif nil then n = 3 end
  assert(n == 0)
  if 0 then n = 4 end
  assert(n == 4)
  if "" then n = 5 end
  assert(n == 5)
  for _, v in next, {7} do
    if false then local x = 1 end
    n = v
  end
  assert(n == 7)
end

-- while, repeat, break
do
  local i = 0
  while i < 10 do i = i + 1 if i == 5 then break end end
  assert(i == 5)
  while false do error "never" end
  i = 0
  repeat i = i + 1 until i >= 3
  assert(i == 3)
  repeat local done = true until done
  i = 0
  repeat
    local j = i
    i = i + 1
    if i > 100 then break end
  until j == 7
  assert(i == 8)
  local n = 0
  for a = 1, 3 do
    for b = 1, 3 do
      if b == 2 then break end
      n = n + 1
    end
    while true do n = n + 10 break end
    repeat n = n + 100 break until false
  end
  assert(n == 333)
end

-- numeric for
do
  local function list(from, to, step)
    local t = {}
    if step then for i = from, to, step do t[#t + 1] = i end else for i = from, to do t[#t + 1] = i end end
    return table.concat(t, " ")
  end
  assert(list(1, 3) == "1 2 3" and list(3, 1) == "" and list(3, 1, -1) == "3 2 1" and list(1, 3, -1) == "" and list(1, 1) == "1")
  assert(list(1, 2, 0.5) == "1 1.5 2" and list(1, 0, -0.25) == "1 0.75 0.5 0.25 0" and list(-1, 1) == "-1 0 1")
  assert(list("1", "3") == "1 2 3" and list(1, 7, "3") == "1 4 7" and list(1, 3.9) == "1 2 3" and list(0.5, 3) == "0.5 1.5 2.5")
  assert(not pcall(list, 1, nil) and not pcall(list, "x", 2) and not pcall(list, 1, 2, {}))
  local n = 0
  for i = 1, 3 do n = n + i i = 100 end -- the loop has a variable of its own
  assert(n == 6)
  local limit, step = 3, 1
  for i = 1, limit, step do limit, step = 10, 5 n = n + 1 end
  assert(n == 9)
  for i = 1, math.huge do n = i if i == 50 then break end end
  assert(n == 50)
  for i = math.huge, 1 do error "never" end
  for i = 1, -math.huge do error "never" end
end

-- generic for
do
  local function range(n) return function(s, i) if i < s then return i + 1, i * i end end, n, 0 end
  local t = {}
  for i, square in range(4) do t[#t + 1] = i .. ":" .. square end
  assert(table.concat(t, " ") == "1:0 2:1 3:4 4:9")
  local n = 0
  for k in pairs {} do error "never" end
  for k, v, w in function(_, i) i = (i or 0) + 1 if i <= 3 then return i, i, i end end do n = n + k + v + w end
  assert(n == 18)
  for i in range(3) do local j = i i = 10 n = n + j end
  assert(n == 24)
  local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
  for i in co do n = n + i end
  assert(n == 30)
  for w in ("a b c"):gmatch "%a" do n = n + 1 end
  assert(n == 33)
end

-- return in the middle, from inside of blocks and loops
do
  local function f(n)
    do if n == 1 then return "one" end end
    for i = 1, 3 do while true do if i == n then return "loop", i end break end end
    repeat if n == 9 then return end until true
    do return "end" end
  end
  assert(f(1) == "one" and select(2, f(2)) == 2 and select("#", f(9)) == 0 and f(10) == "end")
end

-- table constructors
do
  local t = {1, 2, x = 3, 4; 5, ["a b"] = 6, [10] = 7, [1.5] = 8, [true] = 9,}
  assert(t[1] == 1 and t[2] == 2 and t[3] == 4 and t[4] == 5 and t.x == 3 and t["a b"] == 6 and t[10] == 7 and t[1.5] == 8 and t[true] == 9 and #t >= 4)
  assert(#{} == 0 and #{nil} == 0 and #{1} == 1 and next {} == nil)
  local function f() return "a", "b", "c" end
  assert(#{f()} == 3 and #{f(), f()} == 4 and #{f(), nil} == 1 and #{(f())} == 1 and ({f(), f()})[2] == "a" and ({[1] = "x", f()})[1] == "a")
  t = {{{}, {{1}}}, [{}] = {}}
  assert(t[1][2][1][1] == 1)
  for _, n in ipairs {0, 1, 2, 49, 50, 51, 99, 100, 101, 149, 500} do -- around the blocks of the list instruction
    local source = {}
    for i = 1, n do source[i] = tostring(i) end
    local list = loadstring("return {" .. table.concat(source, ",") .. "}")()
    assert(#list == n)
    for i = 1, n do assert(list[i] == i) end
    source[n + 1] = "..."
    list = loadstring("return {" .. table.concat(source, ",") .. "}")("p", "q")
    assert(#list == n + 2 and list[n + 1] == "p" and list[n + 2] == "q")
    source[n + 1] = "x = 5"
    list = loadstring("return {" .. table.concat(source, ",") .. "}")()
    assert(#list == n and list.x == 5)
  end
  local order = {}
  local function mark(x) order[#order + 1] = x return x end
  t = {mark(1), [mark(2)] = mark(3), mark(4)}
  assert(table.concat(order) == "1234")
end

-- semicolons, comments, odd layout
do
  local a = 1; local b = 2;
  local c --[[inside]] = --[==[ ]] --]==] 3 -- end
  ;(function() a = a + 1 end)()
  assert(a == 2 and b == 2 and c == 3)
  local t = {f = function(self) return self end}
  assert(t
    .f(
    t) == t and t
    :f() == t)
end

-- deep nesting within what 5.1 allows
do
  assert(loadstring("return " .. ("("):rep(150) .. "7" .. (")"):rep(150))() == 7)
  assert(loadstring(("do "):rep(150) .. "x = 1 " .. ("end "):rep(150)))
  assert(loadstring("return " .. ("{"):rep(150) .. ("}"):rep(150))())
  assert(loadstring("return " .. ("1 + "):rep(150) .. "1")() == 151)
  assert(loadstring("return " .. ("'a' .. "):rep(150) .. "''")() == ("a"):rep(150))
  local ifs = {}
  for i = 1, 150 do ifs[i] = (i == 1 and "if" or "elseif") .. " n == " .. i .. " then return " .. i * 2 end
  local f = loadstring("local n = ... " .. table.concat(ifs, "\n") .. " end")
  assert(f(1) == 2 and f(150) == 300 and f(151) == nil)
end

-- what is no program
for _, source in ipairs {
  "x", "x =", "= 1", "local", "local 1", "local a.b = 1", "f() = 1", "a, f() = 1, 2", "if", "if x", "if x then", "if x then else", "while true", "for", "for i", "for i =", "for i = 1 do end",
  "for i = 1, 2, 3, 4 do end", "for a.b = 1, 2 do end", "for i in do end", "repeat", "repeat until", "function", "function f", "function f(", "function f(a b) end", "function f(..., a) end", "function 1() end",
  "return return", "break", "do break end", "while true do function f() break end end", "x = {", "x = {1 2}", "x = (", "x = ()", "x = 1 +", "x = + 1", "x = 1 2", "x = not", "x = #", "'abc", '"abc', "x = [[abc", "x = [==[abc]=]",
  "--[[ no end", "x = '\n'", "goto = = 1", "end", "local function f.g() end", "local function f:g() end", "x = 'a\\400'", "x = 3x", "x = 0xg", "x = 1..2", "x = 1e", "x = .", "x = a.1", "x = a:b", "a:b", "x = ...; function f() return ... end",
  "and = 1", "nil = 1", "true = 1", "x = @", "x = !1", "x = a != b", "x = $", "local x <const> = 1", "for i = 1, 2 do local end", "f(", "f(1,)", "x = function", "x = function() return", "a.b:c = 1", "(a) = 1; (a) = ", "x, y", "return 1, ", "until x", "f\n(1)", ";", "x = 1;;",
} do
  local f, message = loadstring(source)
  assert(f == nil and type(message) == "string", source)
end
print "ok"
