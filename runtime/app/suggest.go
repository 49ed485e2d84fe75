package app

import (
	"fmt"
	"strings"

	"github.com/xrash/smetrics"
)

// nearest gives the candidate that word was most likely meant to be, or "".
func nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	limit := max(2, len(word)/3) // two letters that changed places are two edits
	if len(word) < 3 {
		limit = 1
	}
	best := ""
	for _, candidate := range candidates {
		if d := smetrics.WagnerFischer(word, candidate, 1, 1, 1); d <= limit && d < len(candidate) {
			best, limit = candidate, d-1 // the next must be nearer
		}
	}
	return best
}

// didYouMean is the question to add to an error, or "".
func didYouMean(prefix, word string, candidates []string) string {
	if name := nearest(word, candidates); name != "" {
		return fmt.Sprintf(" (did you mean %q?)", prefix+name)
	}
	return ""
}
