#!/usr/bin/env python3
"""A contender of `throng bench` whose figures are known: what it says is chosen by the test, not measured.

    fake_contender.py STATE JSON NAME --count N --processes N --workers N --runs 1 [--set NAME=VALUE]

JSON has what it shall be like: ns, noise (a share of ns), seed, growth (ns grows with the count to that power),
extra (further figures), does (report, fail, nonsense, hang, crash, empty, other, fail_later), knows (scenarios).
STATE is a file of its own that counts its runs, so that each run has another noise, and the same in each test.
"""
import argparse
import json
import os
import random
import signal
import sys
import time


def main():
    state, nature = sys.argv[1], json.loads(sys.argv[2])
    knows = nature.get("knows", ["ping_pong", "ring", "fib", "spawn_live", "hog_latency"])
    parser = argparse.ArgumentParser()
    parser.add_argument("name", nargs="?")
    for option, default in (("--count", 1000), ("--processes", 0), ("--workers", 1), ("--runs", 1)):
        parser.add_argument(option, type=int, default=default)
    parser.add_argument("--set", action="append", default=[])
    asked = parser.parse_args(sys.argv[3:])
    if asked.name not in knows:
        print("Usage: fake NAME\n\nScenarios:\n" + "".join(f"  {name}  is known (N = 1)\n" for name in knows), file=sys.stderr)
        return 2
    runs = 0
    if os.path.exists(state):
        with open(state, encoding="utf-8") as file:
            runs = int(file.read())
    with open(state, "w", encoding="utf-8") as file:
        file.write(str(runs + 1))
    does = nature.get("does", "report")
    if does == "fail" or (does == "fail_later" and runs > 0):
        print("the scenario's result is wrong: it was made so", file=sys.stderr)
        return 2
    if does == "nonsense":
        print("forty-two, more or less")
        return 0
    if does == "hang":
        with open(state + ".pid", "w", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(600)
    if does == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if does == "empty":
        return 0
    dice = random.Random(nature.get("seed", 1) * 1000 + runs)
    noise = nature.get("noise", 0)
    ns = nature.get("ns", 100) * (asked.count / 1000) ** nature.get("growth", 0) * (1 + dice.uniform(-noise, noise))
    report = {"workload": "other" if does == "other" else asked.name, "operations": asked.count, "processes": asked.processes,
              "workers": asked.workers, "ns_per_operation": ns / asked.workers, "cpu_seconds": ns * asked.count / 1e9,
              "peak_rss_bytes": 4_000_000 + 100 * asked.count, **nature.get("extra", {})}
    for setting in asked.set:
        name, value = setting.split("=")
        report[name] = float(value)
    print("a line that is no report")
    print(json.dumps(report))
    return 0


sys.exit(main())
