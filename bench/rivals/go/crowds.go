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

func bringTogether(meetings int, meets <-chan meet) {
	for ; meetings > 0; meetings-- {
		first, second := <-meets, <-meets
		first.met <- second.colour
		second.met <- first.colour
	}
	for late := range meets {
		late.met <- over
	}
}

type creatureReport struct {
	colour   int
	meetings int
}

// Two of one colour keep it, two of different colours both take the third.
func liveAsCreature(colour int, meets chan<- meet, reports chan<- creatureReport) {
	met := make(chan int, 1)
	for meetings := 0; ; meetings++ {
		meets <- meet{colour, met}
		other := <-met
		if other == over {
			reports <- creatureReport{colour, meetings}
			return
		}
		if other != colour {
			colour = 3 - colour - other
		}
	}
}

func chameneos(p parameters) outcome {
	if p.processes < 2 {
		fail(1, "chameneos needs two creatures at least")
	}
	meets := make(chan meet, window)
	reports := make(chan creatureReport, window)
	go bringTogether(p.count, meets)
	begin := time.Now()
	for i := 0; i < p.processes; i++ {
		go liveAsCreature(i%3, meets, reports)
	}
	met, before, after := 0, 0, 0
	for i := 0; i < p.processes; i++ {
		one := <-reports
		require(one.colour >= 0 && one.colour < 3, "there is a creature of no colour")
		met += one.meetings
		after += one.colour
		before += i % 3
	}
	result := outcome{operations: p.count, nanoseconds: since(begin)}
	require(met == 2*p.count, "a meeting is missing or doubled")
	// With colours 0, 1 and 2 no meeting changes their sum modulo 3.
	require(before%3 == after%3, "creatures have changed to a wrong colour")
	return result
}
