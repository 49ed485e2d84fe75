-- Numbers and the math library.

local huge, nan = math.huge, 0 / 0

-- conversions between numbers and texts
assert("2" + 1 == 3 and "2 " + 1 == 3 and " -2 " + 1 == -1 and " -0xa " + 1 == -9 and "1e1" * 1 == 10 and 10 .. "" == "10" and 1.5 .. "" == "1.5")
assert("10" ~= 10 and not ("2" == 2) and -"2" == -2 and "3" ^ "2" == 9 and "7" % "4" == 3)
assert(tonumber(3.4e0) == 3.4 and tonumber " 0x2.5  " == 0x25 / 16 and tonumber "  0x10 " == 16)
assert(tonumber(nil) == nil and tonumber {} == nil and tonumber(true) == nil and not pcall(tonumber))
assert(tonumber "" == nil and tonumber " " == nil and tonumber "-" == nil and tonumber "  -  " == nil and tonumber "0x" == nil and tonumber "1 2" == nil and tonumber "1e" == nil and tonumber "e1" == nil)
assert(tonumber "1e+" == nil and tonumber "." == nil and tonumber "-.5" == -0.5 and tonumber "5." == 5 and tonumber "+5" == 5 and tonumber "- 5" == nil and tonumber "1_000" == nil and tonumber "010" == 10)
assert(tonumber "\t1\n" == 1 and tonumber "--1" == nil and tonumber "1,5" == nil and tonumber "0b1" == nil)
assert(tonumber("10", 2) == 2 and tonumber("  ff  ", 16) == 255 and tonumber("0x10", 16) == 16 and tonumber("zz", 36) == 1295)
assert(tonumber("2", 2) == nil and tonumber("8", 8) == nil and tonumber("", 10) == nil and tonumber("1.5", 8) == nil and tonumber("fFfF", 16) == 65535 and tonumber("777", 8) == 511 and tonumber(10, 16) == 16)
assert(not pcall(tonumber, "1", 1) and not pcall(tonumber, "1", 37) and not pcall(tonumber, {}, 8) and not pcall(tonumber, nil, 8))

-- how numbers are written
for n, text in pairs {
  [1] = "1", [-1] = "-1", [0.5] = "0.5", [1e14] = "1e+14", [1e15] = "1e+15", [1e16] = "1e+16", [123456789012] = "123456789012", [2 ^ 53] = "9.007199254741e+15", [1 / 3] = "0.33333333333333",
  [2 / 3] = "0.66666666666667", [1e100] = "1e+100", [1e-5] = "1e-05", [1e-4] = "0.0001", [123456.789] = "123456.789", [100] = "100", [-0.1] = "-0.1", [huge] = "inf", [-huge] = "-inf", [99999999999999] = "99999999999999",
  [123456789012345] = "1.2345678901234e+14", [5e-324] = "4.9406564584125e-324", [0.1 + 0.2] = "0.3", [3.14159265358979] = "3.1415926535898",
} do assert(tostring(n) == text and n .. "" == text, text) end
assert(tostring(nan):find "nan")

-- infinities and what is no number
assert(huge > 1e308 and -huge < -1e308 and huge == 1 / 0 and -huge == -1 / 0 and huge - 1 == huge and huge ~= -huge and huge == huge)
assert(nan ~= nan and not (nan == nan) and not (nan < nan) and not (nan <= nan) and not (nan > 1) and not (nan < 1) and not (1 < nan) and not (nan >= nan))
assert(huge - huge ~= huge - huge and 0 * huge ~= 0 * huge and 1 / huge == 0 and -1 / huge == 0 and huge * 0 ~= 0)
do
  local t = {}
  assert(t[nan] == nil and not pcall(rawset, t, nan, 1) and not pcall(function() t[nan] = 1 end))
  t[huge], t[-huge] = 1, 2
  assert(t[huge] == 1 and t[-huge] == 2)
end

-- the remainder has the sign of the divisor
assert(5 % 3 == 2 and -5 % 3 == 1 and 5 % -3 == -1 and -5 % -3 == -2 and 5.5 % 2 == 1.5 and -0.5 % 1 == 0.5 and 6 % 3 == 0 and -6 % 3 == 0)
assert(1e15 % 7 == 1e15 - math.floor(1e15 / 7) * 7 and 2 ^ 40 % 3 == 1 and 1 % 0 ~= 1 % 0 and 0 % 5 == 0)
assert(5 % huge ~= 5 and math.pi - math.pi % 1 == 3 and math.pi - math.pi % 0.01 == 3.14)
for i = -10, 10 do for j = -10, 10 do if j ~= 0 then assert(i % j == i - math.floor(i / j) * j) end end end

-- equality does not care how a number came about
assert(1e3 == 1000 and 0.5 == 1 / 2 and 3 * (1 / 3) == 1 and 0 == -0 and 1 / 2 + 1 / 2 == 1 and 2 ^ 53 == 2 ^ 53 + 1 and 1e308 * 10 == huge)
do
  local t = {[1] = "a", [2] = "b"}
  assert(t[1.0] == "a" and t[2 ^ 0] == "a" and t[4 / 2] == "b" and t["1"] == nil and t[3 - 1] == "b")
  t[0], t[-1], t[1.5] = 0, -1, 1.5
  assert(t[-0] == 0 and t[-1] == -1 and t[3 / 2] == 1.5)
end

-- rounding
assert(math.floor(3.4) == 3 and math.ceil(3.4) == 4 and math.floor(-3.4) == -4 and math.ceil(-3.4) == -3 and math.floor(3) == 3 and math.ceil(-0.5) == 0)
assert(math.floor(2 ^ 40 + 0.5) == 2 ^ 40 and math.floor(-huge) == -huge and math.ceil(huge) == huge and math.floor "3.7" == 3)
do
  local i, f = math.modf(3.5)
  assert(i == 3 and f == 0.5)
  i, f = math.modf(-2.5)
  assert(i == -2 and f == -0.5)
  i, f = math.modf(7)
  assert(i == 7 and f == 0)
  i, f = math.modf(huge)
  assert(i == huge and f == 0)
end

-- the library
local function near(a, b) return math.abs(a - b) <= 1e-11 * (1 + math.abs(b)) end
assert(math.abs(-10) == 10 and math.abs(10) == 10 and math.abs(-huge) == huge)
assert(math.max(1) == 1 and math.max(1, 3, 2) == 3 and math.min(1, 3, 2) == 1 and math.min(-1) == -1 and math.max(-huge, 0) == 0 and not pcall(math.max) and not pcall(math.min))
assert(math.sqrt(16) == 4 and near(math.sqrt(2) ^ 2, 2) and math.sqrt(-1) ~= math.sqrt(-1))
assert(near(math.sin(math.pi / 2), 1) and near(math.cos(0), 1) and near(math.sin(1) ^ 2 + math.cos(1) ^ 2, 1) and near(math.tan(math.pi / 4), 1) and near(math.tan(0.5), math.sin(0.5) / math.cos(0.5)))
assert(near(math.asin(1), math.pi / 2) and near(math.acos(0), math.pi / 2) and near(math.atan(1), math.pi / 4) and near(math.atan2(1, 0), math.pi / 2) and near(math.atan2(0, -1), math.pi) and near(math.atan2(-1, -1), -3 * math.pi / 4))
assert(near(math.sinh(1), (math.exp(1) - math.exp(-1)) / 2) and near(math.cosh(1), (math.exp(1) + math.exp(-1)) / 2) and near(math.tanh(1), math.sinh(1) / math.cosh(1)))
assert(math.exp(0) == 1 and math.log(1) == 0 and near(math.log(math.exp(10)), 10) and math.log10(1000) == 3 and near(math.log10(2), math.log(2) / math.log(10)) and math.log(0) == -huge)
assert(math.pow(2, 10) == 1024 and math.pow(-2, 3) == -8 and math.pow(4, 0.5) == 2 and math.pow(2, -1) == 0.5 and math.pow(0, 0) == 1)
assert(math.deg(math.pi) == 180 and near(math.rad(180), math.pi) and near(math.pi, 3.14159265358979))
assert(math.fmod(10, 3) == 1 and math.fmod(-10, 3) == -1 and math.fmod(10, -3) == 1 and math.fmod(5.5, 2) == 1.5 and math.mod(7, 4) == 3)
do
  local m, e = math.frexp(8)
  assert(m == 0.5 and e == 4 and math.ldexp(m, e) == 8)
  m, e = math.frexp(math.pi)
  assert(math.ldexp(m, e) == math.pi and m >= 0.5 and m < 1)
  m, e = math.frexp(0)
  assert(m == 0 and e == 0 and math.ldexp(1, -1) == 0.5 and math.ldexp(3, 4) == 48)
end
for _, name in ipairs {"abs", "ceil", "floor", "sqrt", "sin", "exp", "log", "max", "min", "fmod", "ldexp", "pow", "deg"} do
  assert(not pcall(math[name]) and not pcall(math[name], {}) and not pcall(math[name], "x"), name)
end

-- random numbers: ranges, and the same seed gives the same row
do
  local function row() local t = {} for i = 1, 50 do t[i] = math.random(1000) end return table.concat(t, " ") end
  math.randomseed(7)
  local first = row()
  math.randomseed(7)
  assert(row() == first and row() ~= first)
  local seen = {}
  for i = 1, 3000 do
    local r, n, m = math.random(), math.random(6), math.random(-3, 3)
    assert(r >= 0 and r < 1 and n >= 1 and n <= 6 and n % 1 == 0 and m >= -3 and m <= 3 and m % 1 == 0)
    seen[n], seen[m .. "m"] = true, true
  end
  for i = 1, 6 do assert(seen[i]) end
  for i = -3, 3 do assert(seen[i .. "m"]) end
  assert(math.random(5, 5) == 5 and math.random(1) == 1 and not pcall(math.random, 0) and not pcall(math.random, 2, 1) and not pcall(math.random, 1, 2, 3))
end

-- sums of loops
do
  local a, b = 0, 0
  for i = 0, 1, 0.125 do a = a + 1 end
  for i = 1, 100 do b = b + i end
  assert(a == 9 and b == 5050)
  local x = 1
  for i = 1, 1023 do x = x * 2 end
  assert(x == 2 ^ 1023 and x * 2 == huge and x / x == 1)
end
print "ok"
