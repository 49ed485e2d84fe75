package app

import (
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// Console is the terminal at which somebody types.
type Console interface {
	io.Writer
	// Raw has keys come as they are pressed, without an echo, until Cooked is called. Both may
	// be called by any goroutine, and again.
	Raw() error
	Cooked()
	// Size is in characters.
	Size() (width, height int)
}

// systemConsole is the terminal that stdin is; what is written goes there too, wherever
// stdout and stderr lead.
type systemConsole struct {
	io.Writer
	fd int

	mu     sync.Mutex
	before *term.State // to go back to; nil while it is cooked
}

// console gives the terminal of this process; nil where stdin is none.
func console() Console {
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	c := &systemConsole{fd: fd, Writer: os.Stderr}
	if tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
		c.Writer = tty
	}
	return c
}

// Raw implements Console.
func (c *systemConsole) Raw() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, err := term.MakeRaw(c.fd)
	if err == nil && c.before == nil {
		c.before = before
	}
	return err
}

// Cooked implements Console.
func (c *systemConsole) Cooked() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.before != nil {
		_ = term.Restore(c.fd, c.before) // a terminal that is gone needs nothing
		c.before = nil
	}
}

// Size implements Console.
func (c *systemConsole) Size() (width, height int) {
	width, height, err := term.GetSize(c.fd)
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}
