package syntax

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The hints answer the mistakes that people make who come from another language, or who lost count of an "end".

// unknownHints are for texts that begin with a character Lua does not know.
var unknownHints = []struct{ text, hint string }{
	{"!=", "not equal is written ~= in Lua"},
	{"!", "write not instead of !"},
	{"&&", "write and instead of &&"},
	{"||", "write or instead of ||"},
	{"&", "write and for a condition; Lua 5.1 has no operators on bits"},
	{"|", "write or for a condition; Lua 5.1 has no operators on bits"},
	{"~", "not equal is written ~=; not is written not"},
	{"?", "Lua has no ?: ; write  condition and a or b"},
	{"@", "a @ may stand only inside quotes"},
	{"$", "a $ may stand only inside quotes"},
	{"\\", "a backslash may stand only inside quotes"},
	{"`", "text is put in \" or ' quotes"},
	{"“", "use plain quotes \" instead of typographic ones"}, {"”", "use plain quotes \" instead of typographic ones"},
	{"„", "use plain quotes \" instead of typographic ones"}, {"«", "use plain quotes \" instead of typographic ones"},
	{"’", "use plain quotes ' instead of typographic ones"}, {"‘", "use plain quotes ' instead of typographic ones"},
	{"\u00a0", "this is a no-break space; replace it by a plain one"},
}

// foreign are words that begin a statement in other languages, or in later Luas.
var foreign = map[string]string{
	"continue": "Lua 5.1 has no continue; put the rest of the loop's body inside an if",
	"goto":     "Lua 5.1 has no goto; use a loop, or break",
	"elif":     "write elseif",
	"elsif":    "write elseif",
	"switch":   "Lua has no switch; use if and elseif",
	"var":      "write local",
	"let":      "write local",
	"const":    "write local",
	"def":      "write function",
	"func":     "write function",
	"fn":       "write function",
	"try":      "Lua has no try block; call try(fn) or pcall(fn)",
	"throw":    "write error(message)",
	"import":   `write local name = require "name"`,
}

// quote shows source text inside a message, cut to a sensible length.
func quote(text string) string {
	if len(text) > 40 {
		text = text[:37] + "..."
	}
	if strings.ContainsAny(text, "\"\n\r") {
		return strconv.Quote(text)
	}
	return `"` + text + `"`
}

// shown is how a message names the current token.
func (p *parser) shown() string {
	switch p.tok.kind {
	case kEOF:
		return "the end of the file"
	case kString:
		return "the string " + quote(p.tok.text)
	case kNumber, kName:
		return quote(p.tok.text)
	}
	return quote(string(p.tok.kind))
}

func (p *parser) near() string {
	switch p.tok.kind {
	case kName, kNumber, kString:
		return p.tok.text
	}
	return string(p.tok.kind)
}

// wanted is how a message names a token that is missing.
func wanted(k Kind) string {
	if k == kName {
		return "a name"
	}
	return quote(string(k))
}

// afterColon is where the name of a method stands.
const afterColon = `after ":"`

func (p *parser) expected(k Kind, context string) {
	hint := ""
	if k == kName && keywords[string(p.tok.kind)] {
		hint = fmt.Sprintf("%q is a word of the language and cannot be a name", string(p.tok.kind))
	}
	if h := foreign[p.tok.text]; p.tok.kind == kName && h != "" {
		hint = h
	}
	if context == afterColon && (p.tok.kind == kString || p.tok.kind == kNumber || p.tok.kind == "{") {
		hint = "a field of a table is written name = value"
	}
	p.src.raise(p.tok.pos, p.near(), hint, "expected %s %s, found %s", wanted(k), context, p.shown())
}

// unexpected reports a token that fits nowhere.
func (p *parser) unexpected() {
	hint := ""
	switch p.tok.kind {
	case "end", "until":
		hint = "nothing is open here that it could close: is there one too many, or did an earlier one close the wrong block?"
	case "else", "elseif":
		hint = `there is no open "if" here: is there an "end" too many before it?`
	case kEOF:
		if n := len(p.opened); n > 0 {
			hint = fmt.Sprintf("the %q of line %d is still open", string(p.opened[n-1].kind), p.opened[n-1].pos.Line)
		}
	case "=":
		hint = "to compare two values write =="
	case "/":
		hint = "a comment begins with --; Lua 5.1 divides whole numbers with math.floor(a / b)"
	case "then":
		hint = `"then" follows the condition of an "if"`
	case ":":
		hint = "Lua 5.1 has no labels; a method call looks like object:name()"
	}
	p.src.raise(p.tok.pos, p.near(), hint, "unexpected %s", strings.TrimPrefix(p.shown(), "the "))
}

// unclosed reports that what o opened does not end where it must.
func (p *parser) unclosed(k Kind, o opener) {
	hint := ""
	if k == "end" && p.suspect != nil && p.suspect.pos != o.pos {
		hint = fmt.Sprintf("the indents suggest that the %q of line %d lacks its end", string(p.suspect.kind), p.suspect.pos.Line)
	}
	if k == "end" && (p.tok.kind == "else" || p.tok.kind == "elseif") {
		hint = fmt.Sprintf("close the %q first, or write elseif if this belongs to an if", string(o.kind))
	}
	if line := p.elseIf(); k == "end" && p.tok.kind == kEOF && hint == "" && line > 0 {
		hint = fmt.Sprintf(`the "else if" of line %d begins a second if, which needs an end of its own; write elseif`, line)
	}
	if k != "end" && k != "until" && hint == "" {
		switch p.tok.kind {
		case "=":
			hint = "to compare two values write =="
			if o.kind == "(" {
				hint = "options stand in braces: name(value, {option = value}); to compare two values write =="
			}
		case kName, kString, kNumber, "{", "function":
			hint = "is a comma missing before " + p.shown() + "?"
			if p.tok.kind == kName && strings.ContainsAny(p.src.text[max(p.tok.end-len(p.tok.text)-1, 0):][:1], `"'`) {
				hint = `a " inside a text is written \", or the text is put in ' quotes`
			}
		}
	}
	if p.tok.kind == kEOF {
		p.src.raise(p.tok.pos, p.near(), hint, "missing %s: the %q of line %d is not closed", quote(string(k)), string(o.kind), o.pos.Line)
	}
	p.src.raise(p.tok.pos, p.near(), hint, "expected %s to close the %q of line %d, found %s",
		quote(string(k)), string(o.kind), o.pos.Line, p.shown())
}

// elseIf is the first line that says "else if"; 0 for none.
func (p *parser) elseIf() int {
	return 1 + slices.IndexFunc(p.src.lines, func(line string) bool {
		words := strings.Fields(line)
		return len(words) > 1 && words[0] == "else" && words[1] == "if"
	})
}

// notLast reports a statement behind return or break.
func (p *parser) notLast(s Stmt) {
	word := "return"
	if _, ok := s.(*BreakStmt); ok {
		word = "break"
	}
	p.src.raise(p.tok.pos, p.near(), fmt.Sprintf("nothing may follow %s in its block; write  do %s end  to leave early", word, word),
		"unexpected %s after %q", p.shown(), word)
}

// noStatement reports an expression that stands alone.
func (p *parser) noStatement(first token) {
	hint := ""
	op := string(p.tok.kind)
	switch {
	case first.kind == kName && foreign[first.text] != "":
		hint = foreign[first.text]
	case p.tok.kind == kName && foreign[p.tok.text] != "":
		hint = foreign[p.tok.text]
	case strings.Contains("+-*/%^..", op) && p.peek().kind == "=":
		name := strings.TrimSpace(p.src.text[first.end-len(first.text) : p.tok.end-len(op)])
		hint = fmt.Sprintf("Lua has no %s= ; write  %s = %s %s …", op, name, name, op)
	case (op == "+" || op == "-") && string(p.peek().kind) == op:
		hint = fmt.Sprintf("Lua has no %s%s ; write  %s = %s %s 1", op, op, first.text, first.text, op)
	case op == "==":
		hint = "to store a value write one = sign"
	case p.tok.kind == ":" || p.tok.kind == kEOF || p.blockEnds():
		hint = fmt.Sprintf("a name alone does nothing; to call it write %s()", first.text)
	case p.tok.kind == kName || p.tok.kind == kNumber:
		hint = fmt.Sprintf("to call a function put its arguments in brackets, and texts in quotes: %s(value), %s \"text\"", first.text, first.text)
	}
	p.src.raise(p.tok.pos, p.near(), hint, "unexpected %s: a statement is a call or an assignment", p.shown())
}

// notAssignable reports a value that stands where a call or an assignment must.
func (p *parser) notAssignable(first token, e Expr) {
	if p.tok.kind == "=" || p.tok.kind == "," {
		hint := ""
		if _, call := e.(*CallExpr); call && p.tok.kind == "," {
			hint = fmt.Sprintf("several arguments stand in brackets: %s(…, …)", first.text)
		}
		p.src.raise(e.At(), p.near(), hint, "a value cannot be stored here: the left side must be a name or a field")
	}
	p.noStatement(first)
}
