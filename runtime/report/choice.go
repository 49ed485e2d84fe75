package report

import (
	"fmt"
	"regexp"
	"strconv"
)

// Choice says which run of a journal is meant; the zero Choice is the last one.
type Choice struct {
	ID     string
	Number int // in the order in which the runs began, from 1
}

var idForm = regexp.MustCompile(`^[0-9a-f]{12}$`)

// ParseChoice reads "last", the number of a run, or a run's name. What has the
// length of a name is one, also where all its digits are decimal.
func ParseChoice(text string) (Choice, error) {
	switch number, err := strconv.Atoi(text); {
	case text == "last":
		return Choice{}, nil
	case idForm.MatchString(text):
		return Choice{ID: text}, nil
	case err == nil && number > 0:
		return Choice{Number: number}, nil
	}
	return Choice{}, fmt.Errorf(`must be last, a number from 1, or the 12 digits that name a run, got %q`, text)
}

func (c Choice) String() string {
	switch {
	case c.ID != "":
		return c.ID
	case c.Number > 0:
		return strconv.Itoa(c.Number)
	}
	return "last"
}

// takes says whether the choice may be s. Of several it is the last one.
func (c Choice) takes(s *Summary) bool {
	return (c.ID == "" || c.ID == s.ID) && (c.Number == 0 || c.Number == s.Number)
}
