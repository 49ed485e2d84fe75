package app

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
)

const configText = `Lists every setting in force and where it comes from: a flag, the environment, a .env file, a NATS
context or the default, of which the first that has a value wins. Secrets are not shown.

Examples:
  recue config
  recue config --context studio --output json`

func (a *app) configCommand() *cli.Command {
	return &cli.Command{
		Name: "config", Usage: "show the settings in force, and where each comes from", Description: configText,
		Action: a.config,
	}
}

func (a *app) config(c *cli.Context) error {
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	if err := noArguments(c); err != nil {
		return err
	}
	cfg, _, err := a.settings(c)
	if err != nil {
		return err
	}
	if asJSON {
		list, err := json.Marshal(cfg.Values())
		if err != nil {
			return fmt.Errorf("encode the settings: %w", err)
		}
		a.printJSON(list)
		return nil
	}
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tSOURCE")
	for _, v := range cfg.Values() {
		value := visible(v.Value)
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", v.Name, value, visible(v.Source))
	}
	_ = table.Flush() // the output remembers a failed write
	return nil
}
