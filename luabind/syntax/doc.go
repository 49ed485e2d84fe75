// Package syntax reads Lua 5.1 source: [Parse] turns a file into a tree that knows the place of every part, or into an
// [Error] that says what is wrong, where, and what to do about it. It runs nothing and makes no code; package dialect
// does that with the tree, and package check looks for mistakes in it.
//
//	file.go                  Parse, File: what is refused before it is parsed, and the lines
//	lexer.go lexstring.go    text to tokens
//	parser.go parse_expr.go  tokens to the tree of ast.go
//	errors.go hints.go       what people are told when it is no program
//
// The grammar is manual §8. On the loud side of it: a file with NUL bytes is refused, and a chain of 20,000 operators or
// calls in one expression. Beyond it: goto is a name like any other.
package syntax
