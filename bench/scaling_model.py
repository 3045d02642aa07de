#!/usr/bin/env python3
"""What more workers would bring, by a model: this machine has two CPUs, the model has as many as are asked for.

    bench/scaling_model.py [--workers 1,2,4,8,16] [--line 100] [--far 60] [--json]

A worker is a customer of a closed queueing network, solved exactly by mean value analysis (Reiser and Lavenberg, 1980).
One operation costs it

    local     ns of its own, which no other worker slows down: what one worker measures
    crossing  ns more for each cache line that was written elsewhere; the share of operations that find one grows with
              the number of workers, (N-1)/N where partners are drawn at random
    stations  places where one is served at a time: a lock, or a word that all write. ns held, and how often

and what it does meanwhile at a station others wait for. Left out: memory bandwidth, a second socket, the kernel.
Each workload's figures are below, with where they come from; --line is the way of one cache line between CPUs (half of
what `cpu_distance` measures), --far what the allocator takes for an envelope that is freed on another worker than where
it was made.
"""
import argparse
import dataclasses
import json


@dataclasses.dataclass
class Station:
    name: str
    held: float          # ns in one visit, without the way of the line
    visits: float        # in one operation


@dataclasses.dataclass
class Workload:
    name: str
    local: float                       # ns for one operation with one worker
    lines: float = 0                   # cache lines that cross where partners are on different workers
    envelopes: float = 0               # freed elsewhere than made, in such an operation
    mixing: float = 0                  # 1: partners at random; 0: they stay together
    serial: float = 0                  # ns of `local` that one process does for all
    serial_lines: float = 1            # that cross for it
    stations: list[Station] = dataclasses.field(default_factory=list)


# Local times: bench_scenarios with one worker on a 2-CPU Intel VM. Lines: such that the model says for two workers what
# was measured there. Visits: counted in the source, a batch of 64 blocks each time the table is asked, 4,096 references.
# Assumed: what is held and what is serial; that half of a name's time is under its lock.
TABLE = Station("process table: the list of free blocks", 40, 2 / 64)
REFERENCES = Station("the counter of references", 5, 1 / 4096)
WORKLOADS = [
    Workload("pairs that talk (ping_pong, many)", 105, mixing=0),
    Workload("calls to a server each (gen_call, many)", 236, mixing=0, stations=[REFERENCES]),
    Workload("timers started and cancelled", 232, mixing=0),
    Workload("a tree of processes (skynet)", 1183, lines=4.6, envelopes=2, mixing=1, stations=[TABLE]),
    Workload("pings at random (big)", 194, lines=9, envelopes=1, mixing=1),
    Workload("spawned by one, ended by all (spawn_exit)", 115, lines=5, mixing=1, serial=60,
             stations=[TABLE, Station("the workload's own countdown", 5, 1)]),
    Workload("many callers of one server (gen_call 1,000)", 298, lines=5, envelopes=2, mixing=1, serial=110, serial_lines=9,
             stations=[REFERENCES]),
    Workload("names: registered, found, given up", 877, stations=[Station("the lock of the names", 440, 1)]),
]


def throughput(workload, workers, line, far):
    """Operations a ns with 1..workers workers, and what the stations are used at the last."""
    answers, busy = [], {}
    for n in range(1, workers + 1):
        apart = workload.mixing * (n - 1) / n
        moved = line if n > 1 else 0
        delay = workload.local - workload.serial + apart * (workload.lines * line + workload.envelopes * far)
        demands = {s.name: s.visits * (s.held + moved) for s in workload.stations}
        delay -= min(delay * 0.5, sum(s.visits * s.held for s in workload.stations))  # which `local` has in it already
        if workload.serial:
            demands["the process that does it for all"] = workload.serial + apart * workload.serial_lines * line
        # The network's own recursion needs the queues of n - 1 customers at the same demands.
        queue = dict.fromkeys(demands, 0.0)
        for customers in range(1, n + 1):
            response = {k: d * (1 + queue[k]) for k, d in demands.items()}
            rate = customers / (delay + sum(response.values()))
            queue = {k: rate * r for k, r in response.items()}
        answers.append(rate)
        busy = {k: rate * d for k, d in demands.items()}
    return answers, busy


def report(workload, counts, line, far):
    rates, busy = throughput(workload, max(counts), line, far)
    fullest = max(busy, key=busy.get, default=None)
    return {"workload": workload.name, "speed_up": {n: round(rates[n - 1] / rates[0], 2) for n in counts},
            "bends_at": fullest if fullest and busy[fullest] > 0.05 else None,
            "used": round(busy[fullest], 2) if fullest else 0}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", default="1,2,4,8,16")
    parser.add_argument("--line", type=float, default=100)
    parser.add_argument("--far", type=float, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    counts = [int(n) for n in options.workers.split(",")]
    reports = [report(w, counts, options.line, options.far) for w in WORKLOADS]
    if options.json:
        print(json.dumps(reports))
        return
    print(f"{'times as fast as one worker, with':44}" + "".join(f"{n:>7}" for n in counts) + "  first to bend")
    for r in reports:
        bends = f"{r['bends_at']} ({r['used']:.0%} in use)" if r["bends_at"] else "nothing"
        print(f"{r['workload']:44}" + "".join(f"{r['speed_up'][n]:7.2f}" for n in counts) + f"  {bends}")


if __name__ == "__main__":
    main()
