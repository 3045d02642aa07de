"""Builds with a compiler and its plugin, and reads what the plugin says it inserted."""
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LINE = re.compile(r"^(\S+) entry=(\d+) memory=(\d+) local=(\d+) strips=(\d+) skipped=\d+ slow=(\w+)$", re.MULTILINE)


def require(condition, sentence, *evidence):
    if not condition:
        for text in evidence:
            print(text)
        sys.exit(f"FAILED: {sentence}")


class Builder:
    """One compiler with its plugin, and a directory to build in."""

    def __init__(self, options):
        self.compiler, self.plugin = options.compiler, options.plugin
        self.root, self.work = pathlib.Path(options.source), pathlib.Path(options.work)
        version = subprocess.run([self.compiler, "--version"], capture_output=True, text=True, check=True).stdout
        self.clang = "clang" in version
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def checks(self, loop="local", slow="asm", stats=None, skip=None, **others):
        """The flags that insert checks; the same go to a link with optimization of g++."""
        arguments = dict(others, loop=loop, **({"stats": stats} if stats else {}))
        if self.clang:
            flags = ["-Xclang", "-load", "-Xclang", self.plugin, f"-fpass-plugin={self.plugin}"]
            return flags + [f for k, v in arguments.items() for f in ("-mllvm", f"-throng-preempt-{k}={v}")]
        arguments.update(slow=slow, **({"skip": skip} if skip else {}))
        flags = [f"-fplugin={self.plugin}", "-mno-red-zone", "-falign-loops=32"]
        return flags + [f"-fplugin-arg-throng_preempt-{k}={v}" for k, v in arguments.items()]

    def lto(self, kind):
        """The flags of a link with optimization; none if there is no linker that reads what this clang writes."""
        if not self.clang:
            return ["-flto=auto"]
        major = self.run(self.compiler, "-dumpversion").stdout.split(".")[0]
        for linker in (f"ld.lld-{major}", "ld.lld"):
            if shutil.which(linker) and f"LLD {major}." in self.run(linker, "--version").stdout:
                return [f"-flto={kind}", f"-fuse-ld={linker[3:]}"]
        return None

    def run(self, *command, **options):
        words = [str(word) for word in command]
        try:
            return subprocess.run(words, capture_output=True, text=True, check=False, timeout=200, **options)
        except subprocess.TimeoutExpired:
            sys.exit(f"FAILED: {' '.join(words[:3])} ends")  # a lost register can make a loop endless

    def compile(self, source, *flags, name=None):
        path = source if isinstance(source, pathlib.Path) else HERE / source
        target = self.work / f"{name or path.stem}.o"
        done = self.run(self.compiler, "-std=c++20", "-Wattributes", "-I", HERE, "-I", self.root / "vm/include", "-c", path, "-o", target, *flags)
        require(done.returncode == 0, f"{path.name} compiles with {' '.join(map(str, flags))}", done.stderr)
        return target

    def link(self, name, *words):
        done = self.run(self.compiler, "-o", self.work / name, *words, "-pthread")
        require(done.returncode == 0, f"{name} links", done.stderr)
        return self.work / name

    def stand_in(self, *flags):
        """The runtime's side, compiled without checks. Twice the same flags give the same objects."""
        name = "stand_in" + "".join(flags).replace("/", "_")
        if not (self.work / f"{name}.o").exists():
            self.compile("stand_in.cpp", "-O2", "-fPIC", *flags, name=name)
            self.compile("stand_in_report.cpp", "-O2", "-fPIC", name="report")
            self.compile(self.root / "vm/src/preempt_stubs.cpp", "-O2", "-fPIC", name="stubs")
        return [self.work / f"{name}.o", self.work / "report.o", self.work / "stubs.o"]


def statistics(path):
    """function -> (entry, memory, local), where local are the loops that do not count in memory, and strips of them"""
    return {m[1]: (int(m[2]), int(m[3]), int(m[4]) + int(m[5]), int(m[5])) for m in LINE.finditer(pathlib.Path(path).read_text())}
