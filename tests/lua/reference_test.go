//go:build oracle

package lua

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"recue/tests/lua/programs"
)

// driver runs programs one after the other, each behind a line with its length, in surroundings of their own, and puts a line
// behind the output of each. A program that goes on for too long is ended.
const driver = `
local read, write, loadstring, pcall, type, pairs, setfenv, sethook = io.read, io.write, loadstring, pcall, type, pairs, setfenv, debug.sethook
local strings = getmetatable("")
local select, find, xpcall, resume, watched = select, string.find, xpcall, coroutine.resume, WATCHED
local function copy(t) local c = {} for k, v in pairs(t) do c[k] = v end return c end
local function surroundings()
  local env = copy(_G)
  for _, name in pairs{"string", "table", "math", "coroutine"} do env[name] = copy(_G[name]) end
  for _, name in pairs{"io", "os", "debug", "package", "require", "module", "dofile", "loadfile", "setfenv", "getfenv", "newproxy", "arg"} do env[name] = nil end
  env._G, env.sleep = env, function() end
  env.print = function(text) write(text, "\n") end
  strings.__index = env.string
  if watched then
    local function told(...)
      if type((select(2, ...))) == "string" and find((select(2, ...)), "stack overflow", 1, true) then write("stack overflow\n") end
      return ...
    end
    env.pcall = function(...) return told(pcall(...)) end
    env.xpcall = function(f, h) return told(xpcall(f, function(e) told(false, e) return h(e) end)) end
    env.coroutine.resume = function(...) return told(resume(...)) end
  end
  return env
end
while true do
  local n = read("*n")
  if not n then break end
  read("*l")
  local f, e = loadstring(read(n), "@NAME")
  local ok
  if f then
    sethook(function() error("this program does not end", 0) end, "", 3e7)
    ok, e = pcall(setfenv(f, surroundings()), "first", "second")
    sethook()
  end
  if not ok then write("uncaught: ", type(e) == "string" and e or type(e), "\n") end
  write("----- end of a program\n")
end`

// reference gives what the reference interpreter prints for each program.
func reference(t testing.TB, sources ...string) []string {
	t.Helper()
	return drive(t, false, sources)
}

// nestsTooDeep says whether a program nests calls deeper than the reference interpreter allows, or Recue, even where it
// catches the error and shows nothing of it: how it goes on depends on that limit.
func nestsTooDeep(t testing.TB, source string) bool {
	t.Helper()
	return tooDeep(drive(t, true, []string{source})[0]) || tooDeep(runAlone(t, watch+source))
}

// watch goes in front of a program's first line, and has it print where it catches that calls are nested too deep. A
// coroutine counts as a call to Recue, which the reference interpreter does not count.
const watch = `local pcall, xpcall, coroutine = (function(pcall, xpcall, resume, library) ` +
	`local function told(...) local _, e = ... if type(e) == "string" and e:find("stack overflow", 1, true) then print "stack overflow" end return ... end ` +
	`local copy = {} for k, v in pairs(library) do copy[k] = v end copy.resume = function(...) return told(resume(...)) end ` +
	`return function(...) return told(pcall(...)) end, function(f, h) return told(xpcall(f, function(e) told(false, e) return h(e) end)) end, copy ` +
	`end)(pcall, xpcall, coroutine.resume, coroutine) `

// mergesZeros says whether the reference interpreter has computed a constant -0 of a program beforehand: every 0 behind it in
// the same function is then that constant, and 1/0 another infinity.
func mergesZeros(t testing.TB, source string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "luac5.1", "-l", "-l", "-p", "-")
	cmd.Stdin = strings.NewReader(source)
	listing, err := cmd.Output()
	if err != nil {
		t.Fatalf("luac5.1: %v", err)
	}
	return minusZero.Match(listing)
}

var minusZero = regexp.MustCompile(`(?m)^\t\d+\t-0$`)

// drive runs programs in the driver. One that is watched also prints where it catches that calls are nested too deep.
func drive(t testing.TB, watched bool, sources []string) []string {
	t.Helper()
	var in strings.Builder
	for _, p := range sources {
		fmt.Fprintf(&in, "%d\n%s", len(p), p)
	}
	script := strings.NewReplacer("NAME", programs.Name, "WATCHED", strconv.FormatBool(watched)).Replace(driver)
	cmd := exec.CommandContext(t.Context(), "lua5.1", "-e", script)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("lua5.1: %v\n%.2000s", err, out)
	}
	outputs := strings.Split(string(out), "----- end of a program\n")
	if len(outputs) != len(sources)+1 {
		t.Fatalf("lua5.1 gave %d outputs for %d programs:\n%.2000s", len(outputs)-1, len(sources), out)
	}
	return outputs[:len(sources)]
}
