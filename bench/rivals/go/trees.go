package main

import "time"

const branches = 10

type share struct {
	first int
	size  int
}

func (s share) children() int {
	if s.size < branches {
		return s.size
	}
	return branches
}

func (s share) child(number int) share {
	begin, end := s.size*number/s.children(), s.size*(number+1)/s.children()
	return share{s.first + begin, end - begin}
}

func nodes(s share) int {
	if s.size == 1 {
		return 1
	}
	count := 1
	for i := 0; i < s.children(); i++ {
		count += nodes(s.child(i))
	}
	return count
}

func grow(parent chan<- int, s share) {
	if s.size == 1 {
		parent <- s.first
		return
	}
	sums := make(chan int, branches) // no child has to wait for its parent
	for i := 0; i < s.children(); i++ {
		go grow(sums, s.child(i))
	}
	sum := 0
	for i := 0; i < s.children(); i++ {
		sum += <-sums
	}
	parent <- sum
}

func skynet(p parameters) outcome {
	root := share{0, p.count}
	result := outcome{operations: nodes(root)}
	sums := make(chan int, 1)
	begin := time.Now()
	go grow(sums, root)
	sum := <-sums
	result.nanoseconds = since(begin)
	require(sum == p.count*(p.count-1)/2, "the sum of the leaves is another one")
	return result
}

func fibHere(n int) int {
	if n < 2 {
		return n
	}
	return fibHere(n-1) + fibHere(n-2)
}

// A call above the cutoff is a goroutine; what is not is computed by its caller, once its siblings are on
// their way.
func fibAbove(parent chan<- int, n, cutoff int) {
	sums := make(chan int, 2)
	spawned, sum := 0, 0
	for _, call := range [2]int{n - 1, n - 2} {
		if call > cutoff {
			go fibAbove(sums, call, cutoff)
			spawned++
		}
	}
	for _, call := range [2]int{n - 1, n - 2} {
		if call <= cutoff {
			sum += fibHere(call)
		}
	}
	for ; spawned > 0; spawned-- {
		sum += <-sums
	}
	parent <- sum
}

func callsAbove(n, cutoff int) int {
	if n <= cutoff {
		return 0
	}
	return 1 + callsAbove(n-1, cutoff) + callsAbove(n-2, cutoff)
}

// By another way than the one that is measured.
func fibByAdding(n int) int {
	one, next := 0, 1
	for ; n > 0; n-- {
		one, next = next, one+next
	}
	return one
}

func fib(p parameters) outcome {
	n, cutoff := int(p.more["n"]), int(p.more["cutoff"])
	if cutoff < 1 || n <= cutoff || n > 90 {
		fail(1, "fib needs 1 <= cutoff < n <= 90")
	}
	result := outcome{operations: callsAbove(n, cutoff)}
	sums := make(chan int, 1)
	begin := time.Now()
	go fibAbove(sums, n, cutoff)
	value := <-sums
	result.nanoseconds = since(begin)
	require(value == fibByAdding(n), "this is not the Fibonacci number")
	return result
}
