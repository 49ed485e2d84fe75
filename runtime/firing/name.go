package firing

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// token writes a job's name, which may be any text, so that it can stand in a
// subject and in a bucket's key: letters, digits, - and _ as they are, every other
// byte as =XX.
func token(job string) string {
	var b strings.Builder
	for _, c := range []byte(job) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

// jobOf reads a token.
func jobOf(token string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(token); i++ {
		if token[i] != '=' {
			b.WriteByte(token[i])
			continue
		}
		if i+3 > len(token) {
			return "", fmt.Errorf("%q is no job's token", token)
		}
		c, err := strconv.ParseUint(token[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("%q is no job's token", token)
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}

// runKey is the key of a run's record.
func runKey(job string, due time.Time, kind Kind) string {
	key := token(job) + "." + strconv.FormatInt(due.UnixMilli(), 10)
	if kind == Manual {
		key += "m"
	}
	return key
}

// nowKey is the key of what a job runs now.
func nowKey(job string) string { return token(job) + ".now" }

// dueOf reads from a run's key when it was due.
func dueOf(key string) (time.Time, error) {
	_, due, _ := strings.Cut(key, ".")
	ms, err := strconv.ParseInt(strings.TrimSuffix(due, "m"), 10, 64)
	return time.UnixMilli(ms), err
}
