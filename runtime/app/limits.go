package app

import (
	"math/rand/v2"
	"strconv"

	"github.com/urfave/cli/v2"

	"recue/runtime/config"
	"recue/runtime/script"
)

// limitFlags are the flags of every command that runs scripts: what a script may
// use, and the seed of its random numbers.
func limitFlags() []cli.Flag {
	flags := []cli.Flag{
		&cli.StringFlag{Name: "seed", Usage: "`NUMBER` that fixes all chance (default: another each time; the log has it at level DEBUG)"},
	}
	for _, s := range config.Settings() {
		if s.Limit {
			flags = append(flags, settingFlag(s))
		}
	}
	return flags
}

// limitsOf are the limits in force.
func limitsOf(cfg *config.Config) script.Limits { return script.Limits(cfg.Limits) }

// seed is what --seed says, or a random number that can be given to it: it has
// few digits, since people copy it from a log.
func seed(c *cli.Context) (uint64, error) {
	if !c.IsSet("seed") {
		return uint64(rand.Uint32()), nil
	}
	n, err := strconv.ParseUint(c.String("seed"), 10, 64)
	if err != nil {
		return 0, usage("--seed: must be a whole number, 0 or more, got %q", c.String("seed"))
	}
	return n, nil
}
