-- Runs every line of standard input as a chunk and writes one line about each: what it returned or raised.
-- oracle_test.go does the same with package stdlib, and both must write the same.
local function show(v)
	local t = type(v)
	if t == "string" then
		return '"' .. v:gsub('[%c%z"\\\128-\255]', function(c) return string.format("\\x%02x", c:byte()) end) .. '"'
	elseif t == "number" or t == "boolean" or t == "nil" then
		return tostring(v)
	end
	return t
end

local function report(ok, ...)
	local out = { ok and "ok" or "error" }
	for i = 1, select("#", ...) do
		out[i + 1] = show((select(i, ...)))
	end
	print(table.concat(out, " "))
end

for line in io.lines() do
	report(pcall(assert(loadstring(line, "=case"))))
end
