package luabind

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"recue/luabind/stdlib"
)

// inLua says whether scripts have a function of Lua's own that is called so, "pairs" or "string.find".
func inLua(name string) bool {
	library, field, dotted := strings.Cut(name, ".")
	table, known := globals()[library]
	return known && (!dotted && table.Fields == nil || dotted && table.Fields[field])
}

// Reference is the manual of one function, of a group such as log, or of all for
// "", for a terminal.
func (Engine) Reference(name string) (string, error) {
	var b strings.Builder
	var names []string
	for _, f := range manual() {
		group, _, _ := strings.Cut(f.Name, ".")
		own, isMatcher := strings.CutPrefix(f.Name, matcherPrefix)
		if isMatcher {
			group = "expect"
		}
		if names = append(names, own); name != "" && name != own && name != f.Name && name != group {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		writeReference(&b, f)
	}
	if b.Len() == 0 {
		if text, absent := stdlib.Absent(name); absent {
			return "", errors.New(text)
		}
		if name == "arg" || name == "vars" {
			return "arg[1], arg[2], … are the words behind the script's name, vars.NAME is what --var NAME=VALUE gives. All are texts; what was not given is nil.\n", nil
		}
		if inLua(name) {
			return fmt.Sprintf("%s is of Lua itself: https://www.lua.org/manual/5.1/manual.html#pdf-%s\n", name, name), nil
		}
		return "", unknown("function", name, names)
	}
	return b.String(), nil
}

// Summary has a line for every function; see script.Engine.
func (Engine) Summary() string {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range manual() {
		fmt.Fprintf(table, "%s\t%s\n", f.Signature(), f.Summary)
	}
	_ = table.Flush() // a strings.Builder takes everything
	return b.String()
}

// manual lists what the manual describes: the Funcs, and the matchers behind expect.
func manual() []*Func {
	var list []*Func
	for _, f := range Funcs() {
		list = append(list, f)
		if f.Name == "expect.soft" {
			list = append(list, Matchers()...)
		}
	}
	return list
}

func writeReference(b *strings.Builder, f *Func) {
	fmt.Fprintf(b, "%s\n    %s\n", f.Signature(), f.Summary)
	if f.Doc != "" {
		fmt.Fprintf(b, "    %s\n", plainDoc(f.Doc))
	}
	for _, p := range f.Params {
		writeParam(b, p, "    ")
	}
	for _, r := range f.Returns {
		fmt.Fprintf(b, "    returns %s: %s\n", r.Name, plainDoc(r.Doc))
	}
	if f.Example != "" {
		fmt.Fprintf(b, "    example:\n        %s\n", strings.ReplaceAll(f.Example, "\n", "\n        "))
	}
}

func writeParam(b *strings.Builder, p Param, indent string) {
	fmt.Fprintf(b, "%s%-14s %s%s\n", indent, p.Name, plainDoc(p.Doc), paramNote(p))
	for _, f := range p.Fields {
		writeParam(b, f, indent+"    ")
	}
}

// paramNote is what stands behind a parameter's description: type and default.
func paramNote(p Param) string {
	note := p.Type.Name
	if p.Default != "" {
		note += ", default " + p.Default
	} else if p.Optional && !p.Rest {
		note += ", optional"
	}
	return " (" + note + ")"
}

func plainDoc(doc string) string { return strings.ReplaceAll(doc, "`", "") }

// Markdown is the same manual for scripts/README.md.
func Markdown() string {
	var b strings.Builder
	for _, f := range manual() {
		fmt.Fprintf(&b, "### `%s`\n\n%s\n", f.Signature(), f.Summary)
		if f.Doc != "" {
			fmt.Fprintf(&b, "%s\n", f.Doc)
		}
		if len(f.Params) > 0 {
			b.WriteString("\n| parameter | type | default | |\n| --- | --- | --- | --- |\n")
			for _, p := range f.Params {
				writeRow(&b, "", p)
			}
		}
		for i, r := range f.Returns {
			if i == 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "Returns **%s**: %s\n", r.Name, r.Doc)
		}
		if f.Example != "" {
			fmt.Fprintf(&b, "\n```lua\n%s\n```\n", f.Example)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func writeRow(b *strings.Builder, prefix string, p Param) {
	value := p.Default
	if value == "" && p.Optional {
		value = "–"
	}
	fmt.Fprintf(b, "| %s`%s` | %s | %s | %s |\n", prefix, p.Name, p.Type.Name, value, p.Doc)
	for _, f := range p.Fields {
		writeRow(b, prefix+"· ", f)
	}
}

// Stub is the editor's description of every function, in the annotations of the
// Lua language server: luabind/stubs/recue.d.lua.
func Stub() string {
	var b strings.Builder
	b.WriteString("---@meta\n-- Made from luabind's function table by `go test ./luabind -update`. Do not edit.\n\n")
	b.WriteString(stubTypes)
	groups := map[string]bool{}
	for _, f := range Funcs() {
		group, _, grouped := strings.Cut(f.Name, ".")
		if grouped && !groups[group] {
			groups[group] = true
			fmt.Fprintf(&b, "---@class %slib\n", group)
			if group == "expect" { // it is a function as well
				b.WriteString("---@overload fun(value: any): Expectation\n")
			}
			fmt.Fprintf(&b, "%s = {}\n\n", group)
		}
		if f.Name != "expect" {
			writeStub(&b, f)
		}
	}
	writeMatchers(&b)
	return strings.TrimSuffix(b.String(), "\n")
}

// writeMatchers describes what expect returns: the matchers are its fields.
func writeMatchers(b *strings.Builder) {
	b.WriteString("---@class Expectation\n---@field never Expectation the opposite of the matcher that follows\n")
	for _, m := range Matchers() {
		var params []string
		for _, p := range m.Params {
			name := p.Name
			if p.Optional {
				name += "?"
			}
			params = append(params, name+": "+p.Type.Stub)
		}
		returns := ""
		if len(m.Returns) > 0 {
			returns = ": " + m.Returns[0].Type
		}
		fmt.Fprintf(b, "---@field %s fun(%s)%s %s\n", strings.TrimPrefix(m.Name, matcherPrefix), strings.Join(params, ", "), returns, m.Summary)
	}
	b.WriteByte('\n')
}

const stubTypes = `---@class Payload
---@field segment_time? number seconds
---@field file_path? string
---@field at_started? string RFC 3339
---@field at_stopped? string RFC 3339, "" while recording

---@class Reply
---@field ok boolean true; false in an error table
---@field task_id string
---@field msg_status "success"|"error"
---@field app_status "started"|"stopped"|"error"
---@field payload Payload
---@field code? string of an error table
---@field message? string of an error table
---@field hint? string of an error table

---@class SimCommand
---@field cmd "start"|"stop"|"status"
---@field task_id string
---@field payload table what the command carried
---@field reply? table what was answered
---@field at number seconds since 1970

---@class Failure
---@field key any
---@field error Reply

---@type string[] what followed the script's name
arg = {}

---@type table<string, string> what --var NAME=VALUE gave
vars = {}

`

func writeStub(b *strings.Builder, f *Func) {
	comment := func(text string) {
		for line := range strings.SplitSeq(text, "\n") {
			fmt.Fprintf(b, "---%s\n", line)
		}
	}
	for _, p := range f.Params {
		if len(p.Fields) > 0 {
			fmt.Fprintf(b, "---@class %s\n", optionsClass(f))
			for _, field := range p.Fields {
				fmt.Fprintf(b, "---@field %s? %s %s%s\n", field.Name, field.Type.Stub, field.Doc, stubDefault(field))
			}
			b.WriteByte('\n')
		}
	}
	comment(f.Summary)
	if f.Doc != "" {
		comment("")
		comment(f.Doc)
	}
	if f.Example != "" {
		comment("\n```lua\n" + f.Example + "\n```")
	}
	var names []string
	for _, p := range f.Params {
		kind, name := p.Type.Stub, p.Name
		if len(p.Fields) > 0 {
			kind = optionsClass(f)
		}
		if p.Optional && !p.Rest {
			name += "?"
		}
		fmt.Fprintf(b, "---@param %s %s %s%s\n", name, kind, p.Doc, stubDefault(p))
		names = append(names, p.Name)
	}
	for _, r := range f.Returns {
		fmt.Fprintf(b, "---@return %s %s %s\n", r.Type, r.Name, r.Doc)
	}
	fmt.Fprintf(b, "function %s(%s) end\n\n", f.Name, strings.Join(names, ", "))
}

func optionsClass(f *Func) string {
	name := strings.NewReplacer("_", " ", ".", " ").Replace(f.Name)
	var b strings.Builder
	for word := range strings.FieldsSeq(name) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String() + "Options"
}

func stubDefault(p Param) string {
	if p.Default == "" {
		return ""
	}
	return " (default " + p.Default + ")"
}
