#!/usr/bin/env python3
"""hog_latency of throng, Erlang and Go, by turns in one run: what endless loops do to those who talk and wait; and how
long the machine keeps a thread off its CPU that only reads the clock (the scenario `pauses`), which is what no runtime can do
anything about.

    bench/hog_latency.py [--scenarios build/bench/bench/bench_scenarios] [--workers 1] [--ms 4000] [--runs 5]

Each has two loops per worker beside it. Prints a table of medians with their ranges, in microseconds, and one line of JSON.
Erlang and Go are left out where they are not installed (Debian: erlang-base, golang-go).
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
KEYS = ["trip_p50_us", "trip_p99_us", "trip_p999_us", "trip_max_us", "late_p50_us", "late_p99_us", "late_max_us"]


def contenders(options, folder):
    arguments = ["--workers", str(options.workers), "--count", str(options.ms), "--processes"]
    yield "throng", [options.scenarios, "hog_latency", *arguments, str(2 * options.workers)]
    yield "throng, no checks", [options.scenarios, "hog_latency_plain", *arguments, str(options.workers)]
    # Asked for only where they are, so that nothing gets installed by looking at a figure.
    for title, rival, compiler in (("Erlang", "erlang", "erlc"), ("Go", "go", "go")):
        if shutil.which(compiler):
            subprocess.run([HERE / "rivals" / "build", folder, rival], check=True)
            yield title, [f"{folder}/{rival}", "hog_latency", *arguments, str(2 * options.workers)]


def report_of(command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenarios", default="build/bench/bench/bench_scenarios")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--ms", type=int, default=4000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    runs, pauses = {}, []
    with tempfile.TemporaryDirectory() as folder:
        all_of_them = list(contenders(options, folder))
        for _ in range(options.runs):
            for name, command in all_of_them:
                runs.setdefault(name, []).append(report_of(command))
            pauses.append(report_of([options.scenarios, "pauses", "--workers", str(options.workers), "--count", str(options.ms)]))
    print(f"{'us, median (range)':20}" + "".join(f"{key[:-3]:>26}" for key in KEYS))
    for name, reports in runs.items():
        cells = []
        for key in KEYS:
            values = [report[key] for report in reports]
            cells.append(f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})")
        print(f"{name:20}" + "".join(f"{cell:>26}" for cell in cells))
    gaps = [report["pause_max_us"] for report in pauses]
    print(f"the machine alone: longest pause {statistics.median(gaps):.0f} ({min(gaps):.0f}-{max(gaps):.0f})")
    print(json.dumps({"workload": "hog_latency", "workers": options.workers, "ms": options.ms, "runs": runs,
                      "pauses": pauses}))


if __name__ == "__main__":
    main()
