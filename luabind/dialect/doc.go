// Package dialect turns Lua 5.1 source into code for gopher-lua's VM that does what the reference manual says.
//
// Begin with [Load], run its Proto on a state that [Install] has prepared, on threads that [Attach] has, and let the Panic hook of
// every thread pass its messages through [Explain].
//
// # Why not gopher-lua's own parser and compiler
//
// gopher-lua v1.1.2 compiles ordinary programs into something else, without a word. The known defects are swaps (upstream
// 440), and/or (490), constant conditions (540); reading the compiler brought more, which stock_test.go shows one by one:
// break leaves captured locals open, a table of exactly fifty values loses what follows, jumps backwards to jumps go anywhere,
// `local f = function` sees itself, parts of long tables vanish. Rewriting the syntax tree so that each defect is out
// of reach would touch nearly every construct, cost registers and time, and leave the defects that nobody has found.
// The VM itself is sound, and its instructions are those of Lua 5.1. So this package has a parser and a code generator of its
// own, in the plainest form that is right. Where an instruction of the VM is wrong (`..`, `%`, `#`, and
// for over numerals in strings) there is another one, see operators.go; what strings do in arithmetic is
// mended by the metatable of strings.
//
// With the build tag oracle the tests compare with the reference interpreter (the command lua5.1): every case, and random
// programs over all statements and expressions. PROGRAMS and SEED in the environment choose how many and which.
//
// # What runs the code
//
// A loop of our own (loop.go) in the place of gopher-lua's, for two reasons. It knows the instructions that were added.
// And it looks at a number before every instruction, where gopher-lua asks a context: that alone cost a plain loop a third to a
// half of its time. All other instructions are gopher-lua's, by its own table of handlers, which the linker
// lends (inside.go); except that what loops are made of is done on the spot while the operands are numbers, elements of lists
// or fields; and that a table of a few named fields is made in one step, by [recue/luabind/tables].
// So loops take three quarters of the time that they take in gopher-lua without any limit; see tests/luabench.
//
// Both need parts of gopher-lua that it does not export. They were compared with the version in go.mod, and a program with
// another one ends at its start and says what is other. States that Attach does not touch are not affected.
//
// # From source to code
//
//	load.go                           Load, Compile, Chunk; package syntax has the parser
//	funcstate.go code.go              a function while its code is made: registers, scopes, constants, instructions
//	gen_*.go                          the code of expressions, conditions, calls, tables, assignments, statements and loops
//	proto.go                          the finished function as the VM wants it
//	loop.go inside.go                 what runs it; Attach
//	callable.go                       metamethods that are no functions
//	operators.go arith.go             instructions that gopher-lua does not have right; Install
//	explain.go names.go               error texts that name the variable
//
// # Differences from the reference interpreter
//
// Those of the parser stand at package syntax. On the loud side: an error names no variable where the value may have come from two.
//
// Beyond it: a chain of `..` may be longer; 0 and -0 are two constants, where 5.1 has one for both, with the sign of
// the first. In the last digit: `^` is Go's math.Pow, exact for whole numbers.
package dialect
