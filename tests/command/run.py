#!/usr/bin/env python3
"""Runs the throng command as a user would, with small numbers, and looks at what comes out.

    run.py THRONG CASE [WORKLOAD.so POLICIES.so]     one case; the cases are the functions case_… below
"""
import json
import os
import pty
import resource
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

THRONG = sys.argv[1]
CHECKS = 16
ACTS = ["spawn", "answer", "ring", "fan_in", "pairs", "crash", "storm", "hogs", "end"]


def require(condition, sentence, *evidence):
    if not condition:
        for text in evidence:
            print(text)
        sys.exit(f"FAILED: {sentence}")


def throng(*arguments, **options):
    return subprocess.run([THRONG, *arguments], capture_output=True, text=True, check=False, **options)


def require_refusal(result, code, *words):
    """One sentence on stderr, the words in it, nothing on stdout."""
    told = f"exit code {result.returncode}\nstdout: {result.stdout}\nstderr: {result.stderr}"
    require(result.returncode == code, f"the exit code is {code}", told)
    require(result.stdout == "", "nothing is begun", told)
    require(result.stderr.startswith("throng: ") and result.stderr.count("\n") == 1, "there is one sentence", told)
    for word in words:
        require(word in result.stderr, f"the sentence says \"{word}\"", told)


def case_text():
    """The demo succeeds, says so, and shows plain lines where no terminal is."""
    result = throng("demo", "--processes", "1000", "--workers", "2")
    require(result.returncode == 0 and result.stderr == "", "the demo succeeds", result.stdout, result.stderr)
    require(f"All {CHECKS} checks held" in result.stdout, "the verdict is there", result.stdout)
    require(result.stdout.count("  ok\n") == len(ACTS), "every act says that it went well", result.stdout)
    require("\r" not in result.stdout and "\x1b" not in result.stdout, "lines are plain", result.stdout)
    widest = max(result.stdout.splitlines(), key=len)
    require(len(widest) < 80, "every line fits a terminal", widest)


def case_json():
    """stdout is one JSON object in which every check held; the figures fit the number asked for."""
    result = throng("demo", "--processes", "700", "--workers", "2", "--json")
    require(result.returncode == 0 and result.stderr == "", "the demo succeeds", result.stdout, result.stderr)
    report = json.loads(result.stdout)
    require(report["ok"] is True and report["processes"] == 700 and report["workers"] == 2, "it is our run", report)
    require(list(report["acts"]) == ACTS, "all acts are there", report)
    require(len(report["checks"]) == CHECKS and all(check["held"] for check in report["checks"]), "all held", report)
    acts = report["acts"]
    require(acts["spawn"]["count"] == 700 and acts["answer"]["count"] == 1400, "counts are those asked for", acts)
    require(acts["crash"]["others_that_answered"] == 699, "one crashed, 699 live on", acts)
    require(acts["spawn"]["bytes_each"] is None, "what so few cannot show is null", acts)
    require(all(act["seconds"] > 0 for act in acts.values()), "everything took time", acts)


def case_one():
    """One process on one worker is a demo, too."""
    result = throng("demo", "--processes", "1", "--workers", "1", "--json")
    require(result.returncode == 0 and json.loads(result.stdout)["ok"], "it succeeds", result.stdout, result.stderr)


def on_terminal(*arguments):
    """The command on a terminal: all it printed, and what is left of each line in the end. It must succeed."""
    master, slave = pty.openpty()
    child = subprocess.Popen([THRONG, *arguments], stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # how a terminal tells that the other side is gone
            break
        if not piece:
            break
        text += piece
    text = text.decode()
    require(child.wait() == 0, "it succeeds", text)
    lines = text.replace("\r\n", "\n").split("\n")
    require(any("\r" in line and "[....." in line for line in lines), "there is a line of progress", text)
    return text, [line.split("\x1b[K")[-1] for line in lines]


def case_terminal():
    """On a terminal the line of progress is rewritten, and gone in the end."""
    text, shown = on_terminal("demo", "--processes", "500")
    require(sum(line.endswith("  ok") for line in shown) == len(ACTS), "results replace progress", text)
    require(not any("[" in line for line in shown), "no bar is left", text)


def case_refusals():
    """What cannot be had is refused before anything starts, in one sentence that says what to do."""
    require_refusal(throng("demo", "--processes", "0"), 2, "--processes", "from 1 to")
    require_refusal(throng("demo", "--processes", "64000001"), 2, "--processes", "64,000,000")
    require_refusal(throng("demo", "--processes", "99999999999999999999"), 2, "--processes", "from 1 to")
    require_refusal(throng("demo", "--processes", "many"), 2, "--processes", "whole number")
    require_refusal(throng("demo", "--processes", "1.5"), 2, "--processes", "whole number")
    require_refusal(throng("demo", "--workers", "100000"), 2, "--workers", "1,024")
    require_refusal(throng("demo", "--workers", "0"), 2, "--workers", "from 1 to")
    require_refusal(throng("demo", "--workers", "-1"), 2, "--workers", "from 1 to")
    require_refusal(throng("demo", "--loud"), 2, "--loud", "throng demo --help")
    require_refusal(throng("dance"), 2, "dance", "throng --help")
    require_refusal(throng(), 2, "throng demo")


def case_no_memory():
    """Too little room is noticed before anything starts, and a little more than enough is enough."""
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
    require_refusal(throng("demo", "--workers", "2", preexec_fn=limit), 1, "address space", "--processes", "ulimit -v")
    result = throng("demo", "--processes", "100", "--workers", "2", preexec_fn=limit)
    require(result.returncode == 0, "a small demo still fits", result.stdout, result.stderr)


def case_no_room_for_output():
    """Output that is lost is no success."""
    for form in (["--json"], []):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([THRONG, "demo", "--processes", "10", *form], stdout=full, stderr=subprocess.PIPE,
                                    text=True, check=False)
        require(result.returncode == 1 and "could not be written" in result.stderr, "it is told", result.stderr)


def case_help():
    """--version and --help answer on stdout."""
    version = throng("--version")
    require(version.returncode == 0 and version.stdout.startswith("throng 0."), "there is a version", version.stdout)
    overview = throng("--help")
    require(overview.returncode == 0 and "demo" in overview.stdout, "the demo is listed", overview.stdout)
    demo = throng("demo", "--help")
    require(demo.returncode == 0 and "--processes" in demo.stdout and "--json" in demo.stdout, "so are its options",
            demo.stdout)


TINY = ["--workers", "2", "--size", "0.02"]
WORKLOADS = ["pairs", "tree", "open", "servers", "deadlines"]


def in_directory(case):
    """Calls `case` with a function that gives paths in a directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        case(lambda name: os.path.join(directory, name))


def lab(*arguments):
    result = throng("lab", *arguments)
    require(result.returncode == 0 and result.stderr == "", "the lab succeeds", result.stdout, result.stderr)
    return result.stdout


def record(path, workload="servers"):
    lab(workload, *TINY, "--runs", "1", "--policy", "built_in", "--record", path)


def require_measures(report, runs):
    """Every measure of every policy is there, in order, and its median is one of what was seen or between."""
    for policy in report["policies"]:
        for name, measure in policy["measures"].items():
            require(len(measure["runs"]) == runs, f"{name}: a figure for each run", measure)
            seen = [figure for figure in measure["runs"] if figure is not None]
            if len(seen) == runs:
                require(min(seen) <= measure["median"] <= max(seen), f"{name}: the median is among them", measure)
                require(measure["low"] <= measure["median"] <= measure["high"], f"{name}: so is the interval", measure)
        measures = policy["measures"]
        require(0 < measures["throughput"]["median"], "something was done", measures)
        require(measures["wake_p50"]["median"] <= measures["wake_p99"]["median"] <= measures["wake_p999"]["median"],
                "delays are in order", measures)
        require(0 <= measures["slice_use"]["median"] <= 1.5, "the use of slices is a share", measures)
        fairness = measures["fairness"]["median"]
        require(fairness is None or 0 < fairness <= 1 + 1e-9, "the fairness is an index", measures)


def case_lab():
    """Policies by turns: a table, a verdict for each measure, and the first policy is what the others are beside."""
    table = lab(*TINY, "--runs", "5", "--policy", "built_in", "--policy", "fifo", "--policy", "built_in", "tree")
    for word in ("throughput", "wake_p99", "latency_p999", "fairness", "steals", "built_in", "fifo"):
        require(word in table, f"the table says {word}", table)
    verdicts = ("better", "worse", "noise", "same")
    throughput = table[table.index("throughput"):].splitlines()
    require(not throughput[0].endswith(verdicts), "the first is beside nobody", table)
    require(throughput[1].endswith(verdicts) and throughput[2].endswith(verdicts), "the others are", table)


def case_lab_files():
    """--json and --html: the JSON has every figure, the page is well-formed and needs nothing else."""
    def case(path):
        lab("servers", *TINY, "--runs", "2", "--seed", "7", "--json", path("a.json"), "--html", path("a.html"))
        with open(path("a.json"), encoding="utf-8") as file:
            report = json.load(file)
        require(report["workload"] == "servers" and report["seed"] == 7 and report["runs"] == 2, "it is our run", report)
        require([policy["policy"] for policy in report["policies"]] == ["built_in", "eevdf"], "two policies", report)
        require_measures(report, 2)
        require(report["policies"][1]["measures"]["throughput"]["verdict"] == "too few runs", "two are too few", report)
        with open(path("a.html"), encoding="utf-8") as file:
            page = file.read()
        require("http" not in page and "<script" not in page, "it needs nothing else", page)
        for svg in page.split("<svg")[1:]:
            root = xml.etree.ElementTree.fromstring("<svg" + svg[:svg.index("</svg>") + 6])
            require(len(root.findall("circle")) in (2, 4), "there is a dot for each run", svg)
        require(page.count("<svg") >= 6, "there are plots", page)
    in_directory(case)


def case_lab_workloads():
    """Each workload that comes along ends, does something, and tells of it."""
    def case(path):
        for workload in WORKLOADS:
            lab(workload, *TINY, "--runs", "1", "--policy", "built_in", "--policy", "edf", "--json", path("a.json"))
            with open(path("a.json"), encoding="utf-8") as file:
                report = json.load(file)
            require_measures(report, 1)
            for policy in report["policies"]:
                require(policy["measures"]["latency_p99"]["median"] > 0, f"{workload} has latencies", report)
    in_directory(case)


def case_lab_replay():
    """A recording is done again: as many activations under each policy."""
    def case(path):
        record(path("a.rec"))
        lab("--replay", path("a.rec"), "--workers", "2", "--runs", "1", "--json", path("a.json"))
        with open(path("a.json"), encoding="utf-8") as file:
            report = json.load(file)
        require(report["workload"] == "replay", "it is a replay", report)
        require_measures(report, 1)
    in_directory(case)


def case_lab_load():
    """A shared object of the user's is a workload too."""
    def case(path):
        lab("--load", sys.argv[3], *TINY, "--runs", "1", "--json", path("a.json"))
        with open(path("a.json"), encoding="utf-8") as file:
            require_measures(json.load(file), 1)
    in_directory(case)


def case_lab_load_policies():
    """Policies of the user's are measured beside those that come along, under any workload."""
    workload, policies = sys.argv[3], sys.argv[4]
    chosen = ["--policy", "newest_mostly", "--policy", "fifo", "--policy", "newest"]

    def measured(path, *arguments):
        lab(*arguments, *chosen, "--workers", "2", "--runs", "1", "--json", path("a.json"))
        with open(path("a.json"), encoding="utf-8") as file:
            report = json.load(file)
        require([policy["policy"] for policy in report["policies"]] == chosen[1::2], "these, in order", report)
        require_measures(report, 1)

    def case(path):
        record(path("a.rec"))
        measured(path, "--size", "0.02", "--load", policies, "tree")
        measured(path, "--replay", path("a.rec"), "--load", policies)
        measured(path, "--size", "0.02", "--load", policies, "--load", workload)
    in_directory(case)


def case_lab_load_refusals():
    """What a shared object lacks, and what does not go together, is told in one sentence before anything starts."""
    workload, policies = sys.argv[3], sys.argv[4]
    require_refusal(throng("lab", "tree", "--load", workload), 2, "--load", workload, "no policies", "tree")
    require_refusal(throng("lab", "--load", workload, "--policy", "newest"), 2, "newest", "built_in")
    require_refusal(throng("lab", "tree", "--load", policies, "--policy", "nwest"), 2, "nwest", "fifo", "newest_mostly")
    require_refusal(throng("lab", "--load", policies), 1, "throng lab pairs")
    require_refusal(throng("lab", "tree", "--load", "libm.so.6"), 1, "throng_lab_workload", "throng_lab_policies")


def case_lab_refusals():
    """What cannot be had is refused before anything starts, in one sentence that says what there is."""
    require_refusal(throng("lab", "tree", "--policy", "best"), 2, "best", "built_in", "eevdf", "fifo")
    require_refusal(throng("lab", "dance"), 2, "dance", *WORKLOADS)
    require_refusal(throng("lab", "tree", "--runs", "0"), 2, "--runs", "from 1 to")
    require_refusal(throng("lab", "tree", "--size", "-1"), 2, "--size", "from 0.001 to 1000")
    require_refusal(throng("lab", "tree", "--replay", "x.rec"), 2, "--replay")
    require_refusal(throng("lab"), 1, "throng lab pairs")
    require_refusal(throng("lab", "--load", "/nowhere/x.so"), 1, "/nowhere/x.so", "could not be loaded")
    require_refusal(throng("lab", "--replay", "/nowhere/x.rec"), 1, "/nowhere/x.rec", "could not be opened")

    def case(path):
        record(path("a.rec"))
        with open(path("a.rec"), "rb") as file:
            sound = file.read()
        for name, wrong, word in (("cut", sound[:-10], "is cut off"), ("none", b"hello", "is no recording"),
                                  ("damaged", sound[:-1] + bytes([sound[-1] ^ 1]), "is damaged"),
                                  ("other", sound[:8] + b"\x07" + sound[9:], "format 7")):
            with open(path(name), "wb") as file:
                file.write(wrong)
            require_refusal(throng("lab", "--replay", path(name)), 1, path(name), word)
            require_refusal(throng("trace", path(name), "-o", path("out")), 1, path(name), word)
            require(not os.path.exists(path("out")), "nothing is written")
    in_directory(case)


if __name__ == "__main__":
    globals()["case_" + sys.argv[2]]()
