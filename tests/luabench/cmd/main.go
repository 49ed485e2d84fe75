// Command cmd prints what Recue's Lua costs beside gopher-lua as it comes; see package luabench.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"recue/tests/luabench"
)

func main() {
	var opts luabench.Options
	flag.IntVar(&opts.Rounds, "rounds", 7, "how often each side is measured")
	flag.DurationVar(&opts.Span, "span", 0, "how long a measurement takes (60ms)")
	flag.StringVar(&opts.Only, "only", "", "scripts whose group or name contains this")
	flag.Parse()
	opts.Each = func(r luabench.Row) { fmt.Fprintf(os.Stderr, "%-24s %-28s %.2f\n", r.Group, r.Name, r.Ratio) }
	rows, err := luabench.Measure(context.Background(), opts)
	if err == nil {
		err = luabench.WriteTable(os.Stdout, rows)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "luabench:", err)
		os.Exit(1)
	}
}
