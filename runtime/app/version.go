package app

import (
	"cmp"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

func (a *app) versionCommand() *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "show which recue this is", Action: a.version,
		Description: "Shows the version, the revision of the source it was built from, and the Go release.",
	}
}

func (a *app) version(c *cli.Context) error {
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	if err := noArguments(c); err != nil {
		return err
	}
	version, revision := build()
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if asJSON {
		var o object
		o.add("version", version)
		o.add("revision", revision)
		o.add("go", runtime.Version())
		o.add("platform", platform)
		a.printJSON(o.bytes())
		return nil
	}
	a.print("recue " + version + " (" + cmp.Or(revision, "unknown revision") + ", " + runtime.Version() + ", " + platform + ")")
	return nil
}

// build says what the Go toolchain noted about this binary: the module's
// version, "devel" outside of a release, and the source revision, "" where it
// was built without one.
func build() (version, revision string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel", ""
	}
	changed := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if revision != "" && changed {
		revision += "+changes"
	}
	version = info.Main.Version
	if version == "" || version == "(devel)" {
		version = "devel"
	}
	return version, revision
}
