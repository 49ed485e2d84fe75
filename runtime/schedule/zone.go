package schedule

import (
	_ "embed" // for zones.txt
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines that have none
)

// zoneNames are the names of the IANA time zone database, to tell people which
// one they meant. A name that is not in the list may still be a zone.
//
//go:embed zones.txt
var zoneNames string

// Zone gives the zone of an IANA name. Its error says which one was meant.
func Zone(name string) (*time.Location, error) {
	if zone, err := time.LoadLocation(name); err == nil && name != "Local" {
		return zone, nil
	}
	return nil, fmt.Errorf(`%q is no time zone%s: write one like "Europe/Berlin" or "UTC"`, name, likelyZone(name))
}

// likelyZone is the question to add to an error, or "". People write a zone's
// city alone, or with blanks.
func likelyZone(name string) string {
	known := strings.Fields(zoneNames)
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	for _, k := range known {
		_, city, _ := strings.Cut(k, "/")
		if strings.EqualFold(name, k) || strings.EqualFold(name, city) {
			return fmt.Sprintf(" (did you mean %q?)", k)
		}
	}
	return didYouMean(name, known)
}
