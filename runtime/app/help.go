package app

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
)

const exitCodes = `Exit codes:
  0    all went well
  1    the script failed, or a test did
  2    wrong usage or configuration, or a script that does not load
  3    NATS cannot be reached, or does not let us in
  4    a command failed and the script did not handle it
  130  interrupted (143: terminated, 129: the terminal was closed, 141: stdout was closed)
`

const examples = `Examples:
  recue run --sim -e 'start "cam1"; print(status("cam1").payload.file_path)'
  recue sim                                       a simulated recorder, for a second terminal
  recue run first_recording.lua
  recue start cam1 --segment-time 10m
  recue config --server nats://studio:4222
`

// help shows the help of a command, or of recue itself for "".
func (a *app) help(commands []*cli.Command, name string) error {
	var b strings.Builder
	for _, c := range commands {
		if c.Name == name {
			commandHelp(&b, c)
		}
	}
	if name == "" {
		overview(&b, commands)
	}
	b.WriteByte('\n')
	b.WriteString(exitCodes)
	fmt.Fprint(a.out, b.String())
	return nil
}

func overview(b *strings.Builder, commands []*cli.Command) {
	b.WriteString("recue runs Lua scripts that drive recorders over NATS.\n\nUsage: recue COMMAND [FLAG...] [ARG...]\n\nCommands:\n")
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, c := range commands {
		fmt.Fprintf(table, "  %s\t%s\n", strings.TrimSpace(c.Name+" "+c.ArgsUsage), c.Usage)
	}
	fmt.Fprintf(table, "  help [COMMAND]\tshow this, or what a command does and which flags it has\n")
	_ = table.Flush() // a strings.Builder takes everything
	b.WriteString("\nFlags may stand anywhere. What follows -- is the script's own. Flags of every command:\n")
	flagTable(b, globalFlags(), true)
	b.WriteString("\nA flag wins over the environment, that over .env, that over a NATS context, that over the default.\n\n")
	b.WriteString(examples)
}

func commandHelp(b *strings.Builder, c *cli.Command) {
	usage := strings.TrimSpace("recue " + c.Name + " [FLAG...] " + c.ArgsUsage)
	fmt.Fprintf(b, "recue %s: %s\n\nUsage: %s\n\n%s\n", c.Name, c.Usage, usage, c.Description)
	if len(c.Flags) > len(globalFlags()) {
		b.WriteString("\nFlags:\n")
		flagTable(b, c.Flags, false)
	}
	b.WriteString("\nFlags of every command:\n")
	flagTable(b, c.Flags, true)
}

// flagTable lists the flags of every command, or only the others.
func flagTable(b *strings.Builder, flags []cli.Flag, global bool) {
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, flag := range flags {
		if isGlobal(flag) == global {
			names, usage := describe(flag)
			fmt.Fprintf(table, "  %s\t%s\n", names, usage)
		}
	}
	_ = table.Flush()
}

func isGlobal(flag cli.Flag) bool {
	c, ok := flag.(cli.CategorizableFlag)
	return ok && c.GetCategory() == everywhere
}

// describe gives a flag's names with the word for its value, which its usage
// has in backquotes, and the usage.
func describe(flag cli.Flag) (names, usage string) {
	usage = flag.(cli.DocGenerationFlag).GetUsage() // every flag of the library is one
	var value string
	if _, rest, ok := strings.Cut(usage, "`"); ok {
		value, _, _ = strings.Cut(rest, "`")
	}
	all := flag.Names()
	for i, name := range all {
		all[i] = dashed(name)
	}
	return strings.TrimSpace(strings.Join(all, ", ") + " " + value), strings.ReplaceAll(usage, "`", "")
}
