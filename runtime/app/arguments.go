package app

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"recue/runtime/fault"
)

// The CLI library wants the command first, then its flags, then the arguments;
// and a flag that stands before the command would be lost to it without a word.
// People write flags where they think of them. So this file brings every command
// line into the one order, and finds everything that is wrong with it on the way:
//
//	recue -s host run x.lua --sim a -- -b   becomes   run --server=host --sim=true -- x.lua a -b

// grammar is what may stand on a command line.
type grammar struct {
	commands map[string]*cli.Command
	flags    map[string]*flagRule // by every name of the flag
}

// flagRule is one flag of one or more commands. A name means the same in all of them.
type flagRule struct {
	name     string // the long one
	bool     bool   // takes no value
	repeats  bool   // may be given again
	commands []string
}

// request is a command line that was understood.
type request struct {
	command string // "" for the help of recue itself
	help    bool
	words   []string // for the CLI library: flags in full, "--", arguments
}

func newGrammar(commands []*cli.Command) grammar {
	g := grammar{map[string]*cli.Command{}, map[string]*flagRule{}}
	for _, command := range commands {
		g.commands[command.Name] = command
		for _, flag := range command.Flags {
			names := flag.Names()
			rule := g.flags[names[0]]
			if rule == nil {
				rule = &flagRule{name: names[0]}
				_, rule.bool = flag.(*cli.BoolFlag)
				_, rule.repeats = flag.(*cli.StringSliceFlag)
			}
			rule.commands = append(rule.commands, command.Name)
			for _, name := range names {
				g.flags[name] = rule
			}
		}
	}
	for _, name := range []string{"help", "version"} {
		g.flags[name] = &flagRule{name: name, bool: true}
	}
	g.flags["h"] = g.flags["help"]
	return g
}

// givenFlag is a flag as it stood on the command line.
type givenFlag struct {
	rule    *flagRule
	written string // with its dashes
	value   string
}

// arrange understands the words after the program's name. Its errors are wrong
// usage (exit code 2).
func (g grammar) arrange(words []string) (request, error) {
	var plain, rest []string
	var flags []givenFlag
	for len(words) > 0 && rest == nil {
		word := words[0]
		words = words[1:]
		switch {
		case word == "--":
			rest = append([]string{}, words...)
		case word == "-" || !strings.HasPrefix(word, "-"):
			plain = append(plain, word)
		default:
			flag, took, err := g.flag(word, words)
			if err != nil {
				return request{}, err
			}
			if flag.rule == nil {
				return request{}, g.unknownFlag(flag.written, plain, flags)
			}
			if err := checkTwice(flag, flags); err != nil {
				return request{}, err
			}
			flags = append(flags, flag)
			words = words[took:]
		}
	}
	return g.choose(plain, rest, flags)
}

// flag reads the flag in word, whose value may be the first of next; took says
// how many of those it used. The rule is nil where there is no such flag.
func (g grammar) flag(word string, next []string) (flag givenFlag, took int, err error) {
	written, value, hasValue := strings.Cut(word, "=")
	flag = givenFlag{rule: g.lookup(written), written: written, value: value}
	switch {
	case flag.rule == nil:
	case flag.rule.bool:
		if !hasValue {
			flag.value = "true"
		}
		on, err := strconv.ParseBool(flag.value)
		if err != nil {
			return flag, 0, usage("%s: it is a switch: give it no value, or true or false, not %q", written, value)
		}
		flag.value = strconv.FormatBool(on)
	case !hasValue:
		if len(next) == 0 || next[0] == "--" {
			return flag, 0, usage("%s: the value is missing", written)
		}
		flag.value, took = next[0], 1
		// A flag where a value should be is a value that was forgotten.
		if name, _, _ := strings.Cut(next[0], "="); g.lookup(name) != nil {
			return flag, 0, fault.Usage(fmt.Errorf("%s: the value is missing before %s", written, name),
				fmt.Sprintf("if %s is the value, write %s=%s", next[0], written, next[0]))
		}
	}
	return flag, took, nil
}

// lookup finds a flag by the word with its dashes: one for a letter, two for a name.
func (g grammar) lookup(written string) *flagRule {
	name := strings.TrimPrefix(written, "-")
	if long, ok := strings.CutPrefix(name, "-"); ok {
		if len(long) > 1 {
			return g.flags[long]
		}
		return nil
	}
	if len(name) == 1 && name != written {
		return g.flags[name]
	}
	return nil
}

func checkTwice(flag givenFlag, before []givenFlag) error {
	for _, other := range before {
		if other.rule == flag.rule && !flag.rule.repeats && !flag.rule.bool {
			return usage("%s is given twice: as %q and as %q", dashed(flag.rule.name), hidden(other), hidden(flag))
		}
		if other.rule == flag.rule && flag.rule.bool {
			return usage("%s is given twice", dashed(flag.rule.name))
		}
	}
	return nil
}

// choose settles which command is meant, and whether the flags are its own.
func (g grammar) choose(plain, rest []string, flags []givenFlag) (request, error) {
	asked := func(name string) bool {
		return slices.ContainsFunc(flags, func(f givenFlag) bool { return f.rule.name == name && f.value == "true" })
	}
	switch {
	case len(plain) == 0 && asked("help"), len(plain) == 0 && len(flags) == 0 && rest == nil:
		return request{help: true}, nil
	case len(plain) == 0 && asked("version"):
		plain = []string{"version"}
	case len(plain) == 0:
		return request{}, fault.Usage(fmt.Errorf("no command is given"), "recue help lists the commands")
	case plain[0] == "help":
		return g.helpFor(append(plain[1:], rest...))
	}
	name := plain[0]
	if g.commands[name] == nil {
		return request{}, g.unknownCommand(name)
	}
	if asked("help") {
		return request{command: name, help: true}, nil
	}
	r := request{command: name}
	for _, flag := range flags {
		if flag.rule.name == "help" || flag.rule.name == "version" {
			continue
		}
		if !slices.Contains(flag.rule.commands, name) {
			return request{}, misplaced(flag, name)
		}
		r.words = append(r.words, dashed(flag.rule.name)+"="+flag.value)
	}
	r.words = append(append(append(r.words, "--"), plain[1:]...), rest...)
	return r, nil
}

func (g grammar) helpFor(topics []string) (request, error) {
	if len(topics) == 0 || topics[0] == "help" {
		return request{help: true}, nil
	}
	if g.commands[topics[0]] == nil {
		return request{}, g.unknownCommand(topics[0])
	}
	return request{command: topics[0], help: true}, nil
}

func (g grammar) unknownCommand(name string) error {
	names := append(slices.Sorted(maps.Keys(g.commands)), "help")
	hint := "recue help lists the commands"
	if strings.HasSuffix(name, ".lua") {
		hint = "to run a script: recue run " + shellQuote(name)
	}
	return fault.Usage(fmt.Errorf("there is no command %q%s", name, didYouMean("", name, names)), hint)
}

// unknownFlag knows what stood before the flag: a wrong command is the better
// thing to say, and behind a script the flag may be the script's.
func (g grammar) unknownFlag(written string, plain []string, flags []givenFlag) error {
	hint := "recue help lists the flags"
	candidates := g.flagsOf("")
	if len(plain) > 0 {
		name := plain[0]
		if g.commands[name] == nil {
			return g.unknownCommand(name)
		}
		candidates = g.flagsOf(name)
		hint = fmt.Sprintf("recue help %s lists its flags", name)
		code := slices.ContainsFunc(flags, func(f givenFlag) bool { return f.rule.name == "e" })
		if name == "run" && (len(plain) > 1 || code) {
			hint = "what is meant for the script goes behind --: recue run SCRIPT -- " + written
		}
	}
	word := strings.TrimLeft(written, "-")
	return fault.Usage(fmt.Errorf("there is no flag %s%s", written, didYouMean("--", word, candidates)), hint)
}

// flagsOf lists the long flags of a command, of all commands for "".
func (g grammar) flagsOf(command string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(g.flags)) {
		rule := g.flags[name]
		if len(name) > 1 && (command == "" || rule.commands == nil || slices.Contains(rule.commands, command)) {
			names = append(names, name)
		}
	}
	return names
}

func misplaced(flag givenFlag, command string) error {
	owners := make([]string, len(flag.rule.commands))
	for i, owner := range flag.rule.commands {
		owners[i] = "recue " + owner
	}
	err := fmt.Errorf("%s is no flag of recue %s", flag.written, command)
	return fault.Usage(err, "it belongs to "+strings.Join(owners, ", "))
}

// hidden is the value of a flag as an error may show it.
func hidden(flag givenFlag) string {
	if isSecret(flag.rule.name) {
		return "***"
	}
	return flag.value
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// usage makes an error of wrong usage without a hint.
func usage(format string, args ...any) error {
	return fault.Usage(fmt.Errorf(format, args...), "")
}
