package main

import (
	"sort"
	"time"
)

// 1 to 1,000 ms, each as often as any other, in no order.
func delayOf(number int) time.Duration {
	return time.Duration(1+number*7919%1000) * time.Millisecond
}

// Late by the clock of the one who waits, when it takes the message.
func awaitAll(count int, due <-chan time.Time, late chan<- []float64) {
	samples := make([]float64, 0, count)
	for len(samples) < count {
		when := <-due
		samples = append(samples, float64(time.Since(when).Nanoseconds()))
	}
	late <- samples
}

func quantile(sorted []float64, q float64) float64 { return sorted[int(q*float64(len(sorted)-1))] }

func timers(p parameters) outcome {
	due, late := make(chan time.Time, window), make(chan []float64)
	go awaitAll(p.count, due, late)
	before := cpuSeconds()
	begin := time.Now()
	for i := 0; i < p.count; i++ {
		delay := delayOf(i)
		when := time.Now().Add(delay)
		time.AfterFunc(delay, func() { due <- when })
	}
	result := outcome{operations: p.count, nanoseconds: since(begin)}
	samples := <-late
	cpu := cpuSeconds() - before // without what sorting takes
	sort.Float64s(samples)
	require(samples[0] >= 0, "a timer came early")
	result.extra = map[string]float64{"delivery_cpu_seconds": cpu, "late_p50_ms": quantile(samples, 0.5) / 1e6,
		"late_p99_ms": quantile(samples, 0.99) / 1e6, "late_max_ms": quantile(samples, 1) / 1e6}
	return result
}

func timerCancel(p parameters) outcome {
	bells := make(chan int, 1)
	started := make([]*time.Timer, p.count)
	begin := time.Now()
	for i := range started {
		number := i
		started[i] = time.AfterFunc(time.Minute, func() { bells <- number })
	}
	starting := since(begin)
	cancelled := 0
	for _, timer := range started {
		if timer.Stop() {
			cancelled++
		}
	}
	all := since(begin)
	require(cancelled == p.count, "a timer could not be cancelled")
	require(len(bells) == 0, "a cancelled timer has fired")
	return outcome{p.count, all, map[string]float64{"start_ns": starting / float64(p.count),
		"cancel_ns": (all - starting) / float64(p.count)}}
}
