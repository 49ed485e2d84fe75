package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// compareStart compares whole processes: `recue run` of a script with one
// command, and `nats request` of the same command. They take turns.
func compareStart(p *plan, out io.Writer) error {
	folder, err := os.MkdirTemp("", "recue-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	recue := p.recue
	if recue == "" {
		recue = filepath.Join(folder, "recue")
		if text, err := exec.Command("go", "build", "-o", recue, "recue").CombinedOutput(); err != nil {
			return fmt.Errorf("build recue: %w: %s", err, text)
		}
	}
	server, err := startServer()
	if err != nil {
		return err
	}
	defer server.stop()
	programs := [][]string{
		{p.nats, "--server", server.url, "request", subject, `{"task_id":"task01","cmd":"status","payload":null}`},
		{recue, "run", "--server", server.url, "-e", `print(status().app_status)`},
	}
	wall, cpu := make([][]float64, len(programs)), make([][]float64, len(programs))
	var ratios, cpuRatios []float64
	for round := range max(p.rounds, 1) {
		order := []int{0, 1}
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, i := range order {
			w, c, err := timeProcess(programs[i], folder)
			if err != nil {
				return err
			}
			wall[i], cpu[i] = append(wall[i], w), append(cpu[i], c)
		}
		ratios = append(ratios, wall[1][round]/wall[0][round])
		cpuRatios = append(cpuRatios, cpu[1][round]/cpu[0][round])
	}
	_, err = fmt.Fprintf(out, "nats request  %.1f ms, CPU %.1f ms\nrecue run     %.1f ms, CPU %.1f ms\nratio         %.2f,    CPU %.2f (medians of %d)\n",
		median(wall[0]), median(cpu[0]), median(wall[1]), median(cpu[1]), median(ratios), median(cpuRatios), len(ratios))
	return err
}

// timeProcess runs a program to its end, in a folder without any settings, and
// gives the time and the CPU time that it took, in milliseconds.
func timeProcess(program []string, folder string) (wall, cpu float64, err error) {
	cmd := exec.Command(program[0], program[1:]...)
	cmd.Dir = folder
	cmd.Env = []string{"HOME=" + folder, "PATH=" + os.Getenv("PATH")}
	from := time.Now()
	if text, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("%q: %w: %s", program, err, text)
	}
	took := time.Since(from)
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return ms(took), ms(used), nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
