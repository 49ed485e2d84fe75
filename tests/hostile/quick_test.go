package hostile

import "testing"

func TestHostileScriptsEndAsTheyShould(t *testing.T) {
	dir := prepare(t)
	for _, s := range load(t) {
		if !s.quick {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			if o := s.start(t, dir); s.verdict(o) != "" {
				t.Errorf("%s\n%v\n%s", s.verdict(o), o, s.text)
			}
		})
	}
}
