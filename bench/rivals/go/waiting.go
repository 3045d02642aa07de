package main

import (
	"sync"
	"time"
)

// A channel as large as what it has to hold: its memory is taken at once and touched message by message.
func mailbox(p parameters) outcome {
	before := residentBytes()
	begin := time.Now()
	items, empty, sums := make(chan int, p.count), make(chan struct{}), make(chan int)
	go func() {
		<-empty
		sum := 0
		for i := 0; i < p.count; i++ {
			sum += <-items
		}
		sums <- sum
	}()
	for i := 0; i < p.count; i++ {
		items <- i
	}
	result := outcome{operations: p.count, nanoseconds: since(begin)}
	result.extra = map[string]float64{"bytes_per_message": grownBy(before, p.count)}
	empty <- struct{}{}
	require(<-sums == p.count*(p.count-1)/2, "a message is missing or doubled")
	return result
}

func idle(p parameters) outcome {
	var ready, gone sync.WaitGroup
	ready.Add(p.count)
	gone.Add(p.count)
	end := make(chan struct{})
	for i := 0; i < p.count; i++ {
		go func() {
			ready.Done()
			<-end
			gone.Done()
		}()
	}
	ready.Wait()
	before := cpuSeconds()
	time.Sleep(time.Duration(p.more["seconds"] * float64(time.Second)))
	used := cpuSeconds() - before
	close(end)
	gone.Wait() // all of them were there to be told
	return outcome{p.count, used * 1e9, map[string]float64{"idle_cpu_seconds": used}}
}
