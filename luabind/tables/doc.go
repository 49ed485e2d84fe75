// Package tables makes gopher-lua's tables quickly, and reads them quickly.
//
// gopher-lua keeps with each table two Go maps and a list of its keys, and fills them
// field by field: for a command and its reply that was half of all that they cost.
// A [Shape] has tables of known fields ready; [All] goes over a table without asking
// a map where it is.
//
//	shape.go  tables that begin with the same fields
//	cell.go   such a table in one piece of memory, where Go's maps are as they are known
//	each.go   reading
//	set.go    what is set first
//	inside.go the parts of a table that gopher-lua does not export
package tables
