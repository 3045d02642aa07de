package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"syscall"
)

// CPU time of this program so far, of all its threads.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(1, "getrusage: %v", err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// Not Getrusage's, which keeps the size of the program that started this one.
func peakRssBytes() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fail(1, "/proc/self/status can't be read: %v", err)
	}
	var kilobytes int
	_, line, _ := strings.Cut(string(text), "VmHWM:")
	if _, err := fmt.Sscan(line, &kilobytes); err != nil {
		fail(1, "/proc/self/status does not say VmHWM: %v", err)
	}
	return kilobytes * 1024
}

// Memory of this program that the kernel holds in RAM now.
func residentBytes() int {
	text, err := os.ReadFile("/proc/self/statm")
	var pages, resident int
	if err == nil {
		_, err = fmt.Sscan(string(text), &pages, &resident)
	}
	if err != nil {
		fail(1, "/proc/self/statm can't be read: %v", err)
	}
	return resident * os.Getpagesize()
}

// By how much it has grown since, for each of so many.
func grownBy(before, count int) float64 {
	if now := residentBytes(); now > before {
		return float64(now-before) / float64(count)
	}
	return 0
}

func sorted(figures map[string]float64) []string {
	names := make([]string, 0, len(figures))
	for name := range figures {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func report(w *workload, line commandLine, result outcome, cpu float64) {
	var text strings.Builder
	fmt.Fprintf(&text, `{"workload":"%s","operations":%d,"processes":%d,"workers":%d`, w.name, result.operations,
		line.processes, line.workers)
	fmt.Fprintf(&text, `,"ns_per_operation":%.6g,"cpu_seconds":%.6g,"peak_rss_bytes":%d`,
		result.nanoseconds/float64(result.operations), cpu, peakRssBytes())
	for _, figures := range []map[string]float64{line.more, result.extra} {
		for _, name := range sorted(figures) {
			fmt.Fprintf(&text, `,"%s":%.6g`, name, figures[name])
		}
	}
	fmt.Println(text.String() + "}")
}
