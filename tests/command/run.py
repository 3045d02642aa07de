#!/usr/bin/env python3
"""Runs the throng command as a user would, with small numbers, and looks at what comes out.

    run.py THRONG CASE      one case; the cases are the functions case_… below
"""
import json
import os
import pty
import resource
import subprocess
import sys

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


def case_terminal():
    """On a terminal the line of progress is rewritten, and gone in the end."""
    master, slave = pty.openpty()
    child = subprocess.Popen([THRONG, "demo", "--processes", "500"], stdout=slave, stderr=slave,
                             env={**os.environ, "TERM": "xterm"})
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
    require(child.wait() == 0, "the demo succeeds", text.decode())
    lines = text.decode().replace("\r\n", "\n").split("\n")
    require(any("\r" in line and "[....." in line for line in lines), "there is a line of progress", text.decode())
    shown = [line.split("\x1b[K")[-1] for line in lines]  # what is left of each line
    require(sum(line.endswith("  ok") for line in shown) == len(ACTS), "results replace progress", text.decode())
    require(not any("[" in line for line in shown), "no bar is left", text.decode())


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


if __name__ == "__main__":
    globals()["case_" + sys.argv[2]]()
