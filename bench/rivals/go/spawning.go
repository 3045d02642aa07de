package main

import (
	"sync"
	"time"
)

func since(begin time.Time) float64 { return float64(time.Since(begin).Nanoseconds()) }

func spawnExit(p parameters) outcome {
	var left sync.WaitGroup
	left.Add(p.count)
	begin := time.Now()
	for i := 0; i < p.count; i++ {
		go left.Done()
	}
	left.Wait()
	return outcome{operations: p.count, nanoseconds: since(begin)}
}

type question struct {
	answers chan<- int
}

func serve(value int, questions <-chan question, ready *sync.WaitGroup) {
	ready.Done()
	for q := range questions {
		q.answers <- value
	}
}

func spawnLive(p parameters) outcome {
	servers := make([]chan question, p.count)
	for i := range servers { // its pages are not the servers'
		servers[i] = nil
	}
	var ready sync.WaitGroup
	ready.Add(p.count)
	before := residentBytes()
	begin := time.Now()
	for i := range servers {
		servers[i] = make(chan question)
		go serve(i, servers[i], &ready)
	}
	ready.Wait()
	result := outcome{operations: p.count, nanoseconds: since(begin)}
	result.extra = map[string]float64{"bytes_per_process": grownBy(before, p.count)}
	answers := make(chan int, window)
	begin = time.Now()
	for _, server := range servers {
		server <- question{answers}
	}
	sum := 0
	for range servers {
		sum += <-answers
	}
	result.extra["wake_and_reply_ns"] = since(begin) / float64(p.count)
	require(sum == p.count*(p.count-1)/2, "an answer is missing or wrong")
	return result
}
