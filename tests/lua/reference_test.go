//go:build oracle

package lua

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"recue/tests/lua/programs"
)

// driver runs programs one after the other, each behind a line with its length, in surroundings of their own, and puts a line
// behind the output of each. A program that goes on for too long is ended.
const driver = `
local read, write, loadstring, pcall, type, pairs, setfenv, sethook = io.read, io.write, loadstring, pcall, type, pairs, setfenv, debug.sethook
local strings = getmetatable("")
local function copy(t) local c = {} for k, v in pairs(t) do c[k] = v end return c end
local function surroundings()
  local env = copy(_G)
  for _, name in pairs{"string", "table", "math", "coroutine"} do env[name] = copy(_G[name]) end
  for _, name in pairs{"io", "os", "debug", "package", "require", "module", "dofile", "loadfile", "setfenv", "getfenv", "newproxy", "arg"} do env[name] = nil end
  env._G, env.sleep = env, function() end
  env.print = function(text) write(text, "\n") end
  strings.__index = env.string
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
	var in strings.Builder
	for _, p := range sources {
		fmt.Fprintf(&in, "%d\n%s", len(p), p)
	}
	cmd := exec.CommandContext(t.Context(), "lua5.1", "-e", strings.ReplaceAll(driver, "NAME", programs.Name))
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
