-- The string library without patterns, comparison, tostring, format.

-- comparison is by bytes
assert("alo" < "alo1" and "" < "a" and "alo\0alo" < "alo\0b" and "alo\0alo\0\0" > "alo\0alo\0" and "alo" < "alo\0" and "alo\0" > "alo" and "\0" < "\1" and "\0\0" < "\0\1" and "\1\0a\0a" <= "\1\0a\0b")
assert(not ("a" < "a") and "a" <= "a" and "a" >= "a" and not ("b" <= "a") and "Z" < "a" and "10" < "9" and "a" .. "" == "a" and not ("a" == "A"))

-- sub
do
  local s = "123456789"
  assert(s:sub(2, 4) == "234" and s:sub(7) == "789" and s:sub(7, 6) == "" and s:sub(7, 7) == "7" and s:sub(0, 0) == "" and s:sub(-10, 10) == s and s:sub(1, 9) == s and s:sub(-10, -20) == "" and s:sub(-1) == "9" and s:sub(-4) == "6789" and s:sub(-6, -4) == "456")
  assert(s:sub(3, -3) == "34567" and s:sub(100) == "" and s:sub(-100, 2) == "12" and s:sub(2.7, 3.2) == "23" and s:sub("2", "3") == "23" and ("\000123456789"):sub(3, 5) == "234" and ("\000123456789"):sub(8) == "789" and ("x"):sub(-math.huge, math.huge) ~= nil)
  assert(not pcall(string.sub) and not pcall(string.sub, "x") and not pcall(string.sub, {}, 1))
end

-- len, rep, reverse, upper, lower
assert(("\0\0\0"):len() == 3 and ("1234567890"):len() == 10 and #"\0\0\0" == 3 and (""):len() == 0 and string.len(12) == 2)
assert(("teste"):rep(0) == "" and ("tés\0tê"):rep(2) == "tés\0têtés\0tê" and (""):rep(10) == "" and ("x"):rep(-1) == "" and ("ab"):rep(3) == "ababab" and ("x"):rep(2.9) == "xx" and #("x"):rep(10000) == 10000 and string.rep(1, 3) == "111")
assert((""):reverse() == "" and ("\0\1\2\3"):reverse() == "\3\2\1\0" and ("\0001234"):reverse() == "4321\0" and ("abc"):reverse() == "cba")
assert(("ab\0c"):upper() == "AB\0C" and ("\0ABCc%$"):lower() == "\0abcc%$" and ("aZ1ä"):upper() == "AZ1ä" and (""):upper() == "")

-- byte, char
assert(("a"):byte() == 97 and ("\255"):byte() == 255 and ("\0\0alo\0x"):byte(-1) == 120 and ("ba"):byte(2) == 97 and (""):byte() == nil and ("hi"):byte(-3) == nil and ("hi"):byte(3) == nil and ("hi"):byte(9, 10) == nil and ("hi"):byte(2, 1) == nil)
assert(select("#", ("abc"):byte(1, -1)) == 3 and select("#", ("abc"):byte(0, 10)) == 3 and select("#", (""):byte()) == 0 and select(3, ("abc"):byte(1, 3)) == 99)
assert(string.char() == "" and string.char(0, 255, 0) == "\0\255\0" and string.char(0, ("a"):byte(), 0) == "\0a\0" and string.char(("xyz"):byte(1, -1)) == "xyz" and string.char("65") == "A" and string.char(65.9) == "A")
assert(not pcall(string.char, 256) and not pcall(string.char, -1) and not pcall(string.char, "x") and not pcall(string.char, nil))

-- tostring, tonumber, type
assert(tostring(12) == "12" and tostring(1234567890123) == "1234567890123" and tostring "x" == "x" and tostring(nil) == "nil" and tostring(true) == "true" and tostring(false) == "false" and tostring(-1203) == "-1203" and tostring(1203.125) == "1203.125")
assert(type(tostring(nil)) == "string" and tostring {}:find "table:" and tostring(print):find "function:" and tostring(coroutine.create(function() end)):find "thread:" and tostring "a\0b" == "a\0b" and not pcall(tostring))
assert(tostring(print) == tostring(print) and tostring {} ~= tostring {})

-- concatenation
assert("a" .. 1 == "a1" and 1 .. 2 == "12" and "x" .. 1.5 .. "y" == "x1.5y" and 0.1 .. "" == "0.1" and -1 .. "" == "-1" and 1e15 .. "" == "1e+15" and 2 ^ 31 .. "" == "2147483648" and "" .. "" == "")
do
  local s = ""
  for i = 1, 500 do s = s .. i .. "," end
  assert(#s == 500 + 9 + 90 * 2 + 401 * 3)
  local a, b = "a", "b"
  assert(a .. b .. a .. b .. a .. b == "ababab" and (a .. b) .. (a .. b) == "abab" and a .. (b .. (a .. b)) == "abab")
end

-- format
local fmt = string.format
assert(fmt("%%") == "%" and fmt("") == "" and fmt("a\0b") == "a\0b" and fmt("%s", "x") == "x" and fmt("%s %s", 1, "b") == "1 b" and fmt("%s", "a\0b") ~= nil)
assert(fmt("%d", 42) == "42" and fmt("%d", -3) == "-3" and fmt("%5d|%-5d|%05d|%+d|% d", 42, 42, 42, 42, 42) == "   42|42   |00042|+42| 42" and fmt("%.3d", 7) == "007" and fmt("%d", "10") == "10" and fmt("%d", 3.0) == "3" and fmt("%i", 5) == "5" and fmt("%d", 2 ^ 53) == "9007199254740992")
assert(fmt("%x %X %#x %o %#o %u", 255, 255, 255, 8, 8, 7) == "ff FF 0xff 10 010 7" and fmt("%08X", 48879) == "0000BEEF" and fmt("%c%c%c", 76, 117, 97) == "Lua" and #fmt("%c", 0) <= 1)
assert(fmt("%f", 1 / 3) == "0.333333" and fmt("%.2f", 2 / 3) == "0.67" and fmt("%8.3f|", 3.14159) == "   3.142|" and fmt("%-8.1f|", 2.25) == "2.2     |" and fmt("%.0f", 0.5) == "0" and fmt("%.0f", 1.5) == "2" and fmt("%+.1f", 1) == "+1.0" and fmt("%.20f", 0.5) == "0.50000000000000000000")
assert(fmt("%e", 12345.678) == "1.234568e+04" and fmt("%.2E", 0.00012) == "1.20E-04" and fmt("%g", 1e20) == "1e+20" and fmt("%g", 0.0001) == "0.0001" and fmt("%g", 100000) == "100000" and fmt("%g", 1e6) == "1e+06" and fmt("%.3g", 3.14159) == "3.14" and fmt("%G", 1e-10) == "1E-10" and fmt("%#g", 1) == "1.00000")
assert(fmt("%g %g", 1 / 0, -1 / 0) == "inf -inf" and fmt("%5.1f|", 1 / 0) == "  inf|" and fmt("%.14g", 0.1) == "0.1" and fmt("%.17g", 0.1) == "0.10000000000000001" and fmt("%.99f", 1):sub(1, 4) == "1.00")
assert(fmt("%5s|%-5s|%.2s|%5.1s|", "abc", "abc", "abc", "abc") == "  abc|abc  |ab|    a|" and fmt("%s", ("x"):rep(500)) == ("x"):rep(500) and fmt("%-10s|", "é") == "é        |" and fmt("%s%s%s", 1, 2, 3) == "123")
assert(fmt("%q", 'a"b\\c\nd\0e\r') == '"a\\"b\\\\c\\\nd\\000e\\r"' and loadstring("return " .. fmt("%q", "\0\1\n\r\"\\\255x"))() == "\0\1\n\r\"\\\255x" and fmt("%q", "") == '""' and fmt("%q", 12) == '"12"')
assert(not pcall(fmt) and not pcall(fmt, "%d") and not pcall(fmt, "%d", "x") and not pcall(fmt, "%d", {}) and not pcall(fmt, "%s") and not pcall(fmt, "%y", 1) and not pcall(fmt, "%") and not pcall(fmt, "%123d", 1) and not pcall(fmt, "%.123f", 1) and not pcall(fmt, "%0000005d", 1) and not pcall(fmt, "%c", "x"))

-- the methods of texts
do
  local s = "hello"
  assert(s:upper():lower():len() == 5 and ("%d items"):format(3) == "3 items" and ("a,b"):find(",", 1, true) == 2 and s.len == string.len and s.none == nil and s[1] == nil and #s == s:len())
  assert(not pcall(function() s.x = 1 end) and not pcall(function() return s() end) and not pcall(function() return s:none() end))
  assert(getmetatable "".__index == string and ("x").rep == string.rep)
end

-- joining and cutting by hand
do
  local function split(s, sep)
    local parts, from = {}, 1
    while true do
      local i, e = s:find(sep, from, true)
      parts[#parts + 1] = s:sub(from, (i or 0) - 1)
      if not i then return parts end
      from = e + 1
    end
  end
  assert(table.concat(split("a,b,,c", ","), "|") == "a|b||c" and #split("", ",") == 1 and #split("a--b--c", "--") == 3)
end
print "ok"
