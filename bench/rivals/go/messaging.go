package main

import "time"

// How many messages a channel holds where there is a stream of them: beyond a thousand more do not help.
const window = 1024

// Who waits for an answer before it sends again has nothing of a buffer: the channels are without.
func pingPong(p parameters) outcome {
	pings, pongs := make(chan struct{}), make(chan struct{})
	go func() {
		for range pings {
			pongs <- struct{}{}
		}
	}()
	begin := time.Now()
	for i := 0; i < p.count/2; i++ {
		pings <- struct{}{}
		<-pongs
	}
	return outcome{operations: p.count / 2 * 2, nanoseconds: since(begin)}
}

func passOn(in <-chan int, next chan<- int, finished chan<- struct{}) {
	for left := range in {
		if left == 0 {
			finished <- struct{}{}
		} else {
			next <- left - 1
		}
	}
}

func ring(p parameters) outcome {
	capacity := 0
	if p.processes == 1 { // its own neighbour: it would wait for itself to receive
		capacity = 1
	}
	members := make([]chan int, p.processes)
	for i := range members {
		members[i] = make(chan int, capacity)
	}
	finished := make(chan struct{})
	for i := range members {
		go passOn(members[i], members[(i+1)%len(members)], finished)
	}
	begin := time.Now()
	members[0] <- p.count
	<-finished
	return outcome{operations: p.count, nanoseconds: since(begin)}
}

func fanIn(p parameters) outcome {
	each := p.count / p.processes
	items := make(chan int, window)
	begin := time.Now()
	for sender := 0; sender < p.processes; sender++ {
		go func() {
			for i := 0; i < each; i++ {
				items <- i
			}
		}()
	}
	sum := 0
	for i := 0; i < each*p.processes; i++ {
		sum += <-items
	}
	result := outcome{operations: each * p.processes, nanoseconds: since(begin)}
	require(sum == p.processes*(each*(each-1)/2), "a message is missing or doubled")
	return result
}
