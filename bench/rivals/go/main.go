// The workloads of bench/scenarios in Go, with the same command line and the same line of JSON a run.
// What differs from processes with mailboxes is in bench/rivals/README.md.
//
//	go NAME [--count N] [--processes N] [--set NAME=VALUE]... [--workers N] [--runs N]
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// What a workload is told: how much work, by how many, and its further parameters by name.
type parameters struct {
	count     int
	processes int
	more      map[string]float64
}

// What it gives: how many operations were timed, how long they took together, further figures by name.
type outcome struct {
	operations  int
	nanoseconds float64
	extra       map[string]float64
}

type workload struct {
	name       string
	definition string
	count      int
	processes  int
	run        func(parameters) outcome
	more       map[string]float64
}

var workloads = []workload{
	{"spawn_exit", "spawn N goroutines that return at once; until the last has counted itself out", 1_000_000, 0, spawnExit, nil},
	{"spawn_live", "spawn N servers that wait for questions; until all wait, then a message to each and an answer", 1_000_000, 0, spawnLive, nil},
	{"spawn_parked", "the same: a goroutine always has a stack", 1_000_000, 0, spawnLive, nil},
	{"ping_pong", "N messages in all between two goroutines", 5_000_000, 2, pingPong, nil},
	{"ring", "N hops of one token through a ring of goroutines", 5_000_000, 1_000, ring, nil},
	{"skynet", "a tree of ten children a node grows to N leaves and sums them up; per goroutine of it", 1_000_000, 0, skynet, nil},
	{"fan_in", "N messages in all from the senders to one receiver, which counts them", 8_000_000, 8, fanIn, nil},
	{"big", "N pings in all: each goroutine pings a random other and answers while it waits for its pong", 2_000_000, 512, big, nil},
	{"chameneos", "N meetings of two creatures each through one broker, four messages a meeting", 1_000_000, 100, chameneos, nil},
	{"gen_call", "N synchronous calls in all to one server, by as many clients as there are processes", 1_000_000, 1, genCall, nil},
	{"selective", "N calls by a goroutine for which as many messages wait as there are processes", 1_000_000, 100_000, selective, nil},
	{"fib", "the n-th Fibonacci number with a goroutine per call above the cutoff; per goroutine", 0, 0, fib, map[string]float64{"n": 38, "cutoff": 22}},
	{"timers", "start N timers of 1 to 1,000 ms to one goroutine, which measures how late each is; per start", 1_000_000, 0, timers, nil},
	{"timer_cancel", "start N timers of 60 s, then cancel each", 1_000_000, 0, timerCancel, nil},
	{"mailbox", "put N messages into the channel of a goroutine that leaves them there", 1_000_000, 0, mailbox, nil},
	{"hog_latency", "a pair that talks and a ticker of 1 ms for N ms, beside as many endless loops as there are processes", 10_000, 2, hogLatency, nil},
	{"idle", "N goroutines wait for nothing: CPU time of so many seconds, per goroutine", 100_000, 0, idle, map[string]float64{"seconds": 10}},
}

func find(name string) *workload {
	for i := range workloads {
		if workloads[i].name == name {
			return &workloads[i]
		}
	}
	return nil
}

func usage() {
	fmt.Fprint(os.Stderr, "Usage: go NAME [--count N] [--processes N] [--set NAME=VALUE]... [--workers N] [--runs N]\n\nWorkloads:\n")
	for _, w := range workloads {
		var defaults []string
		if w.count > 0 {
			defaults = append(defaults, fmt.Sprintf("N = %d", w.count))
		}
		if w.processes > 0 {
			defaults = append(defaults, fmt.Sprintf("processes = %d", w.processes))
		}
		for _, name := range sorted(w.more) {
			defaults = append(defaults, fmt.Sprintf("%s = %g", name, w.more[name]))
		}
		fmt.Fprintf(os.Stderr, "  %-13s %s (%s)\n", w.name, w.definition, strings.Join(defaults, ", "))
	}
	os.Exit(2)
}

// Ends the program with a sentence.
func fail(code int, format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(code)
}

// A figure of a run whose result is wrong is worse than none.
func require(condition bool, sentence string) {
	if !condition {
		fail(2, "the scenario's result is wrong: %s", sentence)
	}
}

type commandLine struct {
	parameters
	name    string
	workers int
	runs    int
}

func parse(arguments []string) commandLine {
	line := commandLine{parameters: parameters{more: map[string]float64{}}, workers: 1, runs: 1}
	flags := flag.NewFlagSet("go", flag.ContinueOnError)
	flags.SetOutput(os.Stderr)
	flags.Usage = func() {} // a mistake gets its sentence and no page
	flags.IntVar(&line.count, "count", 0, "")
	flags.IntVar(&line.processes, "processes", 0, "")
	flags.IntVar(&line.workers, "workers", 1, "")
	flags.IntVar(&line.runs, "runs", 1, "")
	flags.Func("set", "", func(setting string) error {
		name, text, found := strings.Cut(setting, "=")
		value, err := strconv.ParseFloat(text, 64)
		if !found || name == "" || err != nil {
			return fmt.Errorf("%q is not NAME=NUMBER", setting)
		}
		line.more[name] = value
		return nil
	})
	// The flag package stops at the name: what stands behind it is parsed in a second round.
	for rest := arguments; len(rest) > 0; {
		if err := flags.Parse(rest); err == flag.ErrHelp {
			usage()
		} else if err != nil {
			os.Exit(2)
		}
		if rest = flags.Args(); len(rest) > 0 {
			if line.name != "" {
				fail(2, "there is one workload a run: %q or %q?", line.name, rest[0])
			}
			line.name, rest = rest[0], rest[1:]
		}
	}
	return line
}

// The workload's own values where nobody said otherwise.
func fillIn(w *workload, p *parameters) {
	if p.count < 0 || p.processes < 0 {
		fail(1, "--count and --processes are not negative")
	}
	if p.count == 0 {
		p.count = w.count
	}
	if p.processes == 0 {
		p.processes = w.processes
	}
	for name := range p.more {
		if _, known := w.more[name]; !known {
			fail(1, "%s has no parameter %q", w.name, name)
		}
	}
	for name, value := range w.more {
		if _, given := p.more[name]; !given {
			p.more[name] = value
		}
	}
}

// Each of several runs is a program of its own, so that none sees the memory of the one before.
func runApart(runs int) {
	self, err := os.Executable()
	if err != nil {
		fail(1, "this program does not find itself: %v", err)
	}
	for ; runs > 0; runs-- {
		one := exec.Command(self, append(os.Args[1:], "--runs", "1")...)
		one.Stdout, one.Stderr = os.Stdout, os.Stderr
		if one.Run() != nil {
			os.Exit(1)
		}
	}
}

func main() {
	line := parse(os.Args[1:])
	w := find(line.name)
	if w == nil {
		usage()
	}
	if line.workers < 1 || line.workers > 1024 {
		fail(2, "--workers is 1 to 1024")
	}
	fillIn(w, &line.parameters)
	if line.runs != 1 {
		runApart(line.runs)
		return
	}
	runtime.GOMAXPROCS(line.workers)
	before := cpuSeconds()
	result := w.run(line.parameters)
	cpu := cpuSeconds() - before
	if result.operations == 0 {
		fail(1, "there was nothing to do: --count is smaller than --processes")
	}
	report(w, line, result, cpu)
}
