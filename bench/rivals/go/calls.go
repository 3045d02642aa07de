package main

import (
	"sync"
	"time"
)

type add struct {
	by    int
	reply chan<- int
}

func adder(calls <-chan add) {
	sum := 0
	for call := range calls {
		sum += call.by
		call.reply <- sum
	}
}

// The reply channel belongs to the client and holds one answer, so the server never waits for a client.
func call(server chan<- add, by int, replies chan int) int {
	server <- add{by, replies}
	return <-replies
}

func genCall(p parameters) outcome {
	each := p.count / p.processes
	server := make(chan add)
	if p.processes > 1 {
		server = make(chan add, window)
	}
	go adder(server)
	var clients sync.WaitGroup
	clients.Add(p.processes)
	begin := time.Now()
	for client := 0; client < p.processes; client++ {
		go func() {
			replies := make(chan int, 1)
			for i := 0; i < each; i++ {
				call(server, 1, replies)
			}
			clients.Done()
		}()
	}
	clients.Wait()
	result := outcome{operations: each * p.processes, nanoseconds: since(begin)}
	require(call(server, 0, make(chan int, 1)) == result.operations, "a call is missing or doubled")
	return result
}

// What waits for the caller is in another channel than its answers: there is nothing to select from.
func selective(p parameters) outcome {
	waiting := make(chan int, p.processes)
	for i := 0; i < p.processes; i++ {
		waiting <- i
	}
	server, replies := make(chan add), make(chan int, 1)
	go adder(server)
	begin := time.Now()
	for i := 0; i < p.count; i++ {
		call(server, 1, replies)
	}
	result := outcome{operations: p.count, nanoseconds: since(begin)}
	require(call(server, 0, replies) == p.count && len(waiting) == p.processes, "a call or a message is missing")
	return result
}
