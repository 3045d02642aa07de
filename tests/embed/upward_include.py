#!/usr/bin/env python3
"""Proves the direction of the floors: a source of a lower floor cannot include a header of a higher one.

For every pair of floors, one header of the upper floor is included twice: with the include directories of the lower
floor the compiler must not find it, with those of the upper floor it must. The directories are what CMake hands to
the targets (semicolon lists), so a dependency added by mistake fails here.

    upward_include.py --compiler CXX --floor NAME DIRS [--floor NAME DIRS]...      (lowest first)
"""
import argparse
import pathlib
import subprocess
import sys


def compile_include(compiler, header, directories):
    """(return code, output) of a source that only includes `header`."""
    command = [compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-"]
    for directory in directories:
        command += ["-I", directory]
    result = subprocess.run(command, input=f"#include <{header}>\n", capture_output=True, text=True, check=False)
    return result.returncode, result.stderr


def first_header(name, directories):
    """The spelling of some public header that only floor `name` owns, or None if it has none yet."""
    for directory in directories:
        own = sorted((pathlib.Path(directory) / "throng" / name).glob("*.hpp"))
        if own:
            return f"throng/{name}/{own[0].name}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--floor", dest="floors", nargs=2, action="append", required=True)
    options = parser.parse_args()
    floors = [(name, [d for d in dirs.split(";") if d]) for name, dirs in options.floors]

    failed = pairs = 0
    for height, (upper, upper_dirs) in enumerate(floors):
        header = first_header(upper, upper_dirs)
        if header is None:
            continue
        code, output = compile_include(options.compiler, header, upper_dirs)
        if code != 0:
            failed += 1
            print(f"<{header}> does not compile on its own floor, {upper}:\n{output}")
        for lower, lower_dirs in floors[:height]:
            pairs += 1
            code, output = compile_include(options.compiler, header, lower_dirs)
            if code == 0 or header not in output:
                failed += 1
                print(f"floor {lower} can include <{header}> of floor {upper}\n{output}")
    print(f"{pairs} pairs of floors, {failed} complaints")
    return 1 if failed or pairs == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
