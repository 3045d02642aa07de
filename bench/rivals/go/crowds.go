package main

import (
	"sync"
	"time"
)

// A player has two channels, so that it can take pings while it waits for its pong, or for its partner to take
// its ping: none can wait in a circle. It has one ping under way at most, so its pong never waits.
type player struct {
	number   int
	pings    chan *player
	pong     chan struct{}
	answered int
}

func nextRandom(x uint32) uint32 { return (x*1103515245 + 12345) & 0x7fffffff }

func (me *player) answer(from *player) {
	me.answered++
	from.pong <- struct{}{}
}

func (me *player) ping(other *player) {
	for {
		select {
		case other.pings <- me:
			return
		case from := <-me.pings:
			me.answer(from)
		}
	}
}

func (me *player) awaitPong() {
	for {
		select {
		case <-me.pong:
			return
		case from := <-me.pings:
			me.answer(from)
		}
	}
}

// Plays its part, then answers the others until all are through.
func (me *player) play(all []*player, pings int, through *sync.WaitGroup, over <-chan struct{}) {
	random := uint32(me.number + 1)
	for ; pings > 0; pings-- {
		random = nextRandom(random)
		steps := 1 + int(random>>8)%(len(all)-1) // to another than itself
		me.ping(all[(me.number+steps)%len(all)])
		me.awaitPong()
	}
	through.Done()
	for {
		select {
		case from := <-me.pings:
			me.answer(from)
		case <-over:
			return
		}
	}
}

func big(p parameters) outcome {
	if p.processes < 2 {
		fail(1, "big needs two processes at least")
	}
	each := p.count / p.processes
	players := make([]*player, p.processes)
	for i := range players {
		players[i] = &player{number: i, pings: make(chan *player, 8), pong: make(chan struct{}, 1)}
	}
	var through, ended sync.WaitGroup
	through.Add(len(players))
	ended.Add(len(players))
	begun, over := make(chan struct{}), make(chan struct{})
	for _, one := range players {
		go func(one *player) {
			<-begun
			one.play(players, each, &through, over)
			ended.Done()
		}(one)
	}
	begin := time.Now()
	close(begun)
	through.Wait()
	result := outcome{operations: each * p.processes, nanoseconds: since(begin)}
	close(over)
	ended.Wait()
	answered := 0
	for _, one := range players {
		answered += one.answered
	}
	require(answered == result.operations, "a ping is missing or doubled")
	return result
}

type meet struct {
	colour int
	met    chan<- int
}

const over = -1

// Tells at the end which colours both shall have taken at each meeting, added up.
func bringTogether(meetings int, meets <-chan meet, expected chan<- int) {
	colours := 0
	for ; meetings > 0; meetings-- {
		first, second := <-meets, <-meets
		first.met <- second.colour
		second.met <- first.colour
		colours += 2 * ((6 - first.colour - second.colour) % 3) // another rule than the creatures'
	}
	expected <- colours
	for late := range meets {
		late.met <- over
	}
}

type creatureReport struct {
	meetings int
	colours  int // those that it took, added up
}

// Two of one colour keep it, two of different colours both take the third.
func liveAsCreature(colour int, meets chan<- meet, reports chan<- creatureReport) {
	met := make(chan int, 1)
	colours := 0
	for meetings := 0; ; meetings++ {
		meets <- meet{colour, met}
		other := <-met
		if other == over {
			reports <- creatureReport{meetings, colours}
			return
		}
		if other != colour {
			colour = 3 - colour - other
		}
		colours += colour
	}
}

func chameneos(p parameters) outcome {
	if p.processes < 2 {
		fail(1, "chameneos needs two creatures at least")
	}
	meets := make(chan meet, window)
	reports := make(chan creatureReport, window)
	expected := make(chan int, 1)
	go bringTogether(p.count, meets, expected)
	begin := time.Now()
	for i := 0; i < p.processes; i++ {
		go liveAsCreature(i%3, meets, reports)
	}
	met, colours := 0, 0
	for i := 0; i < p.processes; i++ {
		one := <-reports
		met += one.meetings
		colours += one.colours
	}
	result := outcome{operations: p.count, nanoseconds: since(begin)}
	require(met == 2*p.count, "a meeting is missing or doubled")
	require(<-expected == colours, "creatures have changed to a wrong colour")
	return result
}
