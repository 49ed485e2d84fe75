// Package lua compares Recue's Lua with the reference interpreter of Lua 5.1, from outside: whole scripts, as the main chunk and
// in the branches of parallel. See README.md.
package lua
