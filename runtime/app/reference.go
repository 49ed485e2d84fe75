package app

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
)

func (a *app) referenceCommand() *cli.Command {
	return &cli.Command{
		Name: "reference", Usage: "describe the functions that a script may use", ArgsUsage: "[NAME]", Action: a.reference,
		Flags: []cli.Flag{&cli.BoolFlag{Name: "stub", Usage: "print what editors need to complete and check scripts, for the Lua language server"}},
		Description: `Describes the functions that scripts have besides those of Lua 5.1: all of them, or the one of that name.

Examples:
  recue reference | less
  recue reference parallel
  recue reference log                             log.debug, log.info …
  recue reference --stub                          the file recue.d.lua for editors, which recue init makes too`,
	}
}

func (a *app) reference(c *cli.Context) error {
	if err := textOnly(c, ""); err != nil {
		return err
	}
	if c.NArg() > 1 {
		return usage("reference takes one name, got %q and %q", c.Args().Get(0), c.Args().Get(1))
	}
	if c.Bool("stub") {
		if c.Args().Present() {
			return usage("reference --stub describes every function: %q is too much", c.Args().First())
		}
		fmt.Fprint(a.out, a.engine.Stub())
		return nil
	}
	text, err := a.engine.Reference(c.Args().First())
	if err != nil {
		return fault.Usage(fmt.Errorf("reference: %w", err), "recue reference without a name describes all")
	}
	fmt.Fprintln(a.out, strings.TrimRight(text, "\n"))
	return nil
}
