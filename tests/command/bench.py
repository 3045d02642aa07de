#!/usr/bin/env python3
"""`throng bench` with contenders whose figures are known, and once with the real scenarios.

    bench.py THRONG CASE [BENCH_SCENARIOS]     one case; the cases are the functions case_… below
"""
import json
import os
import pathlib
import shlex
import signal
import stat
import subprocess
import sys
import time
import xml.etree.ElementTree

from run import in_directory, on_terminal, require, require_refusal, throng

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def make(path, **nature):
    """A contender at `path` with this nature (fake_contender.py has what there is)."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    words = [sys.executable, str(HERE / "fake_contender.py"), path + ".runs", json.dumps(nature)]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexec {shlex.join(words)} \"$@\"\n")
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
    return path


def folder_of(path, **rivals):
    """A folder of contenders: ours, which takes 100 ns, and these."""
    make(path("all/bench_scenarios"), ns=100, noise=0.01)
    for name, nature in rivals.items():
        make(path(f"all/rivals/{name}"), **nature)
    return ["--contenders", path("all")]


def bench(*arguments, code=0):
    result = throng("bench", *arguments)
    require(result.returncode == code, f"the exit code is {code}", result.stdout, result.stderr)
    return result


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def row(table, name, after=""):
    """The words of the first line that begins with the name, behind a line that has `after` in it."""
    part = table[table.index(after):]
    for line in part.splitlines():
        if line.split()[:1] == [name]:
            return line.split()
    require(False, f"there is a row of {name}", table)


def case_table():
    """Medians with their ranges, what rivals are beside ours, and one line on stderr for each workload."""
    def case(path):
        fakes = folder_of(path, go={"ns": 250, "noise": 0.01, "seed": 2}, erlang={"ns": 40, "noise": 0.01, "seed": 3})
        result = bench("ping_pong", "ring", *fakes, "--against", "go,erlang", "--workers", "1", "--count", "1000")
        table = result.stdout
        require("ring 1,000, 1 worker" in table and "ring 100,000, 1 worker" in table, "ring stands for both", table)
        ours, go, erlang = (row(table, name, "ping_pong") for name in ("throng", "go", "erlang"))
        require(95 < float(ours[1]) < 105 and ours[-1] != "worse", "ours is first", ours)
        require(2.4 < float(go[8]) < 2.6 and go[-1] == "worse", "go takes 2.5 times as much", go)
        require(0.38 < float(erlang[8]) < 0.42 and erlang[-1] == "better", "erlang takes 0.4 times as much", erlang)
        require(float(ours[2]) <= float(ours[1]) <= float(ours[4]), "the median is within its range", ours)
        require(table.splitlines()[2].startswith("throng 0."), "who takes part is said", table)
        told = result.stderr.splitlines()
        require(len(told) == 3 and all("worker" in line and "throng" in line for line in told), "a line each", result.stderr)
        require("\r" not in result.stderr and "\x1b" not in result.stderr, "they are plain", result.stderr)
    in_directory(case)


def case_workers():
    """Two workers: the distance of the CPUs is told, and how much faster that is."""
    def case(path):
        table = bench("fib", *folder_of(path), "--workers", "1,2", "--runs", "1", "--json", path("a.json")).stdout
        one, two = load(path("a.json"))["series"]
        require(one["cpu_distance_ns"] == {"before": None, "after": None}, "one worker has no use for it", one)
        if len(os.sched_getaffinity(0)) > 1:
            require("CPUs" in table and "ns apart before" in table, "the distance is told", table)
            require(all(1 < value < 1e9 for value in two["cpu_distance_ns"].values()), "it is a time", two)
        require(two["arguments"][1:] == ["--workers", "2", "--runs", "1", "--set", "n=38", "--set", "cutoff=22"],
                "the parameters are handed on", two)
        speed = row(table, "fib", "How many times as fast")
        require(speed[:3] == ["fib", "2", "workers"] and 1.9 < float(speed[4]) < 2.1, "twice as fast", speed)
    in_directory(case)


def case_json():
    """Everything raw in the order in which it ran, and medians of it."""
    def case(path):
        fakes = folder_of(path, go={"ns": 300, "extra": {"wake_and_reply_ns": 7, "bytes_per_process": 9, "oddity": 5}})
        table = bench("spawn_live", *fakes, "--against", "go", "--workers", "1", "--runs", "3", "--json", path("a.json")).stdout
        report = load(path("a.json"))
        require(report["command"] == "bench" and report["runs"] == 3 and not report["growth"], "it is our run", report)
        require(report["machine"]["cpus"] >= 1 and report["machine"]["kernel"].startswith("Linux"), "so is the machine", report)
        require([one["name"] for one in report["contenders"]] == ["throng", "go"], "and who took part", report)
        series, = report["series"]
        runs = series["runs"]
        require([run["contender"] for run in runs] == ["throng", "go"] * 3, "they took turns", runs)
        require([run["turn"] for run in runs] == [1, 1, 2, 2, 3, 3], "turns are numbered", runs)
        ours = sorted(run["report"]["ns_per_operation"] for run in runs[::2])
        medians = series["medians"]
        require(medians["throng"]["ns_per_operation"] == {"median": ours[1], "least": ours[0], "most": ours[2]}, "ours", medians)
        require(abs(medians["go"]["ns_per_operation"]["ratio"] - 300 / ours[1]) < 1e-9, "the ratio is of medians", medians)
        require(medians["go"]["ns_per_operation"]["verdict"] == "too few runs", "three are too few", medians)
        require(medians["go"]["oddity"]["median"] == 5 and "also oddity: go 5" in table, "extras are there", medians, table)
        require("bytes_per_process" not in medians["throng"], "nobody has what it does not report", medians)
        require(series["arguments"][:3] == ["spawn_live", "--count", "1000000"], "the parameters are told", series)
    in_directory(case)


def require_svgs(page):
    require("http" not in page and "<script" not in page, "it needs nothing else", page)
    for svg in page.split("<svg")[1:]:
        xml.etree.ElementTree.fromstring("<svg" + svg[:svg.index("</svg>") + 6])


def case_html():
    """The page is well-formed, needs nothing else, and has a bar for each figure of each contender."""
    def case(path):
        fakes = folder_of(path, go={"ns": 9000}, caf={"does": "fail"})
        bench("ping_pong", "fib", *fakes, "--against", "go,caf", "--workers", "1", "--runs", "2", "--html", path("a.html"),
              "--markdown", path("a.md"))
        with open(path("a.html"), encoding="utf-8") as file:
            page = file.read()
        require_svgs(page)
        require(page.count("<svg") == 2 and page.count("<circle") == 8, "a dot for each run", page)
        require("logarithmic" in page, "figures far apart are drawn so", page)
        require(page.count("it was made so") == 4, "a failure is told in the plots and in the table", page)
        require("prefers-color-scheme:dark" in page, "it can be read in the dark", page)
        with open(path("a.md"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        require("Measured 2" in lines[0] and "Linux" in lines[0], "the machine is named", lines)
        require(lines[2] == "| workload | figure | workers | throng | go | caf | CPUs apart, ns |", "a column each", lines)
        require(len(lines) == 6 and lines[4].count("|") == 8, "a row for each figure", lines)
    in_directory(case)


def case_failures():
    """A rival that fails, prints nonsense, hangs, crashes or knows nothing: its cells say so, the rest goes on."""
    def case(path):
        for does, words in (("fail", "it was made so"), ("nonsense", "forty-two"), ("hang", "longer than 1 s"),
                            ("crash", "signal 11"), ("empty", "no report"), ("other", "another workload"),
                            ("fail_later", "exit code 2")):
            fakes = folder_of(path, go={"does": does}, erlang={"ns": 50})
            if os.path.exists(path("all/rivals/go.runs")):
                os.remove(path("all/rivals/go.runs"))
            table = bench("ping_pong", *fakes, "--against", "go,erlang", "--workers", "1", "--timeout", "1", "--runs", "2",
                          "--json", path("a.json")).stdout
            require("failed:" in row(table, "go", "ping_pong") and words in table, f"{does} is told", table)
            require(row(table, "erlang", "ping_pong")[1] == "50", "the others go on", table)
            runs = [run for run in load(path("a.json"))["series"][0]["runs"] if run["contender"] == "go"]
            require(words in runs[-1]["failure"] and len(runs) == (2 if does == "fail_later" else 1), "once is enough", runs)
        fakes = folder_of(path, go={"knows": ["ring"]})
        table = bench("ping_pong", *fakes, "--against", "go", "--workers", "1", "--runs", "1").stdout
        require("has no ping_pong" in table, "what it does not know is told", table)
        fakes = folder_of(path, go={"extra": {"starved": 1}})
        table = bench("hog_latency", *fakes, "--against", "go", "--workers", "1", "--runs", "1").stdout
        require(row(table, "go", "trip p99.9")[1] == "starved", "who was starved has no figure", table)
        require(row(table, "throng", "trip p99.9")[1] == "-", "who does not report one neither", table)
        make(path("all/bench_scenarios"), does="fail")
        table = bench("ping_pong", *fakes, "--workers", "1", "--runs", "1", code=1).stdout
        require("it was made so" in table, "ours may fail as well, which is no success", table)
    in_directory(case)


def case_refusals():
    """What cannot be had is refused before anything starts, in one sentence that says what there is."""
    def case(path):
        fakes = folder_of(path, go={})
        require_refusal(throng("bench", "dance", *fakes), 1, "dance", "ping_pong", "ring_100000")
        require_refusal(throng("bench", *fakes, "--against", "rust"), 2, "rust", "erlang")
        require_refusal(throng("bench", *fakes, "--against", "go,caf"), 1, "caf has not been built", "bench/rivals/build")
        require_refusal(throng("bench", *fakes, "--against", "go,go"), 1, "two contenders", "go")
        require_refusal(throng("bench", "--contenders", path("nowhere")), 1, "have not been built", "./run bench")
        require_refusal(throng("bench", "--contender", "a"), 1, "NAME=PATH")
        require_refusal(throng("bench", "--contender", "a=/nowhere/a"), 1, "/nowhere/a", "no program")
        require_refusal(throng("bench", *fakes, "--runs", "0"), 2, "--runs", "from 1 to")
        require_refusal(throng("bench", *fakes, "--workers", "1,x"), 2, "--workers", "whole number")
        require_refusal(throng("bench", *fakes, "--sizes", "1000"), 2, "--sizes", "--growth")
        require_refusal(throng("bench", *fakes, "--growth", "--count", "5"), 2, "--growth", "--count")
        require_refusal(throng("bench", "--compare", "a", "b", "--json", "c"), 2, "--compare", "--json")
        require_refusal(throng("bench", "ping_pong", *fakes, "--json", "/nowhere/a", "--runs", "1"), 1, "/nowhere")
    in_directory(case)


def case_terminal():
    """On a terminal the line of progress is rewritten, and gone in the end."""
    def case(path):
        text, shown = on_terminal("bench", "ping_pong", *folder_of(path), "--runs", "3", "--workers", "1")
        require(not any("[." in line for line in shown), "no bar is left", text)
    in_directory(case)


def wait_for(condition, sentence):
    """Until it holds, for as long as a busy machine may need."""
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    require(False, sentence)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def case_interrupt():
    """A signal that ends the command ends the contender that runs."""
    def case(path):
        make(path("all/bench_scenarios"), does="hang")
        child = subprocess.Popen([sys.argv[1], "bench", "ping_pong", "--contenders", path("all"), "--workers", "1"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        told = path("all/bench_scenarios.runs.pid")
        wait_for(lambda: os.path.exists(told) and os.path.getsize(told) > 0, "the contender is started")
        with open(told, encoding="utf-8") as file:
            contender = int(file.read())
        require(is_running(contender), "it runs")
        child.send_signal(signal.SIGINT)
        require(child.wait() == -signal.SIGINT, "the command ends by the signal")
        wait_for(lambda: not is_running(contender), "so does the contender")
    in_directory(case)


def measure(path, name, **nature):
    """A file of figures of a contender with this nature."""
    make(path("one/bench_scenarios"), **nature)
    bench("ping_pong", "fib", "--contenders", path("one"), "--workers", "1", "--json", path(name))
    return path(name)


def case_compare_files():
    """Two files: worse, better and noise for what was made so; what they do not share is not compared."""
    def case(path):
        first = measure(path, "a.json", ns=100, noise=0.02, seed=1)
        same = measure(path, "b.json", ns=100, noise=0.02, seed=2)
        slow = measure(path, "c.json", ns=120, noise=0.02, seed=3)
        for before, after, verdict in ((first, same, "noise"), (first, slow, "worse"), (slow, first, "better")):
            table = bench("--compare", before, after).stdout
            require(row(table, "throng", "ping_pong")[-1] == verdict, f"it is {verdict}", table)
            require(row(table, "throng", "fib")[-1] == verdict, "so is the other", table)
        bench("ring", "--contenders", path("one"), "--workers", "1", "--runs", "1", "--json", path("d.json"))
        require_refusal(throng("bench", "--compare", first, path("d.json")), 1, "no workload in common")
        bench("ping_pong", "--contenders", path("one"), "--workers", "1", "--count", "5", "--json", path("e.json"))
        require_refusal(throng("bench", "--compare", first, path("e.json")), 1, "no workload in common")
    in_directory(case)


def case_compare_machines():
    """Files of different machines are not compared, nor files that are none."""
    def case(path):
        first = measure(path, "a.json", ns=100)
        for key, value in (("cpu", "Abacus 9000"), ("cpus", 77), ("memory_gib", 12345), ("kernel", "Linux 2.4.0")):
            other = load(first)
            other["machine"][key] = value
            with open(path("b.json"), "w", encoding="utf-8") as file:
                json.dump(other, file)
            require_refusal(throng("bench", "--compare", first, path("b.json")), 1, "different machines", str(value))
        require_refusal(throng("bench", "--compare", first, path("nowhere")), 1, "could not be opened")
        require_refusal(throng("bench", "--compare", first), 2, "--compare")
        for text, word in (("[]", "no figures"), ("{\"command\":\"bench\",\"format\":99}", "another version"),
                           ("{\"command\":\"bench\",\"format\":1}", "damaged"), ("nonsense", "no figures")):
            with open(path("b.json"), "w", encoding="utf-8") as file:
                file.write(text)
            require_refusal(throng("bench", "--compare", first, path("b.json")), 1, path("b.json"), word)
    in_directory(case)


def case_compare_builds():
    """bench/compare: two programs by turns; a known difference is seen, noise is not taken for one."""
    def case(path):
        def compare(old, new, *more):
            return subprocess.run([ROOT / "bench" / "compare", old, new, *more], capture_output=True, text=True, check=False,
                                  env={**os.environ, "THRONG": sys.argv[1]})
        old = make(path("old"), ns=100, noise=0.03, seed=1)
        for name, nature, verdict in (("equal", {"ns": 100, "seed": 2}, "noise"), ("slow", {"ns": 112, "seed": 3}, "worse"),
                                      ("quick", {"ns": 90, "seed": 4}, "better")):
            new = make(path(name), noise=0.03, **nature)
            result = compare(old, new, "ping_pong", "--workers", "1", "--runs", "9")
            require(result.returncode == 0, "it succeeds", result.stderr)
            words = row(result.stdout, "new", "ping_pong")
            require(words[-1] == verdict, f"{name} is {verdict}", result.stdout)
            low, high = float(words[-4].strip("(")), float(words[-2].strip(")"))
            require((low <= 1 <= high) == (verdict == "noise"), "and the interval says the same", result.stdout)
        require_refusal(compare("--runs", "3"), 2, "which two programs")
    in_directory(case)


def case_growth():
    """Curves by size: time and memory of each unit, and a flag where the unit's cost more than doubles."""
    def case(path):
        knows = ["spawn_exit", "timers", "fan_in"]
        make(path("all/bench_scenarios"), ns=100, knows=knows, growth=0.5, extra={"bytes_per_thing": 40})
        make(path("all/rivals/go"), ns=100, knows=knows)
        common = ["--growth", "--sizes", "1000,10000,100000", "--workers", "1", "--runs", "1", "--contenders", path("all"),
                  "--against", "go"]
        table = bench("spawn_exit", "timers", *common, "--json", path("a.json"), "--html", path("a.html")).stdout
        report = load(path("a.json"))
        require(report["growth"] and [one["size"] for one in report["series"]] == [1000, 10000, 100000] * 2, "by size", report)
        ours = [one["medians"]["throng"] for one in report["series"][:3]]
        require([round(one["ns_per_operation"]["median"]) for one in ours] == [100, 316, 1000], "it is the cost of one", ours)
        require([one["bytes_per_unit"]["median"] for one in ours] == [40] * 3, "memory as the scenario measured it", ours)
        theirs = report["series"][1]["medians"]["go"]["bytes_per_unit"]["median"]
        require(theirs == (4_000_000 + 100 * 10_000) / 10_000, "else the program's, for each unit", theirs)
        flagged = [(one["scenario"], one["contender"], one["figure"]) for one in report["more_than_doubled"]]
        require(flagged == [("spawn_exit", "throng", "ns_per_operation"), ("timers", "throng", "ns_per_operation")],
                "what grows is flagged and nothing else", flagged)
        require("3.2 times" in table[table.index("more than double"):], "so does the table", table)
        with open(path("a.html"), encoding="utf-8") as file:
            page = file.read()
        require_svgs(page)
        require(page.count("<svg") == 4 and page.count("<polyline") == 8, "a curve for each figure of each", page)
        flat = bench("fan_in", *common, "--contender", f"flat={path('all/rivals/go')}").stdout
        require("No unit cost more than doubles" in flat, "what does not grow is not flagged", flat)
    in_directory(case)


def case_scenarios():
    """The real scenarios, with tiny counts."""
    def case(path):
        table = bench("spawn_live", "ping_pong", "selective_agent", "--contender", f"throng={sys.argv[3]}", "--count", "2000",
                      "--runs", "1", "--json", path("a.json")).stdout
        report = load(path("a.json"))
        require(len(report["series"]) == 6 and "failed" not in table, "all of them report", table)
        for series in report["series"]:
            figures = series["medians"]["throng"]
            require(figures["ns_per_operation"]["median"] > 0, "it took time", series)
            require(figures["peak_rss_bytes"]["median"] > 1e5, "and memory", series)
        require("bytes_per_process" in report["series"][0]["medians"]["throng"], "extras are there", report["series"][0])
    in_directory(case)


if __name__ == "__main__":
    globals()["case_" + sys.argv[2]]()
