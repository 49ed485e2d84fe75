package app

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

func (a *app) referenceCommand() *cli.Command {
	return &cli.Command{
		Name: "reference", Usage: "describe every function that a script may use", Action: a.reference,
		Description: "Describes the functions that scripts have besides those of Lua 5.1.\n\nExamples:\n  recue reference | less",
	}
}

func (a *app) reference(c *cli.Context) error {
	if _, err := wantsJSON(c); err != nil {
		return err
	}
	if err := noArguments(c); err != nil {
		return err
	}
	fmt.Fprintln(a.out, strings.TrimRight(a.engine.Reference(), "\n"))
	return nil
}
