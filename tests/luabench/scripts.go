package luabench

// Group is a kind of work, with the ratio that Recue is to stay below.
type Group struct {
	Name    string
	Target  float64 // 0: none was set
	Scripts []Script
}

// Script is a piece of work. Prepare runs once, Body as often as it takes, with i as the number of the round.
type Script struct{ Name, Prepare, Body string }

// Groups are all scripts. The variable r is what the script prints at its end.
var Groups = []Group{
	{"loops", 1.25, []Script{
		{"for, adding", "", "for j = 1, 100 do r = r + j end"},
		{"for, arithmetic", "local a, b = 3, 7", "for j = 1, 100 do r = (r + j * a - b / 2) % 1000 end"},
		{"while with a condition", "", "local j = 0 while j < 100 and r >= 0 do j = j + 1 end r = r + j"},
		{"repeat", "", "local j = 0 repeat j = j + 1 until j == 100 r = r + j"},
		{"nested for with if", "", "for j = 1, 10 do for k = 1, 10 do if j > k then r = r + 1 elseif j == k then r = r + 2 else r = r - 1 end end end"},
		{"and, or, not", "local t, f = true, false", "for j = 1, 50 do if (t and not f) or j == 3 then r = r + 1 end local x = f or j r = r + x end"},
		{"ipairs", "local t = {} for j = 1, 100 do t[j] = j end", "for _, v in ipairs(t) do r = r + v end"},
		{"pairs", "local t = {} for j = 1, 100 do t['k' .. j] = j end", "for _, v in pairs(t) do r = r + v end"},
		{"next", "local t = {} for j = 1, 100 do t['k' .. j] = j end", "local k, v = next(t) while k do r = r + v k, v = next(t, k) end"},
		{"globals", "n, m = 0, 0", "for j = 1, 50 do n = n + j m = n - j end r = r + m"},
		{"greatest common divisor", "", "local a, b = 1071 + i % 100, 462 while b ~= 0 do local rest = a % b a = b b = rest end r = r + a"},
		{"sieve", "", "local t = {} for j = 2, 100 do t[j] = true end for j = 2, 10 do if t[j] then for k = j * j, 100, j do t[k] = false end end end for j = 2, 100 do if t[j] then r = r + j end end"},
		{"list of lists", "local m = {} for j = 1, 10 do m[j] = {} for k = 1, 10 do m[j][k] = j * k end end", "for j = 1, 10 do local row = m[j] for k = 1, #row do r = r + row[k] * m[k][j] end end"},
		{"break and nested while", "", "local j = 0 while true do j = j + 1 local k = j while k > 1 do k = k / 2 end if j > 20 then break end end r = r + j"},
		{"variable of the function around", "local n = 0 local function count(m) for j = 1, m do n = n + j end end", "count(50) r = n"},
	}},
	{"calls", 1.25, []Script{
		{"function", "local function f(a, b) return a + b end", "for j = 1, 50 do r = f(r, j) end"},
		{"recursion (fib)", "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end", "r = r + fib(10)"},
		{"method", "local C = {} C.__index = C function C:add(n) self.n = self.n + n return self end local o = setmetatable({n = 0}, C)", "for j = 1, 50 do o:add(j) end r = o.n"},
		{"varargs", "local function f(...) local a, b = ... return a + b, ... end", "for j = 1, 30 do r = r + f(j, 2, 3) end"},
		{"select('#', ...)", "local function f(...) return select('#', ...) end", "for j = 1, 30 do r = r + f(j, nil, 3) end"},
		{"tail call", "local function f(n, a) if n == 0 then return a end return f(n - 1, a + n) end", "r = r + f(50, 0)"},
		{"library function", "local floor, max = math.floor, math.max", "for j = 1, 50 do r = r + floor(j / 3) + max(j, 7) end"},
		{"closure made and called", "", "for j = 1, 20 do local f = function() return j end r = r + f() end"},
		{"function as an argument", "local function each(t, f) for j = 1, #t do f(t[j]) end end local t = {} for j = 1, 30 do t[j] = j end", "each(t, function(v) r = r + v end)"},
		{"functions that call each other", "local even, odd function even(n) if n == 0 then return 1 end return (odd(n - 1)) end function odd(n) if n == 0 then return 0 end return (even(n - 1)) end", "r = r + even(30)"},
		{"many arguments and results", "local function f(a, b, c, d, e) return e, d, c, b, a end", "for j = 1, 30 do local a, b, c = f(j, 2, 3, 4, 5) r = r + a + c end"},
		{"global function", "function add(a, b) return a + b end", "for j = 1, 50 do r = add(r, j) end"},
		{"method of a text", "local s = 'text'", "for j = 1, 50 do r = r + s:len() end"},
		{"shared upvalue", "local n = 0 local function up() n = n + 1 end local function get() return n end", "for j = 1, 30 do up() r = get() end"},
	}},
	{"tables", 0, []Script{
		{"list, written and read", "", "local t = {} for j = 1, 50 do t[j] = j end for j = 1, #t do r = r + t[j] end"},
		{"fields", "local t = {x = 1, y = 2, z = 3}", "for j = 1, 50 do t.x = t.y + t.z t.y = j r = r + t.x end"},
		{"constructors", "", "for j = 1, 20 do local t = {j, j + 1, x = j, y = {j}} r = r + t[2] + t.y[1] end"},
		{"keys made of text", "local t = {}", "for j = 1, 20 do local k = 'key' .. (j % 7) t[k] = (t[k] or 0) + 1 r = t[k] end"},
		{"length", "local t = {1, 2, 3, 4, 5}", "for j = 1, 50 do r = r + #t end"},
		{"insert and remove", "local t = {}", "for j = 1, 30 do table.insert(t, j) end for j = 1, 30 do r = r + table.remove(t) end"},
		{"metamethods", "local V = {} V.__add = function(a, b) return setmetatable({n = a.n + b.n}, V) end local v = setmetatable({n = 1}, V)", "local s = v for j = 1, 10 do s = s + v end r = r + s.n"},
		{"index function", "local t = setmetatable({}, {__index = function(t, k) return k end})", "for j = 1, 30 do r = r + t[j] end"},
	}},
	{"texts", 0, []Script{
		{"joined in a loop", "", "local s = '' for j = 1, 50 do s = s .. 'x' end r = r + #s"},
		{"joined with numbers", "", "for j = 1, 20 do local s = 'cam' .. j .. ':' .. r % 10 r = r + #s end"},
		{"table.concat", "local t = {} for j = 1, 50 do t[j] = 'item' .. j end", "r = r + #table.concat(t, ',')"},
		{"tostring, tonumber", "", "for j = 1, 20 do r = r + tonumber(tostring(j)) end"},
		{"format", "", "for j = 1, 10 do r = r + #string.format('%s: %5.2f %d', 'name', j / 3, j) end"},
		{"sub and byte", "local s = 'hello world'", "for j = 1, 20 do r = r + s:sub(2, 5):byte(1) end"},
		{"upper, rep, reverse", "local s = 'hello world'", "for j = 1, 20 do r = r + #s:upper() + #s:rep(3) + #s:reverse() end"},
		{"compared", "local a, b = 'alpha', 'beta'", "for j = 1, 50 do if a < b and a ~= b then r = r + 1 end end"},
	}},
	{"errors and coroutines", 0, []Script{
		{"pcall that succeeds", "local function f(n) return n end", "for j = 1, 20 do local ok, n = pcall(f, j) r = r + n end"},
		{"pcall that fails", "local function f() error('x', 0) end", "for j = 1, 10 do if not pcall(f) then r = r + 1 end end"},
		{"pcall with a table as error", "local e = {} local function f() error(e) end", "for j = 1, 10 do local _, got = pcall(f) if got == e then r = r + 1 end end"},
		{"coroutine, resume and yield", "local co = coroutine.wrap(function() while true do coroutine.yield(1) end end)", "for j = 1, 20 do r = r + co() end"},
		{"coroutine, made and ended", "local function f() return 1 end", "for j = 1, 5 do r = r + coroutine.wrap(f)() end"},
	}},
	{"sort", 0, []Script{
		{"numbers", "local t = {} for j = 1, 200 do t[j] = j * 7919 % 1009 end", "local c = {} for j = 1, 200 do c[j] = t[j] end table.sort(c) r = r + c[1]"},
		{"texts", "local t = {} for j = 1, 200 do t[j] = 'k' .. j * 7919 % 1009 end", "local c = {} for j = 1, 200 do c[j] = t[j] end table.sort(c) r = r + #c[1]"},
		{"with a comparator", "local t = {} for j = 1, 200 do t[j] = j * 7919 % 1009 end local function more(a, b) return a > b end", "local c = {} for j = 1, 200 do c[j] = t[j] end table.sort(c, more) r = r + c[1]"},
	}},
	{"patterns", 2, []Script{
		{"find, plain text", "local s = ('x'):rep(200) .. 'needle'", "r = r + s:find('needle', 1, true)"},
		{"find, no special letters", "local s = ('x'):rep(200) .. 'needle'", "r = r + s:find('needle')"},
		{"find, a class", "local s = ('abc '):rep(50) .. '42'", "r = r + s:find('%d+')"},
		{"find, a set", "local s = ('abc '):rep(50) .. '_42'", "r = r + s:find('[%d_]+')"},
		{"find, anchored, no match", "local s = ('abc '):rep(50)", "r = r + (s:find('^%d') or 1)"},
		{"match, captures", "local s = 'key = value'", "local k, v = s:match('^(%w+)%s*=%s*(%w+)$') r = r + #k + #v"},
		{"match, as short as possible", "local s = ('x'):rep(100) .. '<b>bold</b>'", "r = r + #s:match('<.->(.-)</')"},
		{"match, going back", "local s = ('a'):rep(30) .. 'c'", "r = r + (s:match('.*.*c') and 1 or 0)"},
		{"match, balanced", "local s = 'f(a(b)c(d(e)))'", "r = r + #s:match('%b()')"},
		{"match, a date", "local s = 'on 2026-11-23 at 12:17:05'", "local y, m, d = s:match('(%d+)-(%d+)-(%d+)') r = r + y + m + d"},
		{"gmatch, words", "local s = ('word '):rep(50)", "for w in s:gmatch('%a+') do r = r + #w end"},
		{"gmatch, pairs", "local s = ('key=value, '):rep(20)", "for k, v in s:gmatch('(%w+)=(%w+)') do r = r + #k + #v end"},
		{"gsub, a text", "local s = ('hello world '):rep(20)", "r = r + select(2, s:gsub('o', '0'))"},
		{"gsub, captures", "local s = ('hello world '):rep(20)", "r = r + #s:gsub('(%w+) (%w+)', '%2 %1')"},
		{"gsub, a table", "local s, t = ('hello world '):rep(20), {hello = 'bye'}", "r = r + #s:gsub('%w+', t)"},
		{"gsub, a function", "local s = ('hello world '):rep(20) local function f(w) return w .. '!' end", "r = r + #s:gsub('%w+', f)"},
		{"gsub, every letter", "local s = ('hello world '):rep(20)", "r = r + #s:gsub('.', '%0%0')"},
		{"gsub, trim", "local s = '   some text   '", "r = r + #s:gsub('^%s+', ''):gsub('%s+$', '')"},
	}},
}

// source is a script that runs the body for a number of rounds.
func (s Script) source() string {
	return s.Prepare + "\nlocal r = 0\nfor i = 1, tonumber(vars.rounds) do\n" + s.Body + "\nend\nprint(r)\n"
}
