package stdlib

import (
	"strconv"
	"time"
)

// appendDate appends what a % letter of os.date stands for: the C locale and glibc's letters. A letter without a
// meaning stands for itself, % included. utc says that t is in UTC and not in the local zone.
func appendDate(b []byte, t time.Time, local *time.Location, utc bool, letter byte) []byte {
	if layout := dateLayouts[letter]; layout != "" {
		return t.AppendFormat(b, layout)
	}
	if parts := dateParts[letter]; parts != "" {
		for i := 0; i < len(parts); i++ {
			if c := parts[i]; isAlpha(c) {
				b = appendDate(b, t, local, utc, c)
			} else {
				b = append(b, c)
			}
		}
		return b
	}
	isoYear, isoWeek := t.ISOWeek()
	sunday := int(t.Weekday())
	monday := (sunday + 6) % 7
	switch letter {
	case '%':
		return append(b, '%')
	case 'n':
		return append(b, '\n')
	case 't':
		return append(b, '\t')
	case 'C':
		return appendPadded(b, floorDiv(t.Year(), 100), 2, '0')
	case 'Y':
		return strconv.AppendInt(b, int64(t.Year()), 10)
	case 'y':
		return appendPadded(b, floorMod(t.Year(), 100), 2, '0')
	case 'G':
		return strconv.AppendInt(b, int64(isoYear), 10)
	case 'g':
		return appendPadded(b, floorMod(isoYear, 100), 2, '0')
	case 'V':
		return appendPadded(b, isoWeek, 2, '0')
	case 'U': // weeks begin on Sunday
		return appendPadded(b, (t.YearDay()-1+7-sunday)/7, 2, '0')
	case 'W': // weeks begin on Monday
		return appendPadded(b, (t.YearDay()-1+7-monday)/7, 2, '0')
	case 'u':
		return appendPadded(b, monday+1, 1, '0')
	case 'w':
		return appendPadded(b, sunday, 1, '0')
	case 'k':
		return appendPadded(b, t.Hour(), 2, ' ')
	case 'l':
		return appendPadded(b, (t.Hour()+11)%12+1, 2, ' ')
	case 's':
		return strconv.AppendInt(b, localSeconds(t, local, utc), 10)
	case 'Z':
		if utc {
			return append(b, "GMT"...)
		}
		name, _ := t.Zone()
		return append(b, name...)
	}
	if isDigit(letter) { // glibc takes it for a width, finds no letter, and fills up what it found
		b = appendFill(b, ' ', int(letter-'0')-2)
	}
	return append(b, '%', letter)
}

// dateLayouts are the letters for which Go has a layout.
var dateLayouts = [256]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'd': "02", 'e': "_2", 'h': "Jan", 'H': "15", 'I': "03",
	'j': "002", 'm': "01", 'M': "04", 'p': "PM", 'P': "pm", 'S': "05", 'z': "-0700",
}

// dateParts are the letters that stand for several others.
var dateParts = [256]string{
	'c': "a b e T Y", 'D': "m/d/y", 'F': "Y-m-d", 'r': "I:M:S p", 'R': "H:M", 'T': "H:M:S", 'x': "m/d/y", 'X': "H:M:S",
}

// localSeconds is what %s counts: C reads the broken-down time as local time, also where it was made as UTC.
func localSeconds(t time.Time, local *time.Location, utc bool) int64 {
	if !utc {
		return t.Unix()
	}
	b := brokenTime{t.Second(), t.Minute(), t.Hour(), t.Day(), int(t.Month()), t.Year(), dstOff}
	return b.unix(local)
}

func appendPadded(b []byte, n, width int, fill byte) []byte {
	if n < 0 {
		b = append(b, '-')
		n, width = -n, width-1
	}
	for limit := 10; width > 1; width, limit = width-1, limit*10 {
		if n < limit {
			b = append(b, fill)
		}
	}
	return strconv.AppendInt(b, int64(n), 10)
}

func floorDiv(a, b int) int { return (a - floorMod(a, b)) / b }

func floorMod(a, b int) int { return (a%b + b) % b }
