#!/usr/bin/env python3
"""`throng trace`: what it makes of recordings, for tracing pages.

    trace.py THRONG CASE     one case; the cases are the functions case_… below
"""
import json
import struct
import sys

from run import in_directory, record, require, require_refusal, throng


def require_track(runs):
    """Of one worker's track: runs in order, none within another, each with a reason for its end."""
    end = 0.0
    for run in runs:
        require(run["dur"] >= 0, "a run ends behind its beginning", run)
        require(run["ts"] >= end - 0.0015, "a run begins behind the end of the one before", run, end)
        end = run["ts"] + run["dur"]
        require(run["args"]["stop"] in ("yielded", "budget", "preempted", "waits", "ended"), "there is a reason", run)


def require_order(events):
    """As Perfetto wants it: times never go back, and who sends or receives is in a run that is there before."""
    times, ends = {}, {}
    for event in events:
        if event["ph"] == "M":
            continue
        track = event["tid"]
        require(event["ts"] >= times.get(track, 0), "times of a track go on", event, times.get(track))
        times[track] = event["ts"]
        if event["ph"] == "X":
            ends[track] = event["ts"] + event["dur"]
        elif event["ph"] in "sf":
            require(event["ts"] <= ends.get(track, -1) + 0.0015, "a message has a run to be in", event, ends)


def require_format(events):
    """Every event has what the Trace Event Format asks for in its kind."""
    needed = {"M": {"name", "args"}, "X": {"name", "cat", "ts", "dur", "args"}, "i": {"name", "cat", "ts", "s"},
              "s": {"name", "cat", "ts", "id"}, "f": {"name", "cat", "ts", "id", "bp"}}
    for event in events:
        require(event["ph"] in needed, "its kind is known", event)
        require(needed[event["ph"]] | {"ph", "pid", "tid"} == set(event), "it has its fields and no others", event)
        require(event["ph"] != "i" or event["s"] == "t", "an instant belongs to its track", event)
        require(event["ph"] != "f" or event["bp"] == "e", "an arrow ends in the run around it", event)
    for phase in "sf":
        ids = [event["id"] for event in events if event["ph"] == phase]
        require(len(ids) == len(set(ids)), "no arrow begins or ends twice", phase)


def case_trace():
    """A trace is JSON that tracing pages read, and what it says could have happened."""
    def case(path):
        for workload in ("servers", "tree"):
            record(path("a.rec"), workload)
            result = throng("trace", path("a.rec"), "-o", path("a.json"))
            require(result.returncode == 0 and "events of" in result.stdout, "the trace is made", result.stderr)
            with open(path("a.json"), encoding="utf-8") as file:
                events = json.load(file)["traceEvents"]
            require_format(events)
            require_order(events)
            names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
            process = [event["args"]["name"] for event in events if event["name"] == "process_name"]
            require(process == ["throng"], "the runtime has its name", process)
            order = {event["tid"]: event["args"]["sort_index"] for event in events if event["name"] == "thread_sort_index"}
            require(order == {track: track for track in names}, "workers are in their order", order)
            require(names[0] == "worker 0" and "outside" in names.values(), "tracks have names", names)
            runs = [event for event in events if event["ph"] == "X" and event["cat"] == "run"]
            require(len(runs) > 20, "there are runs", len(runs))
            for track in names:
                require_track([run for run in runs if run["tid"] == track])
            sent = {event["id"]: event["ts"] for event in events if event["ph"] == "s"}
            received = {event["id"]: event["ts"] for event in events if event["ph"] == "f"}
            require(len(received) > 20 and set(received) <= set(sent), "what is received was sent", len(received))
    in_directory(case)


# How docs/recorder.md numbers them.
RUN, STOP, ENQUEUE, STEAL, PARK, UNPARK = range(6)
SPAWN, BODY, TAG, DEADLINE, SEND, RECEIVE, EXIT = range(16, 23)


def recording_of(tracks):
    """A recording's file, as docs/recorder.md has it. An event: kind, detail, time in ns, subject, amount."""
    def number(value):
        low, rest = value & 127, value >> 7
        return bytes([low | 128]) + number(rest) if rest else bytes([low])

    def text(words):
        return number(len(words)) + words.encode()

    body = text("by hand") + text("no machine") + number(1) + number(1) + number(4000) + number(1000) + number(0)
    body += number(len(tracks))
    for name, events in tracks:
        body += text(name) + number(0) + number(len(events))
        before = 0
        for kind, detail, time, subject, amount in events:
            change, before = time - before, time
            body += number(kind) + number(detail) + number(change * 2 if change >= 0 else -change * 2 - 1)
            body += number(subject) + number(amount)
    checksum = 0xcbf29ce484222325
    for byte in body:
        checksum = (checksum ^ byte) * 0x100000001b3 % 2**64
    return b"THRONGFR" + struct.pack("<IIQQ", 1, 0, len(body), checksum) + body


def case_trace_arrows():
    """Arrows have a beginning and an end that readers show: in a run, or beside one that stands for it."""
    process, other = 64, 65
    tracks = [("worker 0", [(SEND, 0, 100, other, 7),  # of a run whose beginning is overwritten
                            (STOP, 3, 200, process, 9), (RUN, 0, 300, other, 0), (RECEIVE, 0, 300, other, 7),
                            (SEND, 0, 300, process, 8), (STOP, 4, 400, other, 5), (RUN, 0, 500, process, 0),
                            (RECEIVE, 0, 500, process, 8), (RECEIVE, 1, 500, process, 9), (RECEIVE, 0, 500, process, 1)]),
              ("outside", [(SEND, 0, 450, process, 9)])]

    def case(path):
        with open(path("a.rec"), "wb") as file:
            file.write(recording_of(tracks))
        result = throng("trace", path("a.rec"), "-o", path("a.json"))
        require(result.returncode == 0, "the trace is made", result.stderr)
        with open(path("a.json"), encoding="utf-8") as file:
            events = json.load(file)["traceEvents"]
        require_format(events)
        require_order(events)
        arrows = {event["id"]: [event["ts"]] for event in events if event["ph"] == "s"}
        for event in events:
            if event["ph"] == "f":
                arrows[event["id"]].append(event["ts"])
        require(sorted(arrows.values()) == [[0.1, 0.3], [0.3, 0.5], [0.45, 0.5]], "these messages arrived", events)
        runs = [(event["ts"], event["dur"], event["args"]["stop"]) for event in events if event.get("cat") == "run"]
        require([run[0] for run in runs] == [0.3, 0.5], "these runs are known", runs)
        require(abs(runs[0][1] - 0.1) < 1e-9 and abs(runs[1][1] - 0.5) < 1e-9, "they lasted so long", runs)
        require([run[2] for run in runs] == ["ended", "open"], "they ended so", runs)
    in_directory(case)


def case_trace_refusals():
    """A trace says what it lacks."""
    require_refusal(throng("trace"), 2, "recording")
    require_refusal(throng("trace", "/nowhere/x.rec", "-o", "/tmp/x.json"), 1, "/nowhere/x.rec")

    def case(path):
        record(path("a.rec"))
        require_refusal(throng("trace", path("a.rec"), "-o", "/nowhere/x.json"), 1, "/nowhere/x.json")
    in_directory(case)


if __name__ == "__main__":
    globals()["case_" + sys.argv[2]]()
