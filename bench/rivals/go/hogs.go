package main

import (
	"sort"
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

func roundTrips(span time.Duration) []float64 {
	samples := make([]float64, 0, 1<<22)
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
		samples = append(samples, float64(now.Sub(last).Nanoseconds()))
		last = now
	}
	return samples
}

// By how much each tick of a millisecond comes too late, measured from the one before it.
func lateness(span time.Duration) []float64 {
	samples := make([]float64, 0, 1<<16)
	begin := time.Now()
	for last := begin; last.Sub(begin) < span; {
		time.Sleep(time.Millisecond)
		now := time.Now()
		samples = append(samples, float64((now.Sub(last) - time.Millisecond).Nanoseconds()))
		last = now
	}
	return samples
}

// The loops end with the program.
func hogLatency(p parameters) outcome {
	span := time.Duration(p.count) * time.Millisecond
	for i := 0; i < p.processes; i++ {
		go hog()
	}
	time.Sleep(20 * time.Millisecond) // until all of them run
	trips, late := make(chan []float64), make(chan []float64)
	go func() { trips <- roundTrips(span) }()
	go func() { late <- lateness(span) }()
	t, l := <-trips, <-late
	require(len(t) > 10 && len(l) > 10, "the pair and the ticker are starved")
	result := outcome{operations: len(t), extra: map[string]float64{"ticks": float64(len(l))}}
	for _, trip := range t {
		result.nanoseconds += trip
	}
	sort.Float64s(t)
	sort.Float64s(l)
	for name, q := range map[string]float64{"p50": 0.5, "p99": 0.99, "p999": 0.999, "max": 1} {
		result.extra["trip_"+name+"_us"] = quantile(t, q) / 1e3
	}
	for name, q := range map[string]float64{"p50": 0.5, "p99": 0.99, "max": 1} {
		result.extra["late_"+name+"_us"] = quantile(l, q) / 1e3
	}
	return result
}
