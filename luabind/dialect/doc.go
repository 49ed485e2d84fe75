// Package dialect turns Lua 5.1 source into code for gopher-lua's VM that does what the reference manual says.
//
// Begin with [Load], run its Proto on a state that [Install] has prepared, and let the Panic hook of every thread pass its
// messages through [Explain].
//
// # Why not gopher-lua's own parser and compiler
//
// gopher-lua v1.1.2 compiles ordinary programs into something else, without a word: swaps (upstream 440), and/or (490),
// constant conditions (540), and what the tests in stock_test.go list beyond. Mending its syntax tree so that each defect is
// out of reach was tried on paper: the defects are in how the compiler assigns registers, closes variables and follows jumps,
// so that a cure is needed in nearly every construct, costs registers and time, and leaves the defects that nobody has found.
// The VM itself is sound, and its instructions are those of Lua 5.1. So this package has a parser and a code generator of its
// own, in the plainest form that is right, and takes the VM as it is. Where an instruction of the VM is wrong (`..`, `%`,
// `#`, and for over numerals in strings) the code calls a function instead; helpers.go has them. What strings do in
// arithmetic is mended by the metatable of strings.
//
// # From source to code
//
//	load.go                           Load, Chunk: what is refused before it is parsed
//	lexer.go lexstring.go number.go   text to tokens
//	parser.go parse_expr.go ast.go    tokens to a syntax tree
//	errors.go hints.go                what people are told when it is no program
//	funcstate.go code.go              a function while its code is made: registers, scopes, constants, instructions
//	gen_*.go                          the code of expressions, conditions, calls, tables, assignments, statements and loops
//	proto.go                          the finished function as the VM wants it
//	helpers.go arith.go               what the code calls while it runs; Install
//	explain.go names.go               error texts that name the variable
//
// # Differences from the reference interpreter, all on the loud side
//
// The escapes \x, \z and \u{ are errors, where it takes the backslash away. A file with NUL bytes is refused. A function may use
// 10,000 different global names. A chain of 20,000 operators or calls in one expression is refused.
package dialect
