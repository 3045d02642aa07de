#!/usr/bin/env python3
"""Runs the tests of a folder under simulation, once for each seed: run.py EXECUTABLE FOLDER.

THRONG_SEEDS says how many seeds (2), THRONG_FIRST_SEED with which to begin (0). Prints the seed of the first run that
fails, and how to run it again.
"""
import os
import subprocess
import sys

# What cannot be simulated, and why. Everything else must hold in any order and in virtual time. A comma would end a
# name: a star stands for it and what follows.
NOT_SIMULATED = {
    "semantics": {
        "files": {
            "fair_share": "measures shares of real time",
            "scheduling": "counts turns of whole slices",
            "watchdog": "is about threads that are stuck",
            "workers": "is about threads",
            "workers_online": "is about threads",
            "backlog": "measures the price of sends in whole slices",
            "policy": "brings policies, and under simulation the simulator decides who is next",
            "overstay": "is about threads that do not come back",
            "blocking": "its functions wait for each other or for the test's thread",
            "simulation_*": "are simulated by themselves",
        },
        "cases": {
            "SIG-2: a host thread is a sender like any other": "the test's thread waits, and it would have to run them",
            "SCH-11: who is asked between its look at the queue*": "a guard waits for another thread",
            "SPN-5: pids are not used again*": "counts on steals being rare",
            "SCH-4: a question that a high process asks*": "counts on a turn of several calls to go on",
            "INF-1: a process that was woken and has not had*": "counts on who was woken not to have its turn at once",
            "INF-1: the status is waiting*": "counts on a turn of several calls to go on",
            "RCV-2: zero does not wait*": "the same",
            "LNK-3: the end of a process at rest is felt*": "the same",
            "SIG-1: calls that affect another process return*": "the same",
            "SIG-3: an exit signal that comes before the first turn*": "the same",
            "INF-1: looking needs a process*": "the test's thread waits",
            "INF-1: the runtime tells of itself": "asks for what threads have",
            "INF-2: process_brief of a process that runs and does not answer does not wait": "needs two threads",
        },
    },
    "stdlib": {
        "files": {
            "gen_server_host": "several threads of the test's use one runtime",
            "simulation_*": "are simulated by themselves",
        },
        "cases": {
            "GSV-5: the last time-out that was asked for counts*": "counts on a turn of several calls to go on",
            "GSV-2: an uncaught call to a server that ends with normal*": "expects the caller not to run before",
            "LOG-2: events arrive with all that was said*": "compares with the real date",
        },
    },
}


def command(executable, folder):
    rules = NOT_SIMULATED[folder]
    return [executable, f"--source-file=*/{folder}/*",
            "--source-file-exclude=" + ",".join(f"*/{name}_test.cpp" for name in rules["files"]),
            "--test-case-exclude=" + ",".join(rules["cases"])]


def main():
    executable, folder = sys.argv[1:]
    first = int(os.environ.get("THRONG_FIRST_SEED", "0"))
    seeds = int(os.environ.get("THRONG_SEEDS", "2"))
    for seed in range(first, first + seeds):
        run = subprocess.run(command(executable, folder), env=dict(os.environ, THRONG_SIMULATE=str(seed)),
                             capture_output=True, text=True, errors="replace", check=False)
        ran = "test cases: 0 |" not in " ".join(run.stdout.split())
        if run.returncode != 0 or not ran:
            print(run.stdout, run.stderr, sep="\n")
            print(f"seed {seed} failed; again: THRONG_FIRST_SEED={seed} THRONG_SEEDS=1 {' '.join(sys.argv)}")
            return 1
    print(f"{seeds} seeds from {first} on, all as they should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
