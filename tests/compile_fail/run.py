#!/usr/bin/env python3
"""Compiles the cases beside this file and checks what the compiler says about them.

A misuse of the interface must fail to compile with one plain sentence, in g++ and in clang++. A case opens with

    // expect: THE SENTENCE       (one line or several; the output must contain each)
    // lines: N                   (optional: the output must have fewer lines than this; 30 if absent)

A file named ok_*.cpp must compile, whatever it says: it shows that the case next to it fails for its own reason.

    run.py [-I DIR]... [--compiler CXX]... [CASE.cpp]...

Without -I the four floors of this tree are used, without CASE all cases, without --compiler both compilers.
"""
import argparse
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FLOORS = ("mailbox", "scheduler", "vm", "stdlib")
DEFAULT_LINES = 30


def opening(case):
    """The expectations in the comment lines a case begins with."""
    sentences, limit = [], DEFAULT_LINES
    for line in case.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        if match := re.match(r"//\s*expect:\s*(.+)", line):
            sentences.append(match[1].strip())
        elif match := re.match(r"//\s*lines:\s*(\d+)", line):
            limit = int(match[1])
    return sentences, limit


def plain(text):
    """Compilers break and quote differently; only the words count."""
    return re.sub(r"\s+", " ", text.replace('\\"', '"'))


def complaint(case, compiler, includes):
    """What is wrong with this case under this compiler, or None."""
    sentences, limit = opening(case)
    must_compile = case.name.startswith("ok_")
    if not must_compile and not sentences:
        return "a case begins with `// expect: SENTENCE`, unless it must compile and is named ok_*.cpp"
    command = [compiler, "-std=c++20", "-fsyntax-only", "-fdiagnostics-color=never"]
    for directory in includes:
        command += ["-I", str(directory)]
    try:
        result = subprocess.run(command + [str(case)], capture_output=True, text=True, timeout=100, check=False)
    except FileNotFoundError:
        return f"{compiler} is not installed"
    output = result.stderr + result.stdout
    if must_compile:
        return None if result.returncode == 0 else "must compile, but:\n" + output
    if result.returncode == 0:
        return "compiles, but must not"
    for sentence in sentences:
        if plain(sentence) not in plain(output):
            return f"the sentence is missing: {sentence}\n{output}"
    count = len(output.splitlines())
    if count >= limit:
        return f"says it in {count} lines, fewer than {limit} are allowed\n{output}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-I", dest="includes", action="append", default=[])
    parser.add_argument("--compiler", dest="compilers", action="append", default=[])
    parser.add_argument("cases", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    includes = options.includes or [ROOT / floor / "include" for floor in FLOORS]
    failed = 0
    cases = options.cases or sorted(HERE.glob("*.cpp"))
    for case in cases:
        for compiler in options.compilers or ["g++", "clang++"]:
            wrong = complaint(case, compiler, includes)
            if wrong:
                failed += 1
                print(f"{case.name} with {compiler}: {wrong}")
    print(f"{len(cases)} cases, {failed} complaints")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
