#!/usr/bin/env python3
"""What the compiler-inserted checks cost: builds bench/preempt/kernels.cpp plain and instrumented, prints ratio tables.

    bench/preempt_overhead.py [--runs N] [--rounds N] [--levels "-O2,-O3 -march=x86-64-v3"] [--gcc-plugin FILE]
                              [--llvm-plugin FILE] [--only REGEX]

The plugins are by default those of build/gcc and build/clang. Builds run in turn, one round after the other, so that a
machine that changes its speed changes all of them. Time is that of the processor. The first table compares the smallest
times of all rounds, the second the medians of the medians. Sizes are bytes of code.
"""
import argparse
import pathlib
import re
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS = ROOT / "bench" / "preempt"
GCC = "-fplugin-arg-throng_preempt-"


def variants(options):
    """(compiler, name, flags); the first of a compiler is the one without checks."""
    gcc = [f"-fplugin={options.gcc_plugin}", "-mno-red-zone", "-falign-loops=32"]
    llvm = ["-Xclang", "-load", "-Xclang", options.llvm_plugin, f"-fpass-plugin={options.llvm_plugin}"]
    coverage = ["-DTHRONG_COVERAGE"]
    result = [("g++", "plain", [])]
    if pathlib.Path(options.gcc_plugin).exists():
        result += [("g++", "local asm", gcc), ("g++", "local call", [*gcc, f"{GCC}slow=call"]),
                   ("g++", "local asm, settle=off", [*gcc, f"{GCC}settle=off"]),
                   ("g++", "local asm, strips=off", [*gcc, f"{GCC}strips=off"]),
                   ("g++", "memory asm", [*gcc, f"{GCC}loop=memory"])]
    result += [("g++", "coverage", [*coverage, "-fsanitize-coverage=trace-pc"]), ("clang++", "plain", [])]
    if pathlib.Path(options.llvm_plugin).exists():
        result += [("clang++", "local", llvm), ("clang++", "local, settle=off", [*llvm, "-mllvm", "-throng-preempt-settle=off"]),
                   ("clang++", "memory", [*llvm, "-mllvm", "-throng-preempt-loop=memory"])]
    result += [("clang++", "coverage", [*coverage, "-fsanitize-coverage=edge,trace-pc,no-prune"])]
    return [v for v in result if v[1] == "plain" or re.search(options.only, f"{v[0]} {v[1]}")]


def build(work, number, compiler, level, flags):
    """(program, bytes of code of the kernels)"""
    compile_ = [compiler, "-std=c++20", *level.split()]
    kernels, program = work / f"kernels{number}.o", work / f"kernels{number}"
    subprocess.run([*compile_, *flags, "-c", KERNELS / "kernels.cpp", "-o", kernels], check=True)
    support = []
    if flags:
        support = [KERNELS / "slices.cpp", ROOT / "vm/src/preempt_stubs.cpp"]
        support += [ROOT / "vm/coverage/preempt_coverage.cpp"] if "-DTHRONG_COVERAGE" in flags else []
    subprocess.run([compiler, "-std=c++20", "-O2", kernels, *support, "-o", program], check=True)
    sections = subprocess.run(["size", "-A", kernels], capture_output=True, text=True, check=True).stdout
    return program, sum(int(m[1]) for m in re.finditer(r"^\.text\S*\s+(\d+)", sections, re.MULTILINE))


def run(program, runs):
    """kernel -> (smallest ms, median ms, result, slow paths, median us, p99 us)"""
    out = subprocess.run([program, str(runs)], capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in out.splitlines()]
    return {w[0]: (float(w[1]), float(w[2]), w[3], *map(float, w[4:])) for w in lines}


def table(head, rows):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def measure(options, level, work):
    built = []
    for number, (compiler, name, flags) in enumerate(variants(options)):
        built.append((compiler, name, *build(work, number, compiler, level, flags)))
    rounds = {}
    for _ in range(options.rounds):
        for compiler, name, program, _ in built:
            for kernel, values in run(program, options.runs).items():
                rounds.setdefault((compiler, name), {}).setdefault(kernel, []).append(values)
    compare(level, "smallest", built, rounds, lambda values: min(v[0] for v in values))
    compare(level, "median", built, rounds, lambda values: statistics.median(v[1] for v in values))
    print("Length of a slice of 32,000 ticks in us, median / 99th percentile.\n")
    names = list(next(iter(rounds.values())))
    rows = [[f"{c} {n}", *[f"{rounds[c, n][k][0][4]:.0f} / {rounds[c, n][k][0][5]:.0f}" for k in names]]
            for c, n, _, _ in built if n != "plain"]
    table(["build", *names], rows)


def compare(level, what, built, rounds, time_of):
    print(f"## {level}, {what}\n\nTime relative to the same compiler without checks; its own in ms.\n")
    names = list(next(iter(rounds.values())))
    rows = []
    for compiler, name, _, size in built:
        own, plain = rounds[compiler, name], rounds[compiler, "plain"]
        for kernel in names:
            if own[kernel][0][2] != plain[kernel][0][2]:
                raise SystemExit(f"{compiler} {name}: {kernel} computes something else")
        if name == "plain":
            base = size
            rows.append([f"{compiler} {name}, ms", *[f"{time_of(own[k]):.1f}" for k in names], "", str(size)])
            continue
        ratios = [time_of(own[k]) / time_of(plain[k]) for k in names]
        rows.append([f"{compiler} {name}", *[f"{r:.2f}" for r in ratios], f"{statistics.geometric_mean(ratios):.2f}",
                     f"{size / base:.2f}"])
    table(["build", *names, "mean", "code"], rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--levels", default="-O2,-O3 -march=x86-64-v3")
    parser.add_argument("--gcc-plugin", default=str(ROOT / "build/gcc/lib/throng_preempt.so"))
    parser.add_argument("--llvm-plugin", default=str(ROOT / "build/clang/lib/throng_preempt_llvm.so"))
    parser.add_argument("--only", default="", help="a regular expression: which builds besides the plain ones")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for level in options.levels.split(","):
            measure(options, level, pathlib.Path(work))


if __name__ == "__main__":
    main()
