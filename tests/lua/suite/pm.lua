-- Patterns: find, match, gmatch, gsub.

local function f(s, p)
  local i, e = s:find(p)
  if i then return s:sub(i, e) end
end

-- empty patterns and subjects
do
  local a, b = (""):find ""
  assert(a == 1 and b == 0)
  a, b = ("alo"):find ""
  assert(a == 1 and b == 0)
  assert((""):match ".*" == "" and (""):match ".+" == nil and (""):find "$" == 1 and ("x"):find("", 2) == 2)
end

-- positions
do
  local function at(s, ...) local a, b = s:find(...) return a and a .. "-" .. b end
  assert(at("hello", "l") == "3-3" and at("hello", "l", 4) == "4-4" and at("hello", "l", 5) == nil and at("hello", "lo", -2) == "4-5" and at("hello", "h", -100) == "1-1" and at("hello", "l+") == "3-4")
  assert(at("a.b", ".", 1, true) == "2-2" and at("a.b", ".") == "1-1" and at("a+b", "+", 1, true) == "2-2" and at("a[b", "[", 1, true) == "2-2" and at("abc", "", 2, true) == "2-1" and at("a\0b", "\0", 1, true) == "2-2")
  assert(at("alo\0alo", "\0") == "4-4" and at("alo\0alo", "%z") == "4-4" and at("alo123alo", "12", 5) == nil and at("alo123alo", "^12", 5) == nil and at("alo123alo", "^12", 4) == "4-5")
  assert(at("aaab", ".*b") == "1-4" and at("aaa", ".*a") == "1-3" and at("b", ".*b") == "1-1" and at("aaab", ".+b") == "1-4" and at("aaa", ".+a") == "1-3" and at("b", ".+b") == nil)
  assert(at("aaab", ".?b") == "3-4" and at("aaa", ".?a") == "1-2" and at("b", ".?b") == "1-1")
end

-- repetition: greedy, lazy, optional
assert(f("aloALO", "%l*") == "alo" and f("aLo_ALO", "%a*") == "aLo" and f("  \n\r*&\n\r   xuxu  \n\n", "%g%g%g+") == nil and f("aaab", "a*") == "aaa" and f("aaa", "^.*$") == "aaa")
assert(f("aaa", "b*") == "" and f("aaa", "ab*a") == "aa" and f("aba", "ab*a") == "aba" and f("aaab", "a+") == "aaa" and f("aaab", "^.+$") == "aaab" and f("aaa", "b+") == nil and f("aaa", "ab+a") == nil and f("aba", "ab+a") == "aba")
assert(f("a$a", ".$") == "a" and f("a$a", ".%$") == "a$" and f("a$a", ".$.") == "a$a" and f("a$a", "$$") == nil and f("a$b", "a$") == nil and f("a$a", "$") == "" and f("", "b*") == "")
assert(f("aaa", "bb*") == nil and f("aaab", "a-") == "" and f("aaa", "^.-$") == "aaa" and f("aabaaabaaabaaaba", "b.*b") == "baaabaaabaaab" and f("aabaaabaaabaaaba", "b.-b") == "baaab")
assert(f("alo xo", ".o$") == "xo" and f(" \n isto é assim", "%S%S*") == "isto" and f(" \n isto é assim", "%S*$") == "assim" and f(" \n isto é assim", "[a-z]*$") == "assim")
assert(f("um caracter ? extra", "[^%sa-z]") == "?" and f("", "a?") == "" and f("á", "á?") == "á" and f("ábl", "á?b?l?") == "ábl" and f("  bl", "a?b?l?") == "" and f("aa", "^aa?a?a") == "aa")

-- classes
do
  local function count(class)
    local n = 0
    for i = 0, 255 do if string.char(i):find(class) then n = n + 1 end end
    return n
  end
  assert(count "%d" == 10 and count "%l" == 26 and count "%u" == 26 and count "%a" == 52 and count "%w" == 62 and count "%s" == 6 and count "%c" == 33 and count "%p" == 32 and count "%x" == 22 and count "%z" == 1)
  for _, c in ipairs {"d", "l", "u", "a", "w", "s", "c", "p", "x", "z"} do
    assert(count("%" .. c) + count("%" .. c:upper()) == 256 and count("[%" .. c .. "]") == count("%" .. c) and count("[^%" .. c .. "]") == count("%" .. c:upper()) and count("[%" .. c:upper() .. "]") == count("%" .. c:upper()))
  end
  assert(count "." == 256 and count "[a-z]" == 26 and count "[^a-z]" == 230 and count "[%w_]" == 63 and count "[%-]" == 1 and count "[a-]" == 2 and count "[-a]" == 2 and count "[]]" == 1 and count "[^]]" == 255 and count "[^^]" == 255 and count "[a^]" == 2)
  assert(count "[a-cx-z]" == 6 and count "[%a-z]" == 53 and count "[\1-\255]" == 255 and count "[%]]" == 1 and count "[]-a]" == 5 and count "%." == 1 and count "%%" == 1 and count "%[" == 1 and count "[%.%[]" == 2 and count "[z-a]" == 0)
end

-- captures
do
  local a, b, c = ("key = value"):match "(%w+)%s*=%s*(%w+)"
  assert(a == "key" and b == "value" and c == nil)
  a, b, c = ("abcd"):match "()b(.)()"
  assert(a == 2 and b == "c" and c == 4)
  assert(("abc"):match "(a)(b)(c)" == "a" and ("abc"):match "((a)(b))" == "ab" and select("#", ("abc"):match "((a)(b))") == 3 and ("abc"):match "b" == "b" and ("abc"):match "()" == 1 and ("abc"):match("()", 3) == 3)
  local i, e, x, y = ("hello world"):find "(o) (w)"
  assert(i == 5 and e == 7 and x == "o" and y == "w")
  assert(("x"):match "(y?)x" == "" and ("2024-05-06"):match "(%d+)-(%d+)-(%d+)" == "2024" and ("abc"):match("%w", 2) == "b" and ("abc"):match("%w", -1) == "c" and ("abc"):match("^b", 2) == "b")
  assert(("alo xyzK"):match "(%w+)K" == "xyz" and ("254 K"):match "(%d*)K" == "" and ("alo "):match "(%w*)$" == "" and ("alo wo"):match "(%w+)$" == "wo" and ("âlo alo"):find "%w" ~= nil)
  assert(f("aloXYX", "(X)Y%1") == "XYX" and f("x = 'a\"b'", "([\"']).-%1") == "'a\"b'" and f("abab", "(ab)%1") == "abab" and f("abac", "(ab)%1") == nil and f("=======", "^(=*)=%1$") == "=======" and f("======", "^(=*)=%1$") == nil)
  assert(("0123456789"):match "(.+(.?)())" == "0123456789" and ((" "):rep(5) .. "x"):match "^%s*(.-)%s*$" == "x")
  local many = ("(.)"):rep(32)
  assert(select("#", ("x"):rep(40):match(many)) == 32 and not pcall(string.match, ("x"):rep(40), many .. "(.)"))
end

-- %b and %f
assert(f("((a)(b)) c", "%b()") == "((a)(b))" and f("(()", "%b()") == "()" and f("()", "%b)(") == nil and f("x[y[z]]", "%b[]") == "[y[z]]" and f("if then end", "%bie") == "if the" and f("aa", "%baa") == "aa" and f("a", "%baa") == nil)
assert(f("THE (quick) fox", "%f[%a]%a+") == "THE" and f("THE (quick) fox", "%f[%l]%l+") == "quick" and ("THE (quick) fox"):find "%f[%a]%a+%f[%A]" == 1 and ("aba"):find "%f[%z]" == 4 and (""):find "%f[%z]" == nil and ("a"):find "%f[a]" == 1)
assert(("[[]]"):gsub("%f[%[].", "x") == "x[]]" and ("aa bb"):gsub("%f[%w]", "<") == "<aa <bb" and ("aa bb"):gsub("%f[%W]", ">") == "aa> bb>")

-- gsub: texts
assert(("ülo ülo"):gsub("ü", "x") == "xlo xlo" and ("alo úlo  "):gsub(" +$", "") == "alo úlo" and ("  alo alo  "):gsub("^%s*(.-)%s*$", "%1") == "alo alo" and ("alo  alo  \n 123\n "):gsub("%s+", " ") == "alo alo 123 ")
assert(("abc"):gsub("%w", "%1%0") == "aabbcc" and ("abc"):gsub("%w+", "%0%1") == "abcabc" and ("áéí"):gsub("$", "\0óú") == "áéí\0óú" and (""):gsub("^", "r") == "r" and (""):gsub("$", "r") == "r" and ("abc"):gsub("", "-") == "-a-b-c-")
assert(("abc"):gsub("%w", "%%%0") == "%a%b%c" and ("abc"):gsub("b", "%%") == "a%c" and ("abc"):gsub(".", {}) == "abc" and ("abc"):gsub("b", 5) == "a5c" and ("hello"):gsub("(h)(e)", "%2%1") == "ehllo")
assert(select(2, ("abc"):gsub("", "")) == 4 and select(2, ("abc"):gsub("b", "")) == 1 and select(2, ("abc"):gsub("x", "")) == 0 and select(2, ("aaa"):gsub("a", "b", 2)) == 2 and ("aaa"):gsub("a", "b", 2) == "bba" and ("aaa"):gsub("a", "b", 0) == "aaa" and ("aaa"):gsub("a", "b", -1) == "aaa")
assert(("aaa"):gsub("^a", "b") == "baa" and ("a^a"):gsub("%^", "x") == "axa" and ("a b"):gsub(" ", "%%20") == "a%20b" and ("x^y"):gsub("x^", "z") == "zy")
assert(not pcall(string.gsub, "alo", "(.", print) and not pcall(string.gsub, "alo", ".)", print) and not pcall(string.gsub, "alo", "(.", {}) and not pcall(string.gsub, "alo", "(.)", "%2") and not pcall(string.gsub, "alo", "(%1)", "a") and not pcall(string.gsub, "alo", "(%0)", "a"))
assert(not pcall(string.gsub, "x", "x") and not pcall(string.gsub, "x", "x", nil) and not pcall(string.gsub, "x", "x", true) and not pcall(string.gsub))

-- gsub: functions and tables
do
  local function set(n, v) _G[n] = v end
  ("a=roberto,roberto=a"):gsub("(%w+)=(%w%w*)", set)
  assert(_G.a == "roberto" and _G.roberto == "a")
  _G.a, _G.roberto = nil, nil
  assert(("abc"):gsub("%w", string.upper) == "ABC" and ("abc"):gsub("%w", function() end) == "abc" and ("abc"):gsub("%w", function() return false end) == "abc" and ("abc"):gsub("b", function() return 7 end) == "a7c")
  assert(("a b c"):gsub("%w", {a = "x", b = 2, c = false}) == "x 2 c" and ("abc"):gsub("()", function(p) return p end) == "1a2b3c4" and ("$name is $age"):gsub("%$(%w+)", {name = "Ada", age = 36}) == "Ada is 36")
  assert(("x"):gsub("x", setmetatable({}, {__index = function(_, k) return k .. k end})) == "xx")
  assert(not pcall(string.gsub, "x", "x", function() return {} end) and not pcall(string.gsub, "x", "x", {x = true}) and not pcall(string.gsub, "x", "x", error))
  local function expand(s) return (s:gsub("%b{}", function(x) return expand_inner(x:sub(2, -2)) end)) end
  function expand_inner(s) return "<" .. expand(s) .. ">" end
  assert(expand "a{b{c}d}e{f}" == "a<b<c>d>e<f>")
  expand_inner = nil
  local function trim(s) return s:match "^%s*(.-)%s*$" end
  assert(trim "  x y " == "x y" and trim "" == "" and trim "   " == "")
  local t = {}
  assert(("first second word"):gsub("%w%w*", function(w) t[#t + 1] = w end) == "first second word" and table.concat(t, "|") == "first|second|word")
  local n = 0
  assert(select(2, ("aaaa"):gsub("a", function() n = n + 1 end, 3)) == 3 and n == 3)
end

-- gmatch
do
  local t = {}
  for w in ("first second word"):gmatch "%w+" do t[#t + 1] = w end
  assert(table.concat(t, " ") == "first second word")
  t = {}
  for k, v in ("a=1, b=2, c=3"):gmatch "(%w+)=(%w+)" do t[k] = v end
  assert(t.a == "1" and t.b == "2" and t.c == "3")
  t = {}
  for i in ("xuxx uu ppar r"):gmatch "()(.)%2" do t[#t + 1] = i end
  assert(table.concat(t, " ") == "3 6 9")
  t = {}
  for p in ("abc"):gmatch "()" do t[#t + 1] = p end
  assert(table.concat(t, " ") == "1 2 3 4")
  t = {}
  for a in ("abc"):gmatch "%w-" do t[#t + 1] = "<" .. a .. ">" end
  assert(table.concat(t) == "<><><><>")
  for _ in (""):gmatch "%w" do error "never" end
  local next_word = ("a b"):gmatch "%a"
  assert(next_word() == "a" and next_word() == "b" and next_word() == nil)
  local one, two = ("ab"):gmatch ".", ("xy"):gmatch "."
  assert(one() == "a" and two() == "x" and one() == "b" and two() == "y")
end

-- malformed patterns
for _, p in ipairs {"%", "[a", "[]", "[^]", "[a-", "[a%]", "[a%", "%b", "%ba", "%f", "(a", "a)", "%1", "(a%1)", "((a)", "(()"} do assert(not pcall(string.match, "aaa" .. p, "a*" .. p), p) end

-- long subjects
do
  local a = ("a"):rep(100000)
  assert(a:find "^a*.?$" and not a:find "^a*.?b$" and a:find "^a-.?$" and #a:match ".*" == 100000 and #a:gsub("a", "bb") == 200000 and a:find("b", 1, true) == nil and (a .. "b"):find("b", 1, true) == 100001)
  local b = a:gsub("a", "%0x", 10)
  assert(#b == 100010)
  assert(#("x "):rep(3000):gsub("%s", "") == 3000)
end
print "ok"
