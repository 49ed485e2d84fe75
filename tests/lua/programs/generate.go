package programs

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// firstLine gives a program its surroundings when it is run by itself; branchLine, of as many lines, when it is one of many.
const (
	firstLine  = "local print, wait = print, function() sleep(0) end"
	branchLine = "local print, wait = G0_print, G0_wait"
)

// Name is how errors must call a program: as its chunk it is to be loaded with.
const Name = "prog0.lua"

// A program's globals and its chunk have the number of the copy in their names, so that copies have globals of their own and
// messages of the same length.

// Branch gives copy n (1 to 9) of a program for running among others: the chunk's name, and a chunk that uses the globals
// Gn_print and Gn_wait instead of print and sleep.
func Branch(program string, n int) (name, source string) {
	source = branchLine + strings.TrimPrefix(program, firstLine)
	return mark(Name, n), mark(source, n)
}

// Unmark turns what copy n printed into what the program itself prints.
func Unmark(output string, n int) string {
	digit := fmt.Sprint(n)
	return strings.NewReplacer("prog"+digit+".lua", Name, "G"+digit+"_", "G0_").Replace(output)
}

func mark(text string, n int) string {
	digit := fmt.Sprint(n)
	return strings.NewReplacer("G0_", "G"+digit+"_", Name, "prog"+digit+".lua").Replace(text)
}

const prelude = `
local fuel = 150
local function tick() fuel = fuel - 1 if fuel < 0 then error("out of fuel", 0) end return true end
local function show(v)
  local kind = type(v)
  if kind == "number" then return v ~= v and "nan" or tostring(v + 0) end
  if kind == "string" then return (v:gsub("[%c\\\127-\255]", function(c) return ("\\%d"):format(c:byte()) end)) end
  if kind == "nil" or kind == "boolean" then return tostring(v) end
  return kind
end
local function say(...)
  wait()
  local texts = {}
  for i = 1, select("#", ...) do texts[i] = show((select(i, ...))) end
  print(table.concat(texts, " "))
end
local function tr(x) say("tr", x) return x end
local function w(...) wait() return ... end
local function finish(...) say(...) return ... end
local function catch(f, ...) return finish(pcall(f, ...)) end
local function num(v) v = tonumber(v) or 0 if v ~= v or v > 1e15 or v < -1e15 then return 1 end return v + 0 end
local function den(v) return v ~= 0 and v or 2 end
local function plain(v) if type(v) == "number" then return num(v) end return v end
local function whole(v, low, high) v = math.floor(num(v)) if v < low then return low end if v > high then return high end return v end
local function text(v) if type(v) ~= "string" then return "" end return v:sub(1, 60) end
local function show_list(t) local r = {} for i = 1, #t do r[i] = show(t[i]) end return "{" .. table.concat(r, ",") .. "}" end
local function keys(t)
  local r = {}
  for k in pairs(t) do r[#r + 1] = show(k) end
  table.sort(r)
  return table.concat(r, ",")
end
local function fields(t)
  local r = {}
  for k, v in pairs(t) do r[#r + 1] = show(k) .. "=" .. show(v) end
  table.sort(r)
  return "{" .. table.concat(r, " ") .. "}"
end
local L, R = {3, 1, 2}, {x = 5, y = "s", t = {7, 8}, f = {}}
local later = {}
G0_n, G0_s, G0_f = 1, "global", function(...) return ... end
`

// kind is the type that a variable keeps all its life.
type kind int

const (
	number kind = iota
	str
	list // of numbers and texts, without holes
	function
	anything
	kinds
)

// Body is a program without what all programs begin with, and the number of the line where it begins.
func Body(program string) (body string, line int) {
	before := strings.Count(prelude, "\n")
	return strings.Join(strings.SplitAfter(program, "\n")[before:], ""), before + 1
}

// generator writes one program.
type generator struct {
	r      *rand.Rand
	b      strings.Builder
	depth  int
	blocks []map[kind][]string // variables in scope, innermost block last
	funcs  []frame             // functions being written, innermost last
	n      int                 // names made so far
	left   int                 // statements that may still be written
}

// frame is a function that is being written.
type frame struct {
	loops  int
	params []string
	vararg bool
	co     bool // the body of a coroutine, or inside of one
}

// Generate writes the program of a seed.
func Generate(seed uint64) string {
	g := &generator{r: rand.New(rand.NewPCG(seed, 0x5ca1ab1e)), left: 25 + int(seed%40)}
	g.b.WriteString(firstLine + prelude)
	g.blocks = []map[kind][]string{{number: {"G0_n", "R.x"}, str: {"G0_s", "R.y"}, list: {"L"}, function: {"G0_f"}}}
	g.funcs = []frame{{vararg: true}}
	for g.left > 0 {
		if g.chance(60) {
			g.caught(1 + g.IntN(4))
		} else {
			g.statement()
		}
	}
	g.line("for i = 1, #later do catch(later[i], i) end")
	g.line("say(G0_n, G0_s, R.x, R.y, show_list(L))")
	return g.b.String()
}

func (g *generator) IntN(n int) int                { return g.r.IntN(n) }
func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }
func (g *generator) chance(percent int) bool       { return g.IntN(100) < percent }

// line writes a line at the block's indent, with its placeholders filled in.
func (g *generator) line(format string, args ...any) {
	g.b.WriteString(strings.Repeat(" ", g.depth))
	g.expand(fmt.Sprintf(format, args...))
	g.b.WriteByte('\n')
}

// name makes a name that is new, or one that hides another.
func (g *generator) name(prefix string) string {
	if g.chance(25) {
		return prefix
	}
	g.n++
	return fmt.Sprintf("%s%d", prefix, g.n)
}

// declare adds variables to the innermost block. A name that hides one of another kind takes it out of sight.
func (g *generator) declare(k kind, names ...string) {
	top := g.blocks[len(g.blocks)-1]
	for _, name := range names {
		for other := range top {
			top[other] = without(top[other], name)
		}
		top[k] = append(top[k], name)
	}
}

func without(names []string, name string) []string {
	var rest []string
	for _, n := range names {
		if n != name {
			rest = append(rest, n)
		}
	}
	return rest
}

// variable picks one of a kind that is in scope; fallback where there is none.
func (g *generator) variable(k kind, fallback string) string {
	hidden := map[string]bool{}
	var seen []string
	for i := len(g.blocks) - 1; i >= 0; i-- {
		for _, name := range g.blocks[i][k] {
			if !hidden[name] {
				seen = append(seen, name)
			}
		}
		for _, names := range g.blocks[i] {
			for _, name := range names {
				hidden[name] = true
			}
		}
	}
	if len(seen) == 0 {
		return fallback
	}
	return g.pick(seen...)
}

// scoped writes a block, indented.
func (g *generator) scoped(write func()) {
	g.blocks = append(g.blocks, map[kind][]string{})
	g.depth++
	write()
	g.depth--
	g.blocks = g.blocks[:len(g.blocks)-1]
}

// block writes up to n statements in a block of their own.
func (g *generator) block(n int) { g.scoped(func() { g.statements(1 + g.IntN(n)) }) }

func (g *generator) statements(n int) {
	for range n {
		g.statement()
	}
}

// loop writes the body of a loop, after the declarations that head makes.
func (g *generator) loop(head func()) {
	f := g.frame()
	f.loops++
	g.scoped(func() {
		g.line("tick()")
		if head != nil {
			head()
		}
		g.statements(1 + g.IntN(3))
		if g.chance(12) {
			g.line("break")
		}
	})
	g.frame().loops--
}

func (g *generator) frame() *frame { return &g.funcs[len(g.funcs)-1] }

// body writes the inside of a function: what head declares, statements, and mostly a return. Its parameters may have any value,
// unless head says otherwise.
func (g *generator) body(f frame, head func(), result func() string) {
	f.co = f.co || g.frame().co
	g.funcs = append(g.funcs, f)
	g.scoped(func() {
		g.declare(anything, f.params...)
		g.line("tick()")
		if head != nil {
			head()
		}
		g.statements(g.IntN(3))
		if result != nil {
			g.line("return %s", result())
		} else if g.chance(70) {
			g.line("return %s", g.list(1+g.IntN(3)))
		}
	})
	g.funcs = g.funcs[:len(g.funcs)-1]
}

// caught writes statements whose error is shown.
func (g *generator) caught(n int) {
	g.line("catch(function(...)")
	g.funcs = append(g.funcs, frame{vararg: true, co: g.frame().co})
	g.block(n)
	g.funcs = g.funcs[:len(g.funcs)-1]
	g.line("end, %s)", g.list(2))
}
