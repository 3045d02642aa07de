#!/usr/bin/env python3
"""Runs the tests of a folder under simulation, once for each seed: run.py [-j JOBS] EXECUTABLE FOLDER.

THRONG_SEEDS says how many seeds (2), THRONG_FIRST_SEED with which to begin (0); -j how many at a time (1). All of them
are run, whatever fails. Of one that fails its output is printed, and how to run it again.

Each seed has a process of its own, so a crash takes no other seed along and none finds what another left behind.
"""
import argparse
import concurrent.futures
import os
import re
import shlex
import signal
import subprocess
import sys
import time

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
            "INF-1: a process that was woken and has not had*": "counts on who was woken not to have its turn at once",
            "INF-1: the status is waiting*": "counts on a turn of several calls to go on",
            "RCV-2: zero does not wait*": "the same",
            "SIG-1: calls that affect another process return*": "the same",
            "SIG-3: an exit signal that comes before the first turn*": "the same",
            "INF-1: looking needs a process*": "the test's thread waits",
            "A host that runs something while another stops*": "is about two threads of the host's",
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
        },
    },
}


def command(executable, folder):
    rules = NOT_SIMULATED[folder]
    return [executable, f"--source-file=*/{folder}/*",
            "--source-file-exclude=" + ",".join(f"*/{name}_test.cpp" for name in rules["files"]),
            "--test-case-exclude=" + ",".join(rules["cases"])]


running = {}  # by seed


def run_seed(executable, folder, seed):
    """None if all is as it should be, else what to print."""
    with subprocess.Popen(command(executable, folder), env=dict(os.environ, THRONG_SIMULATE=str(seed)),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace") as run:
        running[seed] = run
        stdout, stderr = run.communicate()
    del running[seed]
    ran = "test cases: 0 |" not in " ".join(stdout.split())
    if run.returncode == 0 and ran:
        return None
    again = [f"THRONG_FIRST_SEED={seed} THRONG_SEEDS=1 {shlex.join(sys.argv)}"]
    # doctest names those whose checks failed; of a crash there is nothing but the output's end.
    for case in dict.fromkeys(re.findall(r"^TEST CASE:  (.*)$", stdout, re.MULTILINE)):
        pattern = case.replace(",", "*")
        again.append(f"THRONG_SIMULATE={seed} {executable} {shlex.quote('--test-case=' + pattern)}")
    return "\n".join([stdout, stderr, f"seed {seed} failed, exit code {run.returncode}; again:"] +
                     ["    " + line for line in again])


def run_all(options, seeds):
    """Those that failed."""
    failed, done, began = [], 0, time.monotonic()
    reports = max(len(seeds) // 10, 1)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = {pool.submit(run_seed, options.executable, options.folder, seed): seed for seed in seeds}
        try:
            for run in concurrent.futures.as_completed(runs):
                done += 1
                if run.result() is not None:
                    failed.append(runs[run])
                    print(run.result(), flush=True)
                if done % reports == 0 or done == len(seeds):
                    rate = done / (time.monotonic() - began)
                    print(f"{done} of {len(seeds)} seeds, {len(failed)} failed, {rate:.2f} seeds/s", flush=True)
        except KeyboardInterrupt:
            # One that hangs is among them.
            print("stopped while these seeds ran:", *running, flush=True)
            pool.shutdown(wait=False, cancel_futures=True)
            for run in list(running.values()):
                run.kill()
            sys.exit(130)
    return sorted(failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("executable")
    parser.add_argument("folder", choices=NOT_SIMULATED)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    first = int(os.environ.get("THRONG_FIRST_SEED", "0"))
    count = int(os.environ.get("THRONG_SEEDS", "2"))
    failed = run_all(options, range(first, first + count))
    if failed:
        print("failed:", *failed)
        return 1
    print(f"{count} seeds from {first} on, all as they should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
