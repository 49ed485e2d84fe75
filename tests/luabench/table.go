package luabench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteTable writes rows as a table in Markdown, with a line for each group: the median and the worst of its ratios.
func WriteTable(w io.Writer, rows []Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintln(t, "| group\t| script\t| Recue\t| gopher-lua\t| ratio\t| target\t|")
	fmt.Fprintln(t, "| ---\t| ---\t| ---:\t| ---:\t| ---:\t| ---:\t|")
	for i, r := range rows {
		target := ""
		if r.Target > 0 {
			target = fmt.Sprintf("%.2f", r.Target)
		}
		if r.Missed() {
			target += " missed"
		}
		fmt.Fprintf(t, "| %s\t| %s\t| %v\t| %v\t| %.2f\t| %s\t|\n", r.Group, r.Name, r.Recue, r.Stock, r.Ratio, target)
		if i+1 == len(rows) || rows[i+1].Group != r.Group {
			middle, worst := summary(rows, r.Group)
			fmt.Fprintf(t, "| **%s**\t| median, worst\t| \t| \t| %.2f, %.2f\t| %s\t|\n", r.Group, middle, worst, target)
		}
	}
	return t.Flush()
}

func summary(rows []Row, group string) (middle, worst float64) {
	var ratios []float64
	for _, r := range rows {
		if r.Group == group {
			ratios = append(ratios, r.Ratio)
			worst = max(worst, r.Ratio)
		}
	}
	return median(ratios), worst
}
