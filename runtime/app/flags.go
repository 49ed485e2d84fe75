package app

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"recue/runtime/clock"
	"recue/runtime/config"
	"recue/runtime/fault"
	"recue/runtime/protocol"
)

// everywhere is the category of the flags that every command takes.
const everywhere = "every command"

// globalFlags are the settings, and the form of results. They are declared on
// each command and not on the app, see arrange. Defaults and variables are only
// named here: config.Resolve knows which of the places wins.
func globalFlags() []cli.Flag {
	var flags []cli.Flag
	for _, s := range config.Settings() {
		if !s.Limit {
			flag := settingFlag(s)
			flag.Category = everywhere
			flags = append(flags, flag)
		}
	}
	return append(flags, &cli.StringFlag{
		Name: "output", Category: everywhere, Value: "text",
		Usage: "`FORMAT` of results where a command prints any: text or json (default text)",
	})
}

func settingFlag(s config.Setting) *cli.StringFlag {
	known := s.Env
	if s.Default != "" {
		known += ", default " + s.Default
	}
	return &cli.StringFlag{Name: s.Name, Aliases: s.Aliases, Usage: s.Usage + " (" + known + ")"}
}

func simFlag() cli.Flag {
	return &cli.BoolFlag{Name: "sim",
		Usage: "use a simulated recorder inside this process instead of NATS, to try things out"}
}

// payloadFlags are the options that a command carries.
func payloadFlags(cmd protocol.Cmd) []cli.Flag {
	unit := map[protocol.Kind]string{protocol.Seconds: "s"}
	placeholder := map[protocol.Kind]string{protocol.Text: "NAME", protocol.Seconds: "DURATION", protocol.U32: "NUMBER"}
	var flags []cli.Flag
	for _, f := range protocol.FieldsOf(cmd) {
		flags = append(flags, &cli.StringFlag{
			Name:  flagName(f),
			Usage: fmt.Sprintf("%s, `%s` (default %v%s)", f.Doc, placeholder[f.Kind], f.Default, unit[f.Kind]),
		})
	}
	return flags
}

func flagName(f protocol.Field) string { return strings.ReplaceAll(f.Name, "_", "-") }

// setPayload puts the payload flags that were given into the command.
func setPayload(c *cli.Context, cmd *protocol.Command) error {
	for _, f := range protocol.FieldsOf(cmd.Cmd) {
		if !c.IsSet(flagName(f)) {
			continue
		}
		if err := setField(&cmd.Payload, f, c.String(flagName(f))); err != nil {
			return usage("--%s: %w", flagName(f), err)
		}
	}
	return nil
}

// setField reads the text of an option by its kind. Bounds are the protocol's.
func setField(p *protocol.Payload, f protocol.Field, text string) error {
	switch f.Kind {
	case protocol.Seconds:
		span, err := clock.ParseDuration(text)
		if err != nil {
			return err
		}
		p.SegmentTime = span.Seconds()
		return protocol.CheckSeconds(p.SegmentTime)
	case protocol.U32:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("must be a whole number from 1 to %d, got %q", uint32(protocol.MaxU32), text)
		}
		if err := protocol.CheckU32(n); err != nil {
			return err
		}
		*map[string]*uint32{"snd_byterate": &p.SndByterate, "vid_byterate": &p.VidByterate}[f.Name] = uint32(n)
	case protocol.Text:
		if err := protocol.CheckText(text); err != nil {
			return err
		}
		*map[string]*string{"snd_source": &p.SndSource, "vid_stream": &p.VidStream}[f.Name] = text
	}
	return nil
}

// givenSettings are the settings that stood on the command line.
func givenSettings(c *cli.Context) map[string]string {
	flags := map[string]string{}
	for _, s := range config.Settings() {
		if c.IsSet(s.Name) {
			flags[s.Name] = c.String(s.Name)
		}
	}
	return flags
}

func isSecret(flag string) bool {
	return slices.ContainsFunc(config.Settings(), func(s config.Setting) bool { return s.Name == flag && s.Secret })
}

// wantsJSON reads --output.
func wantsJSON(c *cli.Context) (bool, error) {
	switch format := c.String("output"); format {
	case "text":
		return false, nil
	case "json":
		return true, nil
	default:
		return false, usage("--output: must be text or json, got %q", format)
	}
}

// textOnly refuses --output json for a command whose output has no such form.
func textOnly(c *cli.Context, hint string) error {
	json, err := wantsJSON(c)
	if err == nil && json {
		err = fault.Usage(fmt.Errorf("--output: %s has no results to print as JSON", c.Command.Name), hint)
	}
	return err
}

// oneRecorder refuses --sim beside a flag that names a server: whichever was taken,
// it might be the wrong one.
func oneRecorder(c *cli.Context) error {
	if !c.Bool("sim") {
		return nil
	}
	for _, name := range []string{"server", "context"} {
		if c.IsSet(name) {
			return fault.Usage(fmt.Errorf("--sim and --%s are both given", name),
				"--sim is a simulated recorder inside this process; leave it out to use that server")
		}
	}
	return nil
}

// spanFlag reads a flag that holds a time span.
func spanFlag(c *cli.Context, name string) (time.Duration, error) {
	if !c.IsSet(name) {
		return 0, nil
	}
	span, err := clock.ParseDuration(c.String(name))
	if err != nil {
		return 0, usage("--%s: %w", name, err)
	}
	return span, nil
}

// rateFlag reads a flag that holds a share from 0 to 1.
func rateFlag(c *cli.Context, name string) (float64, error) {
	if !c.IsSet(name) {
		return 0, nil
	}
	rate, err := strconv.ParseFloat(c.String(name), 64)
	if err != nil || !(rate >= 0 && rate <= 1) { // written so that NaN is refused too
		return 0, usage("--%s: must be a number from 0 (never) to 1 (always), such as 0.1, got %q", name, c.String(name))
	}
	return rate, nil
}

// noArguments refuses what a command has no use for.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usage("%s takes no arguments, got %q", c.Command.Name, c.Args().First())
	}
	return nil
}
