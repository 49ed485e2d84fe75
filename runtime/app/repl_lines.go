package app

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// lineReader is where the lines of a session come from. Its end is io.EOF.
type lineReader interface {
	// read reads a line. before is what the entry has so far, its further lines ending in a line end.
	read(before string) (string, error)
}

// errAbandoned is a line that was given up with Ctrl-C.
var errAbandoned = errors.New("abandoned")

// pipedLines are lines that nobody types.
type pipedLines struct{ scanner *bufio.Scanner }

// newPipedLines reads lines of at most limit bytes.
func newPipedLines(r io.Reader, limit int) pipedLines {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, limit)
	return pipedLines{scanner}
}

func (p pipedLines) read(string) (string, error) {
	if p.scanner.Scan() {
		return p.scanner.Text(), nil
	}
	switch err := p.scanner.Err(); {
	case err == nil:
		return "", io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return "", usage("repl: a line of standard input is longer than an entry may be (limit --max-source)")
	default:
		return "", usage("repl: standard input cannot be read: %w", fileError(err))
	}
}

// promptedLines are lines that somebody types at a terminal which can do nothing else.
type promptedLines struct {
	pipedLines
	console io.Writer
}

func (p promptedLines) read(before string) (string, error) {
	fmt.Fprint(p.console, promptFor(before))
	return p.pipedLines.read(before)
}

// The prompts, of an entry's first line and of the others.
const (
	prompt     = "recue> "
	promptMore = "    -> "
)

func promptFor(before string) string {
	if before == "" {
		return prompt
	}
	return promptMore
}

// typedLines are lines that somebody types. The terminal is raw while one is read, so that
// at any other time Ctrl-C is a signal and what is printed looks as it should.
type typedLines struct {
	console  Console
	keys     *keys
	terminal *term.Terminal
	history  *history
	stderr   *safeWriter
	shared   bool // the console is where stderr leads
	complete func(text string) (from int, candidates []string)

	before        string // of the entry whose line is being read
	width, height int    // that the library knows
}

func newTypedLines(m Machine, c Console, h *history, stderr *safeWriter, complete func(string) (int, []string)) *typedLines {
	t := &typedLines{console: c, keys: &keys{in: m.Stdin}, history: h, stderr: stderr, shared: m.Terminal, complete: complete}
	t.forget()
	return t
}

// forget drops what was typed or pasted ahead.
func (t *typedLines) forget() {
	t.keys.pending = nil
	t.width, t.height = 0, 0
	t.terminal = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{t.keys, t.console}, "")
	t.terminal.History = t.history
	t.terminal.AutoCompleteCallback = t.key
}

func (t *typedLines) read(before string) (string, error) {
	if err := t.console.Raw(); err != nil {
		return "", fmt.Errorf("repl: the terminal cannot be used: %w", err)
	}
	defer t.console.Cooked()
	t.before = before
	t.terminal.SetPrompt(promptFor(before))
	t.fit()
	t.terminal.SetBracketedPasteMode(true)
	defer t.terminal.SetBracketedPasteMode(false)
	if t.shared { // what is logged meanwhile stands above the line
		defer t.stderr.to(t.stderr.to(t.terminal))
	}
	line, err := t.terminal.ReadLine()
	if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
		return "", io.EOF // Ctrl-D, or the terminal is gone
	}
	if typed, ok := strings.CutSuffix(line, abandoned); ok && t.keys.interrupted {
		t.keys.interrupted = false
		t.forget()
		if typed == "" && before == "" {
			return "", io.EOF
		}
		return "", errAbandoned
	}
	if utf8.RuneCountInString(line) >= longestTyped {
		fmt.Fprintf(t.stderr, "recue: a line of %d characters or more is not run, since the terminal has cut it off: put it into a file, and require that\n", longestTyped)
		t.forget()
		return "", errAbandoned
	}
	return line, nil
}

// longestTyped is how many characters the library takes. What is typed behind them is lost.
const longestTyped = 4096

// fit tells the library how large the terminal is now.
func (t *typedLines) fit() {
	if width, height := t.console.Size(); width != t.width || height != t.height {
		t.width, t.height = width, height
		_ = t.terminal.SetSize(width, height) // a terminal that is gone says so when it is read
	}
}

// key is called for each key. Tab completes, or indents where there is nothing in front of it.
func (t *typedLines) key(line string, pos int, key rune) (string, int, bool) {
	t.fit() // somebody may have drawn the window larger
	if key != '\t' {
		return "", 0, false
	}
	left, right := line[:pos], line[pos:]
	if t.before != "" && strings.TrimSpace(left) == "" {
		left += "  "
		return left + right, len(left), true
	}
	text := t.before + left
	from, candidates := t.complete(text)
	if len(candidates) == 0 {
		return line, pos, true
	}
	typed := text[from:]
	whole := commonPrefix(candidates)
	if len(whole) > len(typed) {
		left += whole[len(typed):]
		return left + right, len(left), true
	}
	if len(candidates) > 1 {
		fmt.Fprint(t.terminal, columns(candidates, t.width))
	}
	return line, pos, true
}

func commonPrefix(words []string) string {
	prefix := words[0]
	for _, word := range words {
		for !strings.HasPrefix(word, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return prefix
}

// columns writes words beside each other, in the order of a dictionary's lines.
func columns(words []string, width int) string {
	widest := 0
	for _, word := range words {
		widest = max(widest, len(word)+2)
	}
	each := max((width-1)/widest, 1)
	var b strings.Builder
	for i, word := range words {
		b.WriteString(word)
		if (i+1)%each == 0 || i == len(words)-1 {
			b.WriteByte('\n')
		} else {
			b.WriteString(strings.Repeat(" ", widest-len(word)))
		}
	}
	return b.String()
}

// abandoned ends a line that Ctrl-C ended, as shells show it.
const abandoned = "^C"

// keys reads from a raw terminal. The library takes Ctrl-C for the end of all input and
// keeps the line; here it goes to the line's end, shows itself there and ends the line.
type keys struct {
	in          io.Reader
	pending     []byte
	interrupted bool // since that was last asked
}

func (k *keys) Read(p []byte) (int, error) {
	if len(k.pending) == 0 {
		buffer := make([]byte, 256)
		n, err := k.in.Read(buffer)
		if n == 0 {
			return 0, err
		}
		const ctrlC, ctrlE = "\x03", "\x05"
		k.interrupted = k.interrupted || bytes.Contains(buffer[:n], []byte(ctrlC))
		k.pending = bytes.ReplaceAll(buffer[:n], []byte(ctrlC), []byte(ctrlE+abandoned+"\r"))
	}
	n := copy(p, k.pending)
	k.pending = k.pending[n:]
	return n, nil
}
