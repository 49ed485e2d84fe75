package app

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"recue/runtime/config"
)

// settings resolves the settings and opens the log, where it says which of
// them were left aside.
func (a *app) settings(c *cli.Context) (*config.Config, *logrus.Entry, error) {
	m := a.machine
	cfg, err := config.Resolve(config.Sources{
		Flags: givenSettings(c), LookupEnv: m.LookupEnv, ReadFile: m.ReadFile, ReadDir: m.ReadDir, Home: m.Home,
	})
	if err != nil {
		return nil, nil, err
	}
	log := newLog(a.stderr, cfg, a.display.colour)
	for _, warning := range cfg.Warnings {
		log.Warn(warning)
	}
	return cfg, log, nil
}

func newLog(w io.Writer, cfg *config.Config, colour bool) *logrus.Entry {
	log := logrus.New()
	log.SetOutput(w)
	log.SetLevel(logLevel(cfg.LogLevel))
	log.SetFormatter(&textFormat{colour: colour})
	if cfg.LogFormat == config.LogJSON {
		log.SetFormatter(jsonFormat{&logrus.JSONFormatter{TimestampFormat: "2006-01-02T15:04:05.000Z07:00", DisableHTMLEscape: true}})
	}
	return logrus.NewEntry(log)
}

func logLevel(level slog.Level) logrus.Level {
	switch {
	case level <= slog.LevelDebug:
		return logrus.DebugLevel
	case level <= slog.LevelInfo:
		return logrus.InfoLevel
	case level <= slog.LevelWarn:
		return logrus.WarnLevel
	}
	return logrus.ErrorLevel
}

// textFormat writes a log line for people:
//
//	2026-03-01 18:30:05.123 INFO  cameras are ready  count=3 place="hall 2"
//
// Messages and fields may come from a script or from a recorder, so nothing in
// them can end the line or steer the terminal.
type textFormat struct{ colour bool }

// Format implements logrus.Formatter.
func (f *textFormat) Format(e *logrus.Entry) ([]byte, error) {
	var b bytes.Buffer
	level := strings.ToUpper(e.Level.String())
	if f.colour && e.Level <= logrus.WarnLevel {
		fmt.Fprintf(&b, "%s %s%-7s%s %s", e.Time.Format("2006-01-02 15:04:05.000"), red, level, plain, visible(e.Message))
	} else {
		fmt.Fprintf(&b, "%s %-7s %s", e.Time.Format("2006-01-02 15:04:05.000"), level, visible(e.Message))
	}
	for i, key := range slices.Sorted(maps.Keys(e.Data)) {
		if i == 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, " %s=%s", visible(key), fieldText(e.Data[key]))
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// fieldText is a field's value in one word, quoted where it is none.
func fieldText(value any) string {
	text := fmt.Sprint(value)
	if text == "" || strings.ContainsAny(text, " \t\"=") || visible(text) != text {
		return fmt.Sprintf("%q", text)
	}
	return text
}

// jsonFormat writes a log line as JSON, which has no numbers like NaN: they
// become text, where the library would lose the line.
type jsonFormat struct{ *logrus.JSONFormatter }

// Format implements logrus.Formatter.
func (f jsonFormat) Format(e *logrus.Entry) ([]byte, error) {
	own := *e
	own.Data = maps.Clone(e.Data)
	for key, value := range own.Data {
		if n, ok := value.(float64); ok && (math.IsNaN(n) || math.IsInf(n, 0)) {
			own.Data[key] = fmt.Sprint(n)
		}
	}
	return f.JSONFormatter.Format(&own)
}
