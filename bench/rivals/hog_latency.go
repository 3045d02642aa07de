// hog_latency as in bench/scenarios/hogs.cpp: a pair that talks and a ticker of 1 ms, beside endless loops.
//
//	GOMAXPROCS=2 ./hog_latency MILLISECONDS HOGS
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"
)

var sink uint64

func hog() {
	for x := uint64(88172645463325252); ; {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		sink = x
	}
}

func roundTrips(span time.Duration) []int64 {
	samples := make([]int64, 0, 1<<22)
	ping, pong := make(chan struct{}), make(chan struct{})
	go func() {
		for range ping {
			pong <- struct{}{}
		}
	}()
	begin := time.Now()
	for last := begin; last.Sub(begin) < span && len(samples) < cap(samples); {
		ping <- struct{}{}
		<-pong
		now := time.Now()
		samples = append(samples, now.Sub(last).Nanoseconds())
		last = now
	}
	return samples
}

func lateness(span time.Duration) []int64 {
	samples := make([]int64, 0, 1<<16)
	begin := time.Now()
	for last := begin; last.Sub(begin) < span; {
		time.Sleep(time.Millisecond)
		now := time.Now()
		samples = append(samples, (now.Sub(last) - time.Millisecond).Nanoseconds())
		last = now
	}
	return samples
}

func figure(name string, sorted []int64, quantile float64) string {
	return fmt.Sprintf("\"%s_us\":%.3f", name, float64(sorted[int(quantile*float64(len(sorted)-1))])/1000)
}

func main() {
	ms, _ := strconv.Atoi(os.Args[1])
	hogs, _ := strconv.Atoi(os.Args[2])
	span := time.Duration(ms) * time.Millisecond
	for i := 0; i < hogs; i++ {
		go hog()
	}
	time.Sleep(20 * time.Millisecond)
	trips, late := make(chan []int64), make(chan []int64)
	go func() { trips <- roundTrips(span) }()
	go func() { late <- lateness(span) }()
	t, l := <-trips, <-late
	for _, samples := range [][]int64{t, l} {
		sort.Slice(samples, func(a, b int) bool { return samples[a] < samples[b] })
	}
	fmt.Printf("{\"workload\":\"hog_latency\",%s,%s,%s,%s,%s,%s,%s}\n", figure("trip_p50", t, 0.5), figure("trip_p99", t, 0.99),
		figure("trip_p999", t, 0.999), figure("trip_max", t, 1), figure("late_p50", l, 0.5), figure("late_p99", l, 0.99),
		figure("late_max", l, 1))
}
