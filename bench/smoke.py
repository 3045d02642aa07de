#!/usr/bin/env python3
"""Runs every scenario that a program lists, small, and looks at what comes out. Nothing is timed: a scenario checks its
own result, and this checks that each of them runs, and that what makes no sense is refused.

    bench/smoke.py build/gcc/bench/bench_savina
"""
import json
import pathlib
import re
import subprocess
import sys

# What makes a scenario small, where a count of 20 does not.
SMALL = {
    "bench_savina": {
        "thread_ring": "--count 250",
        "chameneos": "--count 300 --processes 10",
        "concurrent_dictionary": "--count 200 --set entries=500 --set write_percent=50",
        "concurrent_sorted_list": "--count 100",
        "bounded_buffer": "--count 20 --set produce_cost=1 --set consume_cost=2",
        "sleeping_barber": "--count 100 --set places=5",
        "bank_transaction": "--count 500 --processes 50",
        "radix_sort": "--count 100 --set bits=8",
        "filter_bank": "--count 200 --set columns=30",
        "sieve": "--count 500 --set primes=20",
        "cobwebbed_tree": "--count 500",
        "facility_location": "--count 1000",
        "trapezoid": "--count 10000",
        "pi_precision": "--count 200",
        "matrix_multiply": "--count 64 --set block=64",
        "quicksort": "--count 5000 --set cutoff=50",
        "shortest_paths": "--count 30 --set block=10",
        "astar": "--count 12 --set threshold=50",
        "n_queens": "--count 7",
        "bitonic_sort": "--count 64",
        "fibonacci": "--count 12",
    },
    "bench_bencherl": {
        "ehb": "--count 120 --processes 2",
        "genstress_proc_call": "--processes 20",
        "genstress_gen_call": "--processes 20",
        "mbrot": "--processes 5",
        "orbit_int": "--count 500",
        "orbit_int_spawning": "--count 500",
        "ran": "--set numbers=1000",
    },
}
# What a program refuses, and what it says.
REFUSED = {
    "bench_savina": [
        ("chameneos --processes 1", "chameneos meet in pairs: --processes 2 or more"),
        ("bounded_buffer --set buffer=40", "--set buffer above --processes"),
        ("ping_pong --set seed=1", "ping_pong has no parameter \"seed\""),
        ("bitonic_sort --count 3", "a count that is a power of two"),
        ("shortest_paths --count 7", "a count that its block divides"),
        ("n_queens --count 17", "a count up to 16"),
    ],
    "bench_bencherl": [
        ("orbit_int --set generators=6", "orbit_int has generators 1 to 5"),
        ("timer_wheel --count 1", "a count of 2 or more"),
    ],
}


def require(condition, sentence, result):
    if not condition:
        sys.exit(f"FAILED: {sentence}: {' '.join(map(str, result.args))}\nexit code {result.returncode}\n"
                 f"{result.stdout}{result.stderr}")


def run(program, arguments):
    return subprocess.run([program, *arguments.split()], capture_output=True, text=True, check=False, timeout=30)


def listed(program):
    result = run(program, "")
    names = re.findall(r"^  (\w+) +\S.*\(N = \d+.*\)$", result.stderr, re.MULTILINE)
    require(result.returncode == 2 and names, "without a name it lists its scenarios", result)
    return names


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    names, small = listed(program), SMALL.get(program.name, {})
    for name in small:
        if name not in names:
            sys.exit(f"FAILED: {program.name} has no scenario {name}; take it out of {__file__}")
    for name in names:
        result = run(program, f"{name} {small.get(name, '--count 20')} --workers 2 --runs 2")
        require(result.returncode == 0 and result.stderr == "", "it runs, and its result is right", result)
        reports = [json.loads(line) for line in result.stdout.splitlines()]
        require(len(reports) == 2, "there is a line for each run", result)
        for report in reports:
            require(report["workload"] == name and report["operations"] > 0 and report["ns_per_operation"] > 0,
                    "it reports what it did", result)
    for arguments, sentence in REFUSED.get(program.name, []):
        result = run(program, arguments)
        require(result.returncode == 1 and result.stdout == "", "it is refused", result)
        require(sentence in result.stderr and result.stderr.count("\n") == 1, "one sentence says why", result)
    print(f"{len(names)} scenarios of {program.name}")


if __name__ == "__main__":
    main()
