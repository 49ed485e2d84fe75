-- How programs are written: numbers, texts, names, comments.

-- escapes
assert("\a\b\f\n\r\t\v\\\"\'" == string.char(7, 8, 12, 10, 13, 9, 11, 92, 34, 39))
assert('\65\066\0067' == "AB\0067" and #"\0\00\000" == 3 and "\0a" == string.char(0, 97) and "\255" == string.char(255))
assert(loadstring([[return "\q"]])() == "q") -- an escape that is none is the letter itself
assert("a\
b" == "a\nb" and 'a"b' == "a\"b" and "a'b" == 'a\'b')
assert(#"äöü" == 6 and #"\228" == 1)

-- long texts
assert([[a]] == "a" and [[
first line break goes]] == "first line break goes" and [[

one stays]] == "\none stays")
assert([==[a]]b]=]c]==] == "a]]b]=]c" and [=[[[x]]]=] == "[[x]]" and [[\n]] == "\\n" and [[a
b]] == "a\nb" and #[==[

]==] == 1)
assert([[]] == "" and [==[]==] == "" and [[ ]=] ]] == " ]=] ")

-- comments
local x = 1 -- 2
assert(x == 1)
--[[ x = 2 ]] x = 3
--[==[
x = 4
]] ]=]
]==]
---[[ not long
x = x + 1
--]]
assert(x == 4)
--[ neither
x = x --[[in]] + --[=[be]=] 1 --
assert(x == 5)

-- numbers
assert(3 == 3.0 and 3. == 3 and .5 == 0.5 and 3e2 == 300 and 3E+2 == 300 and 3e-2 == 0.03 and 0x10 == 16 and 0XfF == 255 and 0xA == 10)
assert(0.1e1 == 1 and 1e0 == 1 and 00012 == 12 and 1e308 * 10 == 1 / 0 and 0x7fffffff == 2147483647)
assert(1e1 == 10 and .1e1 == 1 and 5.e1 == 50 and 9007199254740993 == 9007199254740992)
assert(loadstring "return 1 .. 2"() == "12" and not loadstring "return 1..2" and not loadstring "return 0x" and not loadstring "return 1e+" and not loadstring "return 1a" and not loadstring "return 1.2.3")

-- names
do
  local _, _1, a_b, A, a, andy, nilly, End = 1, 2, 3, 4, 5, 6, 7, 8
  assert(_ == 1 and _1 == 2 and a_b == 3 and A == 4 and a == 5 and andy == 6 and nilly == 7 and End == 8)
  local goto = 9 -- a name in 5.1
  assert(goto == 9)
  local t = {goto = 1, ["end"] = 2, ["and"] = 3}
  assert(t.goto == 1 and t["end"] == 2 and t["and"] == 3)
  for _, word in ipairs {"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"} do
    assert(not loadstring("local " .. word .. " = 1") and not loadstring("t = {}; t." .. word .. " = 1"), word)
  end
  local long = ("n"):rep(500)
  assert(loadstring("local " .. long .. " = 7 return " .. long)() == 7)
end

-- layout
assert(loadstring "return\t1\v+\f2\r\n+3"() == 6 and loadstring "x='1'y='2'z=3" and loadstring "local a=1;local b=2")
assert(loadstring "" and loadstring " " and loadstring "-- only" and loadstring "\n\n" and loadstring "--[[ only ]]")
assert(loadstring "return--[[x]]1"() == 1 and loadstring "return 1--"() == 1 and loadstring "return(1)"() == 1 and loadstring "return'x'"() == "x")
assert(loadstring "#!/usr/bin/lua\nreturn 1" == nil) -- for files only

-- every byte in a text, as itself and by its number
do
  for byte = 1, 255 do
    local c = string.char(byte)
    if c ~= "\n" and c ~= "\r" and c ~= "\\" and c ~= '"' then assert(loadstring('return "' .. c .. '"')() == c, byte) end
    assert(loadstring(('return "\\%03d"'):format(byte))() == c, byte)
    assert(loadstring(('return "\\%dx"'):format(byte))() == c .. "x", byte)
    assert(loadstring("return " .. ("%q"):format(c))() == c, byte)
  end
  assert(not loadstring 'return "\\256"' and not loadstring 'return "\\999"')
end

-- line breaks of every kind count as one line
do
  for _, br in ipairs {"\n", "\r", "\r\n", "\n\r"} do
    local f = assert(loadstring("local x = 1" .. br .. "error 'x'", "=c"))
    assert(select(2, pcall(f)) == "c:2: x")
    assert(loadstring("return [[a" .. br .. "b]]")() == "a\nb" and loadstring("return [[" .. br .. "b]]")() == "b")
    assert(loadstring("return 'a\\" .. br .. "b'")() == "a\nb")
  end
end
print "ok"
