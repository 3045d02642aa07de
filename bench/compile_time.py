#!/usr/bin/env python3
"""How long a file of servers takes to compile: generates SERVERS classes with MESSAGES messages each, half of them calls,
every message sent once, and compiles it several times.

    bench/compile_time.py [--servers 20] [--messages 12] [--compiler g++] [--runs 5] [-- FLAGS...]

Prints one JSON line: the median in seconds, all runs, and the same for a file that only includes the header; by the
clock, and as seconds of processor time, which a busy machine disturbs less.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDES = [f"-I{ROOT / floor / 'include'}" for floor in ("mailbox", "scheduler", "vm", "stdlib")]


def server(number, messages):
    lines = [f"class Server{number} {{", " public:"]
    for m in range(messages):
        reply = "using Reply = int; " if m % 2 else ""
        lines.append(f"  struct M{m} {{ {reply}int value; }};")
    lines.append("  using Protocol = Messages<" + ", ".join(f"M{m}" for m in range(messages)) + ">;")
    for m in range(messages):
        if m % 2:
            lines.append(f"  int handle_call(M{m} m) {{ return sum_ += m.value; }}")
        else:
            lines.append(f"  void handle_cast(M{m} m) {{ sum_ += m.value; }}")
    lines += [" private:", "  int sum_ = 0;", "};", f"void use{number}() {{",
              f"  auto server = gen_server::start_link<Server{number}>();"]
    lines += [f"  server.{'call' if m % 2 else 'cast'}(Server{number}::M{m}{{{m}}});" for m in range(messages)]
    return "\n".join(lines + ["}"])


def seconds_to_compile(compiler, flags, source):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "servers.cpp"
        file.write_text(source, encoding="utf-8")
        command = [compiler, "-std=c++20", *flags, *INCLUDES, "-c", str(file), "-o", f"{folder}/servers.o"]
        begin = time.monotonic()
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)  # of the driver and of all that it has waited for
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, command)
        return time.monotonic() - begin, usage.ru_utime + usage.ru_stime


def medians(prefix, runs):
    clock, processor = zip(*runs)
    return {f"{prefix}seconds": round(statistics.median(clock), 2),
            f"{prefix}cpu_seconds": round(statistics.median(processor), 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--servers", type=int, default=20)
    parser.add_argument("--messages", type=int, default=12)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("flags", nargs="*", default=["-O0"])
    options = parser.parse_args()
    header = "#include <throng/throng.hpp>\nusing namespace throng;\n"
    source = header + "\n".join(server(n, options.messages) for n in range(options.servers))
    runs = [seconds_to_compile(options.compiler, options.flags, source) for _ in range(options.runs)]
    alone = [seconds_to_compile(options.compiler, options.flags, header) for _ in range(options.runs)]
    print(json.dumps({"workload": "compile_time", "compiler": options.compiler, "flags": options.flags,
                      "servers": options.servers, "messages": options.messages,
                      **medians("", runs), "runs": [round(clock, 2) for clock, _ in runs],
                      **medians("header_", alone)}))


if __name__ == "__main__":
    main()
