package stdlib

import "strings"

const (
	maxCaptures = 32
	// maxMatchDepth bounds how deep one match may nest: about the number of repeats and captures in the pattern.
	maxMatchDepth = 20_000
	// cheapSteps is how many bytes a plain loop looks at in the time of one step.
	cheapSteps = 8
)

// Lengths of captures that are no text.
const (
	captureOpen     = -1
	capturePosition = -2
)

// capture is a part of the subject. For a position capture, start is the position (from 0).
type capture struct{ start, length int }

// matcher runs a pattern over a subject. It goes back and tries again, as Lua's own does, so it may take long: every
// step costs fuel.
type matcher struct {
	subject  string
	items    []item
	captures [maxCaptures]capture
	level    int // captures in use
	depth    int
	fuel     int // steps until refuel
	reserve  int // steps after that
	host     matchHost
}

// matchHost is whoever wants to know the match.
type matchHost interface {
	// poll is called now and then. It may end the match by a panic.
	poll()
	// fail ends the match by a panic.
	fail(message string)
}

func (m *matcher) burn(steps int) {
	m.fuel -= steps
	if m.fuel < 0 {
		m.refuel()
	}
}

// refuel looks whether the call should end, and takes more steps out of the reserve.
func (m *matcher) refuel() {
	m.host.poll()
	for m.fuel < 0 {
		if m.reserve <= 0 {
			m.host.fail("pattern too complex (limit --max-pattern-steps)")
		}
		n := min(pollEvery, m.reserve)
		m.reserve -= n
		m.fuel += n
	}
}

// search returns the first match at or after start, as the range [from, to) of the subject. from is -1 if there is none.
func (m *matcher) search(start int, anchored bool) (from, to int) {
	for s := start; ; s++ {
		if !anchored {
			if s = m.skip(s); s < 0 {
				return -1, -1
			}
		}
		if end := m.matchAt(s); end >= 0 {
			return s, end
		}
		if anchored || s >= len(m.subject) {
			return -1, -1
		}
	}
}

// matchAt returns the end of the match that begins at s, or -1.
func (m *matcher) matchAt(s int) int {
	m.level, m.depth = 0, 0
	m.burn(1)
	return m.match(s, 0)
}

// skip returns the next place from s where the first item could match, or -1 if there is none.
func (m *matcher) skip(s int) int {
	if len(m.items) == 0 {
		return s
	}
	first := &m.items[0]
	if first.kind == kindOpen && len(m.items) > 1 {
		first = &m.items[1]
	}
	if first.repeat != 0 && first.repeat != '+' {
		return s
	}
	at := s
	switch first.kind {
	case kindChar:
		n := strings.IndexByte(m.subject[s:], first.c)
		if n < 0 {
			return -1
		}
		at += n
	case kindSet:
		for at < len(m.subject) && !first.set[m.subject[at]] {
			at++
		}
		if at == len(m.subject) {
			return -1
		}
	}
	m.burn((at - s) / cheapSteps)
	return at
}

// match matches the items from number p on at s and returns the end of the match, or -1.
func (m *matcher) match(s, p int) int {
	m.depth++
	if m.depth > maxMatchDepth {
		m.host.fail("pattern too complex")
	}
	end := m.run(s, p)
	m.depth--
	return end
}

// run is match without the count of its depth.
func (m *matcher) run(s, p int) int {
	for ; p < len(m.items); p++ {
		m.burn(1)
		it := &m.items[p]
		if it.kind <= kindSet {
			if it.repeat != 0 {
				return m.repeated(s, p)
			}
			if s >= len(m.subject) || !it.has(m.subject[s]) {
				return -1
			}
			s++
			continue
		}
		switch it.kind {
		case kindOpen:
			return m.open(s, p, captureOpen)
		case kindPosition:
			return m.open(s, p, capturePosition)
		case kindClose:
			return m.close(s, p)
		case kindBalance:
			s = m.balance(s, it)
		case kindFrontier:
			s = m.frontier(s, it)
		case kindBack:
			s = m.back(s, int(it.c))
		case kindEnd:
			if s != len(m.subject) {
				return -1
			}
		case kindMalformed:
			m.host.fail(it.message)
		}
		if s < 0 {
			return -1
		}
	}
	return s
}

// has tells whether an item for one byte matches c.
func (it *item) has(c byte) bool {
	switch it.kind {
	case kindChar:
		return it.c == c
	case kindSet:
		return it.set[c]
	}
	return true
}

func (m *matcher) repeated(s, p int) int {
	it := &m.items[p]
	switch it.repeat {
	case '*':
		return m.longest(s, p, 0)
	case '+':
		return m.longest(s, p, 1)
	case '-':
		return m.shortest(s, p)
	}
	if s < len(m.subject) && it.has(m.subject[s]) { // '?'
		if end := m.match(s+1, p+1); end >= 0 {
			return end
		}
	}
	return m.match(s, p+1)
}

// longest takes as many bytes as the item matches, at least least, then fewer until the rest matches.
func (m *matcher) longest(s, p, least int) int {
	end := m.span(s, &m.items[p])
	least += s
	if p+1 == len(m.items) {
		if end < least {
			return -1
		}
		return end
	}
	next := &m.items[p+1]
	literal := next.kind == kindChar && (next.repeat == 0 || next.repeat == '+')
	for ; end >= least; end-- {
		if literal { // go straight to where the rest can begin
			stop := min(end+1, len(m.subject))
			if least >= stop {
				return -1
			}
			i := strings.LastIndexByte(m.subject[least:stop], next.c)
			m.burn((stop-least-i)/cheapSteps + 1)
			if i < 0 {
				return -1
			}
			end = least + i
		}
		if r := m.match(end, p+1); r >= 0 {
			return r
		}
	}
	return -1
}

// span returns the end of the longest row of bytes from s that an item matches.
func (m *matcher) span(s int, it *item) int {
	if it.kind == kindAny {
		return len(m.subject)
	}
	end := s
	if it.kind == kindSet {
		for end < len(m.subject) && it.set[m.subject[end]] {
			end++
		}
	} else {
		for end < len(m.subject) && m.subject[end] == it.c {
			end++
		}
	}
	m.burn((end - s) / cheapSteps)
	return end
}

// shortest takes as few bytes as the item matches until the rest matches.
func (m *matcher) shortest(s, p int) int {
	it := &m.items[p]
	for {
		if end := m.match(s, p+1); end >= 0 {
			return end
		}
		if s >= len(m.subject) || !it.has(m.subject[s]) {
			return -1
		}
		s++
		m.burn(1)
	}
}

func (m *matcher) open(s, p, length int) int {
	if m.level >= maxCaptures {
		m.host.fail("too many captures")
	}
	m.captures[m.level] = capture{s, length}
	m.level++
	end := m.match(s, p+1)
	if end < 0 {
		m.level--
	}
	return end
}

func (m *matcher) close(s, p int) int {
	i := m.level - 1
	for i >= 0 && m.captures[i].length != captureOpen {
		i--
	}
	if i < 0 {
		m.host.fail("invalid pattern capture")
	}
	m.captures[i].length = s - m.captures[i].start
	end := m.match(s, p+1)
	if end < 0 {
		m.captures[i].length = captureOpen
	}
	return end
}

func (m *matcher) balance(s int, it *item) int {
	if s >= len(m.subject) || m.subject[s] != it.c {
		return -1
	}
	open := 1
	for i := s + 1; i < len(m.subject); i++ {
		m.burn(1)
		switch m.subject[i] {
		case it.other: // asked first: the two may be the same
			open--
			if open == 0 {
				return i + 1
			}
		case it.c:
			open++
		}
	}
	return -1
}

// frontier takes the ends of the subject for zero bytes.
func (m *matcher) frontier(s int, it *item) int {
	var before, after byte
	if s > 0 {
		before = m.subject[s-1]
	}
	if s < len(m.subject) {
		after = m.subject[s]
	}
	if it.set[before] || !it.set[after] {
		return -1
	}
	return s
}

func (m *matcher) back(s, i int) int {
	if i >= m.level || m.captures[i].length == captureOpen { // %0 became 255
		m.host.fail("invalid capture index")
	}
	c := m.captures[i]
	if c.length == capturePosition {
		return -1
	}
	m.burn(c.length)
	if strings.HasPrefix(m.subject[s:], m.subject[c.start:c.start+c.length]) {
		return s + c.length
	}
	return -1
}
