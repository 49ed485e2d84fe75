// Package programs writes random Lua 5.1 programs whose output the reference manual decides, for comparing two
// interpreters. Begin with [Generate]; [Shrink] makes a program that shows a difference small.
//
// A program prints all that it finds out. It is a text without a line of its own for the surroundings: it uses the globals
// print and sleep and the standard library, and begins with a line that [Branch] replaces where many copies of one program
// are to run in one state at once. Every program ends: loops and functions draw on one supply of fuel.
//
// # What the programs hold
//
//	statement.go   local and multiple assignment, blocks, if, while, repeat, both kinds of for, break, return
//	expression.go  numbers, texts, conditions, lists and tables of any depth; literals in all their spellings
//	function.go    closures that share variables, recursion, varargs, select and unpack, methods, inheritance
//	meta.go        every event of a metatable, with handlers that are themselves random code
//	coroutine.go   create, resume, yield, status, wrap, running, and yields where 5.1 has none
//	failure.go     error with values of every type and every level, pcall, xpcall, assert, and operations that fail
//	text.go        the string library: patterns with captures, %f, %b and anchors, gsub with text, table and function, format
//	list.go        the table library, sort with orders of all kinds, next, pairs and ipairs
//	number.go      limits of numbers, conversions, tonumber with bases, the math library
//
// Each kind of statement may stand inside each other: a coroutine that is resumed in a comparator that sort calls in a
// handler, say. wait() stands between all of them; in a branch it lets other branches run.
//
// # What the programs avoid
//
// Lua 5.1 leaves these open, or lets the machine decide:
//
//   - addresses: tables, functions and coroutines are shown by their type
//   - the order of pairs and next, but for lists; the length of lists with holes; new keys during a traversal
//   - comparators that are no order; the list after a comparator that failed; a handler of xpcall that fails
//   - the sign of NaN, and with it its text; whole numbers from 2^53 on in %d, as array index or as loop counter
//   - the last digit of the transcendental functions, and of ^ where the result is no whole number
//   - the second argument of a handler of __unm; the line of an error in an expression of several lines
//   - the state of a coroutine that failed inside a metamethod; garbage collection, weak tables, __gc
//   - which of two wrong arguments of a math function is named
//   - a handler of __tostring that gives no text; a text with a zero byte as message of assert
//   - next with a number that is no key
//   - how deep calls may be nested
//   - what the operating system gives: os, io, and math.random
//
// These differ on purpose (the package docs of luabind/dialect and luabind/stdlib say why):
//
//   - 5.1 has one constant for 0 and for what it computes beforehand as -0, whichever comes first in a function:
//     numbers are shown, and turned to text, after adding 0
//   - the name of a variable in an error where the value comes out of "and" or "or"
//   - string.dump, setfenv, getfenv, newproxy, module, debug and the hidden variable arg of 5.0, which Recue does not have
//   - new fields in the library tables and the metatable of strings, which Recue protects
package programs
