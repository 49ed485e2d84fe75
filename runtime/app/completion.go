package app

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
)

const completionText = `Prints a script that makes a shell complete commands and flags.

Examples:
  bash   echo 'source <(recue completion bash)' >> ~/.bashrc
  zsh    echo 'source <(recue completion zsh)' >> ~/.zshrc
  fish   recue completion fish > ~/.config/fish/completions/recue.fish`

// The templates get a completionData.
var (
	//go:embed completion/bash.tmpl
	bashCompletion string
	//go:embed completion/zsh.tmpl
	zshCompletion string
	//go:embed completion/fish.tmpl
	fishCompletion string
)

// completionData is the command line as a completion script knows it.
type completionData struct {
	Commands []completedCommand // help included
	Flags    []completedFlag    // of any command, each once
}

type completedCommand struct {
	Name, Usage string
	Scripts     bool     // takes a file or a folder: a script, a journal
	Words       []string // what it takes else, where that is known
	Flags       []completedFlag
}

type completedFlag struct {
	Names  []string // with dashes, the long one first
	Usage  string
	Value  string   // the word for its value, "" for a switch
	Files  bool     // the value is a file's name
	Values []string // all that it may be, where they are known
}

func (a *app) completionCommand() *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print a completion script for bash, zsh or fish", ArgsUsage: "SHELL",
		Description: completionText, Action: a.completion,
	}
}

func (a *app) completion(c *cli.Context) error {
	if err := textOnly(c, ""); err != nil {
		return err
	}
	shells := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
	text, ok := shells[c.Args().First()]
	if !ok || c.NArg() != 1 {
		return fault.Usage(fmt.Errorf("completion takes the name of a shell: bash, zsh or fish"),
			"recue help completion says how to install it")
	}
	script := template.Must(template.New("completion").Funcs(template.FuncMap{
		"join": strings.Join, "scripts": scriptCommands, "quote": shellQuote, "names": flagNames, "undashed": func(s string) string { return strings.TrimLeft(s, "-") },
		"escape": strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`, "'", `'\''`).Replace,
	}).Parse(text))
	_ = script.Execute(a.out, newCompletionData(a.commands())) // the output remembers a failed write
	return nil
}

func newCompletionData(commands []*cli.Command) completionData {
	var data completionData
	help := completedCommand{Name: "help", Usage: "show what a command does and which flags it has"}
	for _, c := range commands {
		command := completedCommand{Name: c.Name, Usage: c.Usage, Scripts: slices.Contains([]string{"run", "test", "check", "next", "rehearse", "serve", "report", "init"}, c.Name)}
		if c.Name == "completion" {
			command.Words = []string{"bash", "zsh", "fish"}
		}
		if c.Name == "jobs" {
			command.Words = slices.Sorted(maps.Keys(jobsActions))
		}
		for _, flag := range c.Flags {
			f := completed(flag)
			command.Flags = append(command.Flags, f)
			if !slices.Contains(flagNames(data.Flags), f.Names[0]) {
				data.Flags = append(data.Flags, f)
			}
		}
		command.Flags = append(command.Flags, completedFlag{Names: []string{"--help", "-h"}, Usage: "show the help of this command"})
		help.Words = append(help.Words, c.Name)
		data.Commands = append(data.Commands, command)
	}
	data.Commands = append(data.Commands, help)
	return data
}

func completed(flag cli.Flag) completedFlag {
	names, usage := describe(flag)
	f := completedFlag{Usage: usage}
	for _, name := range flag.Names() {
		f.Names = append(f.Names, dashed(name))
	}
	if _, isSwitch := flag.(*cli.BoolFlag); !isSwitch {
		f.Value = names[strings.LastIndexByte(names, ' ')+1:]
	}
	f.Files = f.Value == "FILE" || f.Value == "DIR"
	f.Values = map[string][]string{
		"--output": {"text", "json"}, "--log-format": {"text", "json"}, "--log-level": {"DEBUG", "INFO", "WARNING", "ERROR"},
	}[f.Names[0]]
	return f
}

// scriptCommands are bash's conditions for the commands that take scripts.
func scriptCommands(commands []completedCommand) []string {
	var conditions []string
	for _, c := range commands {
		if c.Scripts {
			conditions = append(conditions, "$command == "+c.Name)
		}
	}
	return conditions
}

// flagNames lists all names of the flags.
func flagNames(flags []completedFlag) []string {
	var names []string
	for _, f := range flags {
		names = append(names, f.Names...)
	}
	return names
}
