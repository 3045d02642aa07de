#!/usr/bin/env python3
"""Builds programs with the compiler's plugin and looks at what the checks do. One ctest entry per case.

    run.py CASE --compiler g++ --plugin FILE --source ROOT --work DIR

THRONG_PREEMPT_MATRIX=long has the case `torture` build every combination instead of a selection. With it,
THRONG_PREEMPT_RUNTIME names a build of throng by any compiler, and THRONG_PREEMPT_SANITIZED_RUNTIME one by this compiler with
the address sanitizer: each combination then runs in their processes too, switched and moved at checks.
"""
import argparse
import itertools
import os
import re
import shutil

from builder import HERE, Builder, require, statistics

TORTURE = ["torture_language.cpp", "torture_numbers.cpp", "torture_counted.cpp", "torture_library.cpp", "torture_main.cpp"]


# ---- torture

def torture_kinds(builder):
    kinds = {"plain": [], "lto": builder.lto("thin"), "sanitized": ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"],
             "shared": ["-fPIC"], "native": ["-march=native", "-ffp-contract=off"], "debug": ["-g"]}
    return {kind: flags for kind, flags in kinds.items() if flags is not None}


LONG = os.environ.get("THRONG_PREEMPT_MATRIX") == "long"


def torture_selection(builder):
    """(level, kind, loop, slow) for every day, or all of them."""
    slows = ["call"] if builder.clang else ["asm", "call"]
    if LONG:
        levels = ["-O0", "-O1", "-O2", "-O3", "-Os", "-Og"]
        return list(itertools.product(levels, torture_kinds(builder), ["local", "memory"], slows))
    first = slows[0]
    return [("-O0", "plain", "local", first), ("-O2", "plain", "local", first), ("-O2", "lto", "local", first),
            ("-O1", "sanitized", "local", first), ("-O2", "shared", "memory", slows[-1]),
            ("-O3", "native", "local", first)]


def run_in_processes(builder, name, level, kind, flags, checks, linking, pieces):
    """The same objects in processes of a real runtime. False: there is no build of it for this kind."""
    build = os.environ.get("THRONG_PREEMPT_SANITIZED_RUNTIME" if kind == "sanitized" else "THRONG_PREEMPT_RUNTIME")
    if build is None:
        return False
    floors = ["vm", "scheduler", "mailbox"]
    includes = [f"-I{builder.root / floor / 'include'}" for floor in floors]
    main = builder.compile("torture_processes.cpp", level, *flags, *checks, *includes, name=f"{name}_processes")
    runtime = [f"{build}/libthrong_{floor}.a" for floor in floors] + ["-lboost_context", "-ldl", "-rdynamic", "-Wl,-z,now"]
    program = builder.link(f"{name}_in_processes", *linking, main, *pieces, *runtime)
    result = builder.run(program, HERE / "torture.txt", "1")
    require(result.returncode == 0, f"{name} computes the same in processes", result.stdout, result.stderr)
    print(f"{name}: {result.stdout.strip()}")
    return True


def case_torture(builder):
    """Instrumented programs compute what the same program computes without checks."""
    expected = (HERE / "torture.txt").read_text()
    without = {s: builder.compile(s, "-O1", "-fPIC", name=f"plain_{s}") for s in TORTURE}
    result = builder.run(builder.link("reference", *without.values()))
    require(result.stdout == expected, "the program without checks gives the stored results", result.stdout)
    for level, kind, loop, slow in torture_selection(builder):
        flags = torture_kinds(builder).get(kind)
        if flags is None:
            continue
        name = "_".join((level[1:], kind, loop, slow))
        stats = builder.work / f"{name}.stats"
        checks = builder.checks(loop, slow, stats=stats)
        # The library's templates take most of the time, so every day they are not in every combination.
        parts = TORTURE[:4] if LONG or kind == "plain" else TORTURE[:3]
        objects = [builder.compile(s, level, *flags, *checks, name=f"{name}_{s}") for s in parts]
        objects += [without[s] for s in TORTURE[:-1] if s not in parts]
        main = without[TORTURE[-1]]
        sanitizer = [f for f in flags if f.startswith("-fsanitize")]
        linking = [level, *flags] + ([] if builder.clang else checks)
        pieces = objects
        if kind == "shared":
            library = builder.link(f"lib{name}.so", *linking, "-shared", *objects)
            pieces = [library, f"-Wl,-rpath,{builder.work}"]
            program = builder.link(name, main, library, *builder.stand_in(), "-rdynamic", f"-Wl,-rpath,{builder.work}")
        else:
            program = builder.link(name, *linking, *objects, main, *builder.stand_in(*sanitizer))
        result = builder.run(program)
        require(result.returncode == 0 and result.stdout == expected, f"{name} computes the same", result.stdout,
                result.stderr)
        slow_paths = int(result.stderr.split()[0])
        require(slow_paths > 500, f"{name} took the slow path", result.stderr)
        local = sum(counts[2] for counts in statistics(stats).values())
        require((local > 0) == (loop == "local") or kind == "sanitized", f"{name} counts {loop}", local)
        print(f"{name}: {slow_paths} slow paths, {local} loops do not count in memory")
        if LONG:
            run_in_processes(builder, name, level, kind, flags, checks, linking, pieces)


# ---- where checks are

def case_places(builder):
    """Every cycle gives way in time, at every level; what shall have no check has none."""
    for level in ("-O0", "-O1", "-O2", "-O3"):
        for loop in ("local", "memory"):
            stats = builder.work / f"stats{level}{loop}"
            places = builder.compile("places.cpp", level, *builder.checks(loop, stats=stats))
            program = builder.link("places", places, *builder.stand_in())
            result = builder.run(program)
            require(result.returncode == 0, f"{level} {loop}: every cycle gives way", result.stdout, result.stderr)
            look_at_functions(statistics(stats), level, loop)


def look_at_functions(functions, level, loop):
    def require_counts(name, text, holds):
        require(holds(functions[name]), f"{level} {loop}: {name} has {text}", functions[name])

    require_counts("leaf", "no check", lambda f: f[:3] == (0, 0, 0))
    require_counts("plain_loop", "no check at its entry", lambda f: f[0] == 0 and f[1] + f[2] >= 1)
    require_counts("plain_loop", f"a {loop} check", lambda f: (f[2] > 0) == (loop == "local"))
    require_counts("loop_with_call", "checks of the word only", lambda f: f[1] >= 1 and f[2] == 0)
    require_counts("recursion", "a check at its entry", lambda f: f[0] == 1 or (f[1] + f[2] > 0 and level != "-O0"))
    require_counts("not_preempted", "no check", lambda f: f[:3] == (0, 0, 0))
    if "taken_out" in functions:
        require_counts("taken_out", "no check", lambda f: f[:3] == (0, 0, 0))
    runtime = "_ZN6throng6detail16runtime_functionEl"
    require_counts(runtime, "no check at its entry", lambda f: f[0] == 0)
    if level != "-O0":
        require_counts("short_loop", "no check", lambda f: f[:3] == (0, 0, 0))
    for name, counts in functions.items():
        if name.startswith(("_ZNSt6vector", "_ZNSaI", "_ZSt4move")):
            require(counts[0] == 0, f"{level}: {name} of the library has no check at its entry", counts)


COUNTED_SOURCE = """
#define BODY(name) asm volatile("# body " #name ::: "memory")
void plain(long n) { for (long i = 0; i < n; ++i) BODY(plain); }
void pointers(const long* begin, const long* end) { for (; begin != end; ++begin) BODY(pointers); }
void numbers(unsigned n) { for (unsigned i = 1; i != n; i += 2) BODY(numbers); }
void nested(long n) { for (long i = 0; i < n; ++i) for (long j = 0; j < n; ++j) BODY(nested); }
void fixed() { for (int i = 0; i < 900; ++i) BODY(fixed); }
void calls(long n, void (*step)()) { for (long i = 0; i < n; ++i) { step(); BODY(calls); } }
void search(const long* at, long n) { for (long i = 0; i < n && at[i] != 5; ++i) BODY(search); }
"""


def case_strips(builder):
    """An iteration of a loop that is counted before it runs is what it is without checks: one jump, and that goes back."""
    source = builder.work / "counted.cpp"
    source.write_text(COUNTED_SOURCE)

    def jumps_back_at_once(text, name):
        at = text.index(f"# body {name}\n")
        target = re.search(r"^\s+j\w+\s+(\S+)$", text[at:], re.MULTILINE)[1]
        return text.find(f"\n{target}:") in range(at)

    # clang knows no number of iterations if two pointers could miss each other.
    for level in ("-O1", "-O2", "-O3"):
        stats = builder.work / f"stats{level}"
        text = builder.compile(source, level, "-S", *builder.checks(stats=stats), name="text").read_text()
        strips = {name: counts[3] for name, counts in statistics(stats).items()}
        for name in ("plain", "nested", "fixed") + (() if builder.clang else ("pointers", "numbers")):
            require(jumps_back_at_once(text, name), f"{level}: {name} iterates without a check", text)
            counted = sum(number for function, number in strips.items() if f"{len(name)}{name}" in function)
            require(counted == 1, f"{level}: the inner loop of {name} is charged before", strips)
        text = builder.compile(source, level, "-S", *builder.checks(strips="off"), name="text").read_text()
        require(not jumps_back_at_once(text, "plain"), "counted one by one there is a jump more, so the test can fail", text)
    for level in ("-O0", "-Os") if builder.clang else ("-O0", "-Os", "-Og"):
        stats = builder.work / f"stats{level}"
        builder.compile(source, level, *builder.checks(stats=stats))
        require(all(counts[3] == 0 for counts in statistics(stats).values()), f"{level}: none is charged before", stats)


def case_library(builder):
    """The library's recursive templates have a check at their entry, so that std::regex gives way."""
    stats = builder.work / "stats"
    builder.compile("torture_library.cpp", "-O1", *builder.checks(stats=stats))
    regex = {name: counts for name, counts in statistics(stats).items() if "_M_dfs" in name}
    require(regex and all(counts[0] == 1 for counts in regex.values()), "the search of std::regex gives way", regex)


def case_own_headers(builder):
    """Loops of throng's own headers have no check with g++; what a program compiles into their functions has."""
    include = builder.work / "include" / "throng"
    include.mkdir(parents=True)
    (include / "own.hpp").write_text(
        "void step(long);\n"
        "inline void own_loop(long n) { for (long i = 0; i < n; ++i) step(i); }\n"
        "template <class F> __attribute__((noinline)) void own_call(long n, F f) { f(n); step(n); }\n")
    (builder.work / "user.cpp").write_text(
        '#include "include/throng/own.hpp"\n'
        "void use(long n) { own_loop(n); own_call(n, [](long m) { while (m-- > 0) asm volatile(\"\"); }); }\n")
    stats = builder.work / "stats"
    skip = None if builder.clang else builder.work / "include"
    builder.compile(builder.work / "user.cpp", "-O0", *builder.checks(stats=stats, skip=skip))
    functions = statistics(stats)
    own = functions["_Z8own_looplu" if "_Z8own_looplu" in functions else "_Z8own_loopl"]
    require(builder.clang or own[:3] == (0, 0, 0), "a loop of throng's has no check", own)
    stats.unlink()
    builder.compile(builder.work / "user.cpp", "-O2", *builder.checks(stats=stats, skip=skip))
    called = [counts for name, counts in statistics(stats).items() if "own_call" in name]
    require(called and all(counts[1] + counts[2] == 1 for counts in called),
            "the loop that was compiled into throng's function has a check", statistics(stats))


def case_lto(builder):
    """A link with optimization keeps the checks, or fails; it adds none to the runtime, compiled without."""
    (builder.work / "other.cpp").write_text("namespace throng { void other(long n) { while (n-- > 0) asm(\"\"); } }\n")
    (builder.work / "first.cpp").write_text(
        "namespace throng { void other(long); }\n"
        "int main() { for (int i = 0; i < 90000; ++i) asm volatile(\"\"); throng::other(90000); }\n")
    lto = builder.lto("full")
    if lto is None:
        print("there is no lld for this clang, so nothing was looked at")
        return
    first = builder.compile(builder.work / "first.cpp", "-O2", *lto, *builder.checks())
    other = builder.compile(builder.work / "other.cpp", "-O2", *lto)
    if builder.clang:
        result = builder.run(builder.link("program", *lto, first, other, *builder.stand_in()))
    else:
        missing = builder.run(builder.compiler, *lto, first, other, *builder.stand_in(), "-o", builder.work / "program")
        require(missing.returncode != 0 and "plugin_options_are_missing_where_this_is_linked" in missing.stderr,
                "a link without the plugin is refused", missing.stderr)
        checks = builder.checks(stats=builder.work / "stats")
        result = builder.run(builder.link("program", *lto, *checks, first, other, *builder.stand_in()))
        functions = statistics(builder.work / "stats")
        others = [counts for name, counts in functions.items() if name.startswith("_ZN6throng5otherEl")]
        require(others and others[0][:3] == (0, 0, 0), "the runtime stays by itself and has no checks", functions)
        builder.link("library.so", *lto, *checks, "-shared", builder.compile(
            "torture_language.cpp", "-O1", "-fPIC", *lto, *builder.checks()), *builder.stand_in())
        fat = builder.compile(builder.work / "first.cpp", "-O1", *lto, "-ffat-lto-objects", *builder.checks())
        builder.link("program", "-fno-lto", fat, builder.compile(builder.work / "other.cpp"), *builder.stand_in())
    require(80 < int(result.stderr.split()[0]) < 100, "the loop that was compiled with checks has them, the other not",
            result.stderr)


def case_addresses(builder):
    """No code keeps the word's address in a register: a process may go on in another thread."""
    for level, pic in (("-O0", "-fPIC"), ("-O2", "-fPIC"), ("-O2", "-fno-pie"), ("-O3", "-fPIE")):
        for source in TORTURE[:2]:
            target = builder.work / "text.s"
            done = builder.run(builder.compiler, "-std=c++20", level, pic, "-S", HERE / source, "-o", target,
                               *builder.checks("local"))
            require(done.returncode == 0, "it compiles", done.stderr)
            text = target.read_text()
            require("throng_ticks" in text, f"{level} {pic} {source}: there are checks")
            found = re.search(r"%fs:(0x)?0+\b(?!\()|lea\w*\s+[^\n]*%fs", text)
            require(found is None, f"{level} {pic} {source}: no base of thread-local memory in a register",
                    found and text[max(0, found.start() - 300):found.end() + 100])


THREAD_SOURCE = """
#include <cctype>
#include <cerrno>
#include <pthread.h>
void step(long);
int keeps_errno(int own) { errno = own; for (long i = 0; i < 9000; ++i) step(i); return errno != own; }
int stays(long n) { pthread_t thread = pthread_self(); for (long i = 0; i < n; ++i) step(i); return thread == pthread_self(); }
int table(long n) { int sum = 0; for (long i = 0; i < n; ++i) { step(i); sum += (*__ctype_b_loc())[65]; } return sum; }
"""


def case_thread_addresses(builder):
    """What the C library says of the calling thread is asked again behind a check, also in a link with optimization."""
    source, other = builder.work / "thread.cpp", builder.work / "step.cpp"
    source.write_text(THREAD_SOURCE)
    other.write_text("#include <cerrno>\nint keeps_errno(int);\nint stays(long);\nint table(long);\nvoid step(long) { errno = 1; }\n"
                     "int main() { return keeps_errno(2) + stays(3) + table(1); }\n")
    asked = re.compile(r"(?:call|jmp)\w*\s+[^\n]*(?:__errno_location|pthread_self|__ctype_b_loc)")

    def count(level, *flags):
        builder.compile(source, level, "-S", *flags, name="text")
        return len(asked.findall((builder.work / "text.o").read_text()))

    require(count("-O2") < 5, "without checks this compiler asks less often, so the test can fail")
    for level in ("-O0", "-O1", "-O2", "-O3"):
        require(count(level, *builder.checks()) >= 5, f"{level}: each use asks anew", (builder.work / "text.o").read_text())
    lto = builder.lto("full")
    if lto is not None and shutil.which("objdump"):
        with_checks = builder.compile(source, "-O2", *lto, *builder.checks())
        without = builder.compile(other, "-O2", *lto)
        checks = [] if builder.clang else builder.checks()
        for order in ([without, with_checks], [with_checks, without]):  # whose declaration comes first
            program = builder.link("program", "-O2", *lto, *checks, *order, *builder.stand_in())
            text = builder.run("objdump", "-d", "--no-show-raw-insn", program).stdout
            body = re.search(r"<_Z11keeps_errno[.\w]+>:\n(.*?)\n\n", text, re.DOTALL)
            body = body or re.search(r"<main>:\n(.*?)\n\n", text, re.DOTALL)
            require(len(asked.findall(body[1])) >= 2, "the link leaves it so", text)


def case_valgrind(builder):
    """The stubs save registers also on valgrind's processor."""
    if not shutil.which("valgrind"):
        print("valgrind is not installed, so nothing was looked at")
        return
    objects = [builder.compile(s, "-O2", *builder.checks()) for s in ("torture_numbers.cpp", "torture_language.cpp")]
    (builder.work / "part.cpp").write_text(
        '#include <cstdio>\n#include "torture.hpp"\n'
        "int main() { std::fputs((torture::language() + torture::numbers()).c_str(), stdout); }\n")
    program = builder.link("part", *objects, builder.compile(builder.work / "part.cpp"), *builder.stand_in())
    native = builder.run(program)
    result = builder.run("valgrind", "-q", "--error-exitcode=9", program)
    # Its x87 registers have 64 bits, so the line about long doubles is not compared.
    keep = [[line for line in text.splitlines() if "long doubles" not in line] for text in (native.stdout, result.stdout)]
    require(result.returncode == 0 and keep[0] == keep[1], "it computes the same", result.stdout, result.stderr)


def case_stubs(builder):
    """The stubs of g++ save what a program for any x86-64 has in registers, each of the ways in which they can."""
    objects = [builder.compile(s, "-O2", *builder.checks()) for s in TORTURE[:2]]
    (builder.work / "main.cpp").write_text(
        '#include <cstdio>\n#include "torture.hpp"\n'
        'extern "C" unsigned throng_preempt_save_plan;\n'
        "int main() {\n"
        "  const std::string expected = torture::language() + torture::numbers();\n"
        "  const unsigned fxsave = 3 << 16 | 512 | 1, xsave = 7 << 16 | 832 | 2;\n"
        "  if (throng_preempt_save_plan == 0) return 1;\n"
        "  for (unsigned plan : {fxsave, __builtin_cpu_supports(\"avx\") ? xsave : fxsave, 0u}) {\n"
        "    throng_preempt_save_plan = plan;\n"
        "    if (torture::language() + torture::numbers() != expected) return 2;\n"
        "  }\n"
        "  std::fputs(expected.c_str(), stdout);\n}\n")
    program = builder.link("program", *objects, builder.compile(builder.work / "main.cpp"), *builder.stand_in())
    result = builder.run(program)
    require(result.returncode == 0 and len(result.stdout) > 100 and result.stdout in (HERE / "torture.txt").read_text(),
            "it computes the same", result.returncode, result.stdout, result.stderr)


def case_coverage(builder):
    """Without the plugin, coverage callbacks make every cycle give way."""
    kinds = "edge,trace-pc,no-prune" if builder.clang else "trace-pc"
    callback = builder.compile(builder.root / "vm/coverage/preempt_coverage.cpp", "-O2")
    for level in ("-O0", "-O2"):
        places = builder.compile("places.cpp", level, "-DWITHOUT_PLUGIN", f"-fsanitize-coverage={kinds}")
        result = builder.run(builder.link("places", places, callback, *builder.stand_in()))
        require(result.returncode == 0, f"{level}: every cycle gives way", result.stdout, result.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=[name[5:] for name in globals() if name.startswith("case_")])
    for name in ("--compiler", "--plugin", "--source", "--work"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    globals()[f"case_{options.case}"](Builder(options))


if __name__ == "__main__":
    main()
