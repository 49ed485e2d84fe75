-- Errors: what they say and where, and how they are caught.

local function message(source, ...)
  local f = assert(loadstring(source, "=chunk"))
  local ok, e = pcall(f, ...)
  assert(not ok, source)
  return e
end
local function says(source, wanted)
  local e = message(source)
  if e ~= "chunk:1: " .. wanted then error(source .. "\n gives " .. tostring(e) .. "\nnot   chunk:1: " .. wanted) end
end

-- the variable is named
says("undefined()", "attempt to call global 'undefined' (a nil value)")
says("local x x()", "attempt to call local 'x' (a nil value)")
says("local x = {} x.y()", "attempt to call field 'y' (a nil value)")
says("local x = {} x:y()", "attempt to call method 'y' (a nil value)")
says("local x = 1 return (function() x() end)()", "attempt to call upvalue 'x' (a number value)")
says("local x = {{}} x[1][2]()", "attempt to call field '?' (a nil value)")
says("undefined.field = 1", "attempt to index global 'undefined' (a nil value)")
says("local x return x.y", "attempt to index local 'x' (a nil value)")
says("local x = {} return x.y.z", "attempt to index field 'y' (a nil value)")
says("local x = {y = {}} x.y.z.a = 1", "attempt to index field 'z' (a nil value)")
says("local x = true return (function() return x.y end)()", "attempt to index upvalue 'x' (a boolean value)")
says("return ('x').y.z", "attempt to index field 'y' (a nil value)")
says("return undefined + 1", "attempt to perform arithmetic on global 'undefined' (a nil value)")
says("local a, b = 1, {} return a * b", "attempt to perform arithmetic on local 'b' (a table value)")
says("local t = {} return t.x - 1", "attempt to perform arithmetic on field 'x' (a nil value)")
says("return -{}", "attempt to perform arithmetic on a table value")
says("local f = print return 2 ^ f", "attempt to perform arithmetic on local 'f' (a function value)")
says("return 'a' + 1", "attempt to perform arithmetic on a string value")
says("local s = 'a' return s % 2", "attempt to perform arithmetic on local 's' (a string value)")
says("local t = {} return t .. 'x'", "attempt to concatenate local 't' (a table value)")
says("local n return 'x' .. n .. 'y'", "attempt to concatenate local 'n' (a nil value)")
says("local t = {} return 'x' .. t.y", "attempt to concatenate field 'y' (a nil value)")
says("return #undefined", "attempt to get length of global 'undefined' (a nil value)")
says("local n = 1 return #n", "attempt to get length of local 'n' (a number value)")
says("return 1 < 'x'", "attempt to compare number with string")
says("return {} < {}", "attempt to compare two table values")
says("return nil > 1", "attempt to compare number with nil")
says("return {} <= 1", "attempt to compare table with number")
says("return print >= print", "attempt to compare two function values")
says("for i = {}, 2 do end", "'for' initial value must be a number")
says("for i = 1, 'x' do end", "'for' limit must be a number")
says("for i = 1, 2, {} do end", "'for' step must be a number")
says("local t = {} t[nil] = 1", "table index is nil")
says("local t = {} t[0/0] = 1", "table index is NaN")
says("for i in 5 do end", "attempt to call a number value")
says("(nil)()", "attempt to call a nil value")

-- arguments of the library
says("string.rep()", "bad argument #1 to 'rep' (string expected, got no value)")
says("string.rep('x', {})", "bad argument #2 to 'rep' (number expected, got table)")
says("('x'):rep({})", "bad argument #1 to 'rep' (number expected, got table)")
says("('x'):rep()", "bad argument #1 to 'rep' (number expected, got no value)")
says("string.rep({})", "bad argument #1 to 'rep' (string expected, got table)")
says("setmetatable({})", "bad argument #2 to 'setmetatable' (nil or table expected)")
says("setmetatable(1, {})", "bad argument #1 to 'setmetatable' (table expected, got number)")
says("local f = setmetatable f(1, {})", "bad argument #1 to 'f' (table expected, got number)")
says("ipairs()", "bad argument #1 to 'ipairs' (table expected, got no value)")
says("table.concat({1, {}, 3})", "invalid value (table) at index 2 in table for 'concat'")
says("table.insert({}, 1, 2, 3)", "wrong number of arguments to 'insert'")
says("tonumber('1', 1)", "bad argument #2 to 'tonumber' (base out of range)")
says("select(0)", "bad argument #1 to 'select' (index out of range)")
says("string.char(256)", "bad argument #1 to 'char' (invalid value)")
says("string.format('%d', 'x')", "bad argument #2 to 'format' (number expected, got string)")
says("string.format('%y', 1)", "invalid option '%y' to 'format'")
says("('x'):find('[a')", "malformed pattern (missing ']')")
says("('x'):find('%')", "malformed pattern (ends with '%')")
says("('x'):find('(')", "unfinished capture")
says("('x'):match(')')", "invalid pattern capture")
says("('x'):find('%1')", "invalid capture index")
says("('x'):gsub('x', '%2')", "invalid capture index")
says("('x'):gsub('x', true)", "bad argument #2 to 'gsub' (string/function/table expected)")
says("('x'):gsub('x', {x = {}})", "invalid replacement value (a table)")

-- error(value): any value, with the position of a text at a level
do
  local function caught(...) return select(2, pcall(...)) end
  for _, v in ipairs {1, "x", true, false, {}, print} do assert(caught(error, v, 0) == v) end
  assert(caught(error) == nil and caught(error, nil) == nil)
  assert(message "error('x')" == "chunk:1: x" and message "error('x', 0)" == "x" and message "error('x', 1)" == "chunk:1: x")
  assert(message "local function f() error('x', 2) end\nf()" == "chunk:2: x")
  assert(message "local function f() error('x', 2) end\nlocal function g()\nf()\nend\ng()" == "chunk:3: x")
  assert(message "local function f() error('x', 3) end\nlocal function g()\nf()\nend\ng()" == "chunk:5: x")
  assert(message "error(5)" == "chunk:1: 5" and message "error(0.5, 0)" == 0.5 and type(message "error({})") == "table")
  assert(message "local t = setmetatable({}, {__tostring = function() return 'x' end}) error(t)" ~= "x")
end

-- pcall gives what the function gives, and nests
do
  local function n(...) return select("#", ...) end
  assert(n(pcall(function() end)) == 1 and n(pcall(function() return nil end)) == 2 and n(pcall(function() return nil, nil end)) == 3)
  local ok, a, b = pcall(function(...) return ... end, 1, nil)
  assert(ok and a == 1 and b == nil)
  assert(select("#", pcall(error)) == 2)
  local trace = {}
  local function nest(depth)
    if depth == 0 then error("bottom", 0) end
    local ok, e = pcall(nest, depth - 1)
    trace[#trace + 1] = depth
    error(e .. depth, 0)
  end
  local ok2, e = pcall(nest, 5)
  assert(not ok2 and e == "bottom12345" and table.concat(trace) == "12345")
  assert(pcall(pcall, error, "x") == true and select(2, pcall(pcall, error, "x")) == false)
  assert(not pcall(nil) and not pcall(1) and not pcall({}) and pcall(setmetatable({}, {__call = function() end})))
  assert(select(2, pcall(nil)) == "attempt to call a nil value")
  local x = 0
  for i = 1, 100 do
    local ok = pcall(function() x = x + 1 if i % 2 == 0 then error(i) end end)
    assert(ok == (i % 2 == 1))
  end
  assert(x == 100)
end

-- xpcall: the handler sees the error value, its first result is the message
do
  local ok, e, more = xpcall(function() error("x", 0) end, function(m) return "handled " .. m, "dropped" end)
  assert(not ok and e == "handled x" and more == nil)
  ok, e = xpcall(function() local x = nil; return x.y end, function(m) return m end)
  assert(not ok and e:find "attempt to index local 'x' %(a nil value%)$")
  local a, b
  ok, a, b = xpcall(function() return 1, 2 end, error)
  assert(ok and a == 1 and b == 2)
  ok, e = xpcall(function() error {code = 3} end, function(t) return t.code end)
  assert(not ok and e == 3)
  ok, e = xpcall(function() error() end, function(m) return m == nil end)
  assert(not ok and e == true)
  ok, e = xpcall(function() return pcall(error, "inner") end, error)
  assert(ok and e == false)
  assert(not pcall(xpcall) and not pcall(xpcall, print))
end

-- assert gives all its arguments, or raises its message
do
  local a, b, c = assert(1, nil, 3)
  assert(a == 1 and b == nil and c == 3)
  local function caught(...) return select(2, pcall(assert, ...)) end
  assert(caught(false) == "assertion failed!" and caught(nil) == "assertion failed!" and caught(nil, "why") == "why" and caught(false, 7) == "7")
  assert(not pcall(assert))
end

-- lines of errors in longer programs
do
  local function line(source)
    local e = message(source)
    return tonumber(e:match "^chunk:(%d+):")
  end
  assert(line "\n\nerror 'x'" == 3)
  assert(line "local a = 1\n\n\nlocal b = a.x.y" == 4)
  assert(line "local function f()\n  error 'x'\nend\n\nf()" == 2)
  assert(line "for i = 1, 3 do\n  if i == 2 then\n    undefined()\n  end\nend" == 3)
  assert(line "local t = {\n  1,\n  2\n}\nt.x.y = 1" == 5)
  assert(line "--[[\n\n]]\nlocal s = [[\n\n]]\nerror 'x'" == 7)
  assert(line "if nil then\nelseif undefined.x then\nend" == 2)
  assert(line "while true do\n  local x = 1\n  x()\nend" == 3)
  assert(line "repeat\n  local x = 1\nuntil x.y.z" == 3)
  assert(line "return (function()\n  return undefined()\nend)()" == 2)
  assert(line "local s = 'a\\\nb'\nerror(s)" == 3)
end

-- an endless recursion is an error, and what comes after it works
do
  local function down(n) return 1 + down(n + 1) end
  local ok, e = pcall(down, 1)
  assert(not ok and tostring(e):find "stack overflow")
  local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
  assert(deep(1000) == 1000 and not pcall(down, 1) and deep(1000) == 1000)
  local t = setmetatable({}, {})
  getmetatable(t).__index = function(t, k) return t[k .. "x"] end
  assert(not pcall(function() return t.a end))
end
print "ok"
