#!/usr/bin/env python3
"""The rules of this tree that no compiler checks. Prints `path:line: rule: sentence` and fails if there is any.

    tools/lint.py              all tracked and new files
    tools/lint.py --self-test  proves that each rule fires, and is silent where it must be

An exception is written where it is made, with its reason: `lint: allow NAME[, NAME]`, where NAME is a rule or one
forbidden word. On a line it holds for that line and the next; in a file's opening comment, for the whole file.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOORS = ("mailbox", "scheduler", "vm", "stdlib")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
FORBIDDEN = {
    "mailbox": {"process", "worker", "fiber"},
    "scheduler": {"message", "process", "pid", "fiber"},
}
# Package header -> the only paths that may include it.
WRAPPERS = (
    (r"boost/", r"(vm/src/fiber\.[ch]pp|bench/rivals/fiber/.*)"),
    (r"(concurrentqueue/|moodycamel/|(blocking)?concurrentqueue\.h|lightweightsemaphore\.h)",
     r"scheduler/src/(injector|blocking_pool)\.[ch]pp"),
    (r"mimalloc", r"mailbox/src/allocate\.cpp"),
    (r"benchmark/", r"bench/.*"),
    (r"doctest/", r"tests/.*"),
    (r"(CLI/|fmt/|nlohmann/)", r"(tools|bench/harness)/.*"),
    (r"caf/", r"bench/rivals/caf/.*"),
)
# Spelled in two pieces, so that this file passes its own rules.
OUTSIDE = re.compile(r"(?<![\w-])(\.\./)?sha" r"red/")
UNOWNED = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b(?!\s*:?\s*\(?#\d+)")
TOKENS = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?:u8|[uUL])?R"([^()\s\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*\""""
    r"""|(?<![0-9a-zA-Z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+'""", re.DOTALL)
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')


def masked(text):
    """`text` with comments and literals blanked, line structure kept."""
    return TOKENS.sub(lambda token: re.sub(r"[^\n]", " ", token[0]), text)


class Source:
    """One C++ file: its lines as written, its lines as code, and the exceptions it makes."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.lines = text.splitlines()
        self.code = masked(text).splitlines()
        self.floor = path.split("/")[0] if path.split("/")[0] in FLOORS else None
        self.allowed = {}  # line number (0: whole file) -> names
        opening = True
        for number, line in enumerate(self.lines, 1):
            opening = opening and (line.startswith("//") or not line.strip())
            if match := re.search(r"lint: allow\b([ \w,-]*)", line):
                names = {n.strip().lower() for n in match[1].split(",") if n.strip()} or {"words"}
                names = {n.split()[0] for n in names}
                for where in (0,) if opening else (number, number + 1):
                    self.allowed.setdefault(where, set()).update(names)

    def allows(self, number, *names):
        return any(name in self.allowed.get(where, ()) for where in (0, number) for name in names)

    def includes(self):
        for number, (line, code) in enumerate(zip(self.lines, self.code), 1):
            if code.lstrip().startswith("#") and (match := INCLUDE.match(line)):
                yield number, match[1]

    def code_lines(self):
        """Numbered code without include lines."""
        for number, code in enumerate(self.code, 1):
            if not re.match(r"\s*#\s*include", code):
                yield number, code


def rule_length(source):
    if len(source.lines) > MAX_FILE_LINES:
        yield 1, f"{len(source.lines)} lines; a file has at most {MAX_FILE_LINES}"


def without_alternatives(code):
    """Code lines with preprocessor lines and #else branches blanked: only one branch may count braces."""
    result, depth, skip_from = [], 0, None
    continued = False
    for line in code:
        word = re.match(r"\s*#\s*(\w+)", line)
        if word and not continued:
            if word[1] in ("if", "ifdef", "ifndef"):
                depth += 1
            elif word[1] in ("else", "elif") and skip_from is None:
                skip_from = depth
            elif word[1] == "endif":
                if skip_from == depth:
                    skip_from = None
                depth -= 1
        directive = bool(word) or continued
        continued = directive and line.endswith("\\")
        result.append("" if directive or skip_from is not None else line)
    return result


def bare(head):
    """What stands before a brace, without template lists, parenthesized parts, attributes and access labels."""
    while (stripped := re.sub(r"\([^()]*\)", "()", re.sub(r"\(\s*\)", "@", head))) != head:
        head = stripped
    head = head.replace("@", "()")
    while (match := re.search(r"\btemplate\s*<", head)):
        depth, end = 1, match.end()
        while end < len(head) and depth:
            depth += {"<": 1, ">": -1}.get(head[end], 0)
            end += 1
        head = head[:match.start()] + head[end:]
    return re.sub(r"\b(public|private|protected)\s*:|\[\[.*?\]\]", " ", head).strip()


def brace_kind(head):
    """Which brace follows `head` outside of functions: scope, function, or data (an initializer)."""
    head = bare(head)
    if re.search(r"\bnamespace\b|\bextern\b[^()]*$", head):
        return "scope"
    if re.match(r"(typedef\s+|inline\s+|constexpr\s+|static\s+|friend\s+|alignas\(\)\s*)*(class|struct|union|enum)\b", head):
        return "scope"
    if "()" not in head or head.endswith("="):
        return "data"
    # A member initializer `: a_{x}` ends in a name, a function's head in `)`, a keyword or a type after `->`.
    if re.search(r"\(\)[^:]*:(?!:)", head.replace("::", "  ")) and re.search(r"[\w>]$", head):
        return "data"
    return "function"


def functions(source):
    """(first line, line count) of each outermost function body."""
    stack, head = [], ""
    start = 0
    for number, line in enumerate(without_alternatives(source.code), 1):
        for char in line:
            inside = stack and stack[-1] in ("function", "nested", "data")
            if char == "{":
                kind = "nested" if inside else brace_kind(head)
                if kind == "function":
                    start = number
                if kind != "data":
                    head = "" if not inside else head
                stack.append(kind)
            elif char == "}" and stack:
                kind = stack.pop()
                if kind == "function":
                    yield start, number - start + 1
                if kind == "data":
                    head += " {}"
                elif kind != "nested":
                    head = ""
            elif not inside:
                head = "" if char == ";" else head + char
        head += " "


def rule_function(source):
    for start, count in functions(source):
        if count > MAX_FUNCTION_LINES:
            yield start, f"a function of {count} lines; it has at most {MAX_FUNCTION_LINES}"


def rule_order(source):
    if source.path.startswith("tests/model/"):
        return  # the explorer speaks about orders, it does not rely on them
    for number, code in source.code_lines():
        near = "\n".join(source.lines[max(0, number - 3):number])
        for match in re.finditer(r"memory_order(?:_|::)(relaxed|acquire|release|acq_rel|seq_cst)\b", code):
            word = "relaxed:" if match[1] == "relaxed" else "pairs:"
            if word not in near:
                yield number, f"{match[1]} without `{word}` on its line or the line above"


# Whose order is not of operations: one side's fence is a system call. What must be seen of it is on operations.
FENCED = ("mailbox/include/throng/base/biased_lock.hpp",)
# The thread-locals, and the declaration of the one whose name compilers know.
THREAD_LOCALS = ("scheduler/src/current.cpp", "scheduler/include/throng/scheduler/ticks.hpp")


def rule_fence(source):
    for number, code in source.code_lines():
        if re.search(r"\batomic_(thread|signal)_fence\b", code) and source.path not in FENCED and not source.path.startswith("tests/"):
            yield number, "a fence: the thread sanitizer does not see it, order an operation instead"


def rule_thread_local(source):
    if source.path in THREAD_LOCALS or source.path.startswith("tests/"):
        return
    for number, code in source.code_lines():
        if re.search(r"\b(thread_local|__thread)\b", code):
            yield number, "thread_local belongs to scheduler/src/current.cpp alone"


def rule_package(source):
    for number, header in source.includes():
        for package, wrapper in WRAPPERS:
            if re.match(package, header) and not re.fullmatch(wrapper, source.path):
                yield number, f"<{header}> may be included only by {wrapper}".replace("\\", "")


def rule_upward(source):
    if source.floor is None:
        return
    own = FLOORS.index(source.floor)
    for number, header in source.includes():
        match = re.match(r"(?:.*/)?throng/(\w+)/", header) or re.match(r"(?:\.\./)+(\w+)/", header)
        floor = match[1] if match else "stdlib" if header == "throng/throng.hpp" else None
        if floor in FLOORS and FLOORS.index(floor) > own:
            yield number, f"{source.floor} includes {floor}, a floor above it"
        elif header.startswith("../"):
            yield number, "an include leaves its directory"


def words_of(identifier):
    """process_table -> process, table; ProcessTable and PROCESS_TABLE likewise; a plural counts as its word."""
    for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier):
        word = part.lower()
        yield word
        yield word[:-2] if word.endswith("sses") else word[:-1] if word.endswith("s") else word


def rule_words(source):
    if source.floor not in FORBIDDEN:
        return
    for number, code in source.code_lines():
        for identifier in re.findall(r"[A-Za-z_]\w*", code):
            for word in sorted(set(words_of(identifier)) & FORBIDDEN[source.floor]):
                if not source.allows(number, word):
                    yield number, f"`{identifier}`: the floor {source.floor} knows no \"{word}\""


CPP_RULES = {"length": rule_length, "function": rule_function, "order": rule_order, "fence": rule_fence,
             "thread_local": rule_thread_local, "package": rule_package, "upward": rule_upward, "words": rule_words}


def check_text(path, text):
    """Rules for any file."""
    is_code = pathlib.PurePath(path).suffix in (".cpp", ".hpp", ".h", ".cmake", ".txt", ".py", ".sh", "")
    for number, line in enumerate(text.splitlines(), 1):
        if OUTSIDE.search(line):
            yield number, "outside", "names a folder that is not part of this tree"
        if is_code and UNOWNED.search(line):
            yield number, "later", "promises later work without an issue number"


def check(path, text):
    """All findings of one file as (line, rule, sentence)."""
    findings = list(check_text(path, text))
    if re.match(r"(mailbox|scheduler|vm|stdlib|tests|bench|tools|examples)/.*\.[ch]pp$", path):
        source = Source(path, text)
        for name, rule in CPP_RULES.items():
            findings += [(number, name, sentence) for number, sentence in rule(source)
                         if not source.allows(number, name)]
    return sorted(findings)


def tracked(root):
    """Paths of tracked and new files; of all files where there is no git."""
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-coz", "--exclude-standard"],
                             capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        return sorted(set(filter(None, listing.stdout.split("\0"))))
    skip = {"build", ".git", "__pycache__"}
    return sorted(str(p.relative_to(root)) for p in root.rglob("*")
                  if p.is_file() and not skip & set(p.relative_to(root).parts))


def lint(root):
    count = 0
    for path in tracked(root):
        file = root / path
        try:
            text = file.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue  # not a text, or deleted
        for number, rule, sentence in check(path, text):
            count += 1
            print(f"{path}:{number}: {rule}: {sentence}")
    return count


def self_test_cases():
    """(path, text, rules that must fire)."""
    long_body = "  f();\n" * (MAX_FUNCTION_LINES - 1)
    later = "TO" + "DO"
    outside = "sha" + "red/"
    return [
        ("vm/src/a.cpp", "x();\n" * (MAX_FILE_LINES + 1), ["length"]),
        ("vm/src/a.cpp", "x();\n" * MAX_FILE_LINES, []),
        ("vm/src/a.cpp", "namespace n {\nvoid f() {\n" + long_body + "}\n}\n", ["function"]),
        ("vm/src/a.cpp", "namespace n {\nvoid f() {\n" + long_body[:-7] + "}\n}\n", []),
        ("vm/src/a.cpp", "template <class T>\nauto f(T t) const -> int {\n" + long_body + "}\n", ["function"]),
        ("vm/src/a.cpp", "struct S {\n S() : a_{1}, b_(2) {\n" + long_body + "}\n int a_{0};\n};\n", ["function"]),
        ("vm/src/a.cpp", "struct S {\n public:\n void f() noexcept {\n" + long_body + "}\n};\n", ["function"]),
        ("vm/src/a.cpp", "class alignas(64) S final : B {\n" + "  void f() {}\n" * 80 + "};\n", []),
        ("vm/src/a.cpp", "constexpr int t[] = {\n" + "  1,\n" * 80 + "};\n", []),
        ("vm/src/a.cpp", "#if A\nvoid f() {\n#else\nvoid f(int) {\n#endif\n}\n" + "void g();\n" * 80, []),
        ("tests/vm/a_test.cpp", "TEST_CASE(\"x\") {\n" + long_body + "}\n", ["function"]),
        ("vm/src/a.cpp", "a.load(std::memory_order_acquire);\n", ["order"]),
        ("vm/src/a.cpp", "a.load(std::memory_order::acquire);\n", ["order"]),
        ("vm/src/a.cpp", "a.load(std::memory_order_acquire);  // pairs: b\n", []),
        ("vm/src/a.cpp", "// pairs: b\na.load(\n    std::memory_order_acquire);\n", []),
        ("vm/src/a.cpp", "// pairs: b\n\n\na.load(std::memory_order_acquire);\n", ["order"]),
        ("vm/src/a.cpp", "a.load(std::memory_order_relaxed);  // pairs: b\n", ["order"]),
        ("vm/src/a.cpp", "a.load(std::memory_order_relaxed);  // relaxed: statistic\n", []),
        ("vm/src/a.cpp", "// memory_order_acquire in prose\n", []),
        ("vm/src/a.cpp", "std::atomic_thread_fence(o);\n", ["fence"]),
        ("vm/src/a.cpp", "thread_local int x;\n", ["thread_local"]),
        ("scheduler/src/current.cpp", "thread_local int x;\n", []),
        ("tests/vm/a_test.cpp", "thread_local int x;\n", []),
        ("vm/src/a.cpp", "#include <boost/context/detail/fcontext.hpp>\n", ["package"]),
        ("vm/src/fiber.cpp", "#include <boost/context/detail/fcontext.hpp>\n", []),
        ("bench/rivals/fiber/a.cpp", "#include <boost/fiber/all.hpp>\n", []),
        ("bench/rivals/caf/a.cpp", "#include <boost/fiber/all.hpp>\n", ["package"]),
        ("bench/rivals/common/a.cpp", "#include <caf/all.hpp>\n", ["package"]),
        ("vm/src/a.cpp", "#include <concurrentqueue/concurrentqueue.h>\n", ["package"]),
        ("scheduler/src/injector.cpp", "#include <concurrentqueue/concurrentqueue.h>\n", []),
        ("mailbox/src/a.cpp", "#include <mimalloc.h>\n", ["package"]),
        ("mailbox/src/allocate.cpp", "#include <mimalloc.h>\n", []),
        ("tests/vm/a_test.cpp", "#include <benchmark/benchmark.h>\n", ["package"]),
        ("vm/src/a.cpp", "#include <doctest/doctest.h>\n", ["package"]),
        ("vm/src/a.cpp", "#include <fmt/core.h>\n", ["package"]),
        ("vm/src/a.cpp", "// #include <fmt/core.h>\n", []),
        ("tools/throng/a.cpp", "#include <CLI/CLI.hpp>\n#include <nlohmann/json.hpp>\n", []),
        ("mailbox/src/a.cpp", "#include <throng/vm/pid.hpp>\n", ["upward"]),
        ("vm/src/a.cpp", "#include <throng/throng.hpp>\n", ["upward"]),
        ("vm/src/a.cpp", "#include <throng/mailbox/inbox.hpp>\n#include <throng/base/atomic.hpp>\n", []),
        ("scheduler/src/a.cpp", "#include \"../../vm/src/x.hpp\"\n", ["upward"]),
        ("mailbox/src/a.cpp", "int process_count;\n", ["words"]),
        ("mailbox/src/a.cpp", "struct FiberPool;\n", ["words"]),
        ("mailbox/src/a.cpp", "// a process may wait here\nconst char* s = \"worker\";\n", []),
        ("mailbox/src/a.cpp", "int getpid_of(int subprocess_id);\n", []),
        ("scheduler/src/a.cpp", "int messages;\n", ["words"]),
        ("scheduler/src/a.cpp", "#include <throng/mailbox/message.hpp>\nint worker;\n", []),
        ("scheduler/src/a.cpp", "clock(CLOCK_PROCESS_CPUTIME_ID);  // lint: allow process: the clock's name\n", []),
        ("scheduler/src/a.cpp", "// What it is.\n// lint: allow words\nint a;\nint pid;\n", []),
        ("scheduler/src/a.cpp", "int a;\n// lint: allow pid\nint pid;\nint process;\n", ["words"]),
        ("vm/src/a.cpp", "int process;\n", []),
        ("docs/a.md", f"see ../{outside}docs\n", ["outside"]),
        ("cmake/a.cmake", f"include({outside}x)\n", ["outside"]),
        ("vm/src/a.cpp", "// std::shared_ptr<T>/x\n", []),
        ("vm/src/a.cpp", f"// {later}: later\n", ["later"]),
        ("vm/src/a.cpp", f"// {later}(#12): later\n", []),
    ]


def self_test():
    failures, fired = 0, set()
    for path, text, expected in self_test_cases():
        found = sorted({rule for _, rule, _ in check(path, text)})
        fired.update(found)
        if found != sorted(expected):
            failures += 1
            print(f"self-test: expected {expected}, found {found} in {path}:\n{text[:200]}")
    for rule in set(CPP_RULES) | {"outside", "later"}:
        if rule not in fired:
            failures += 1
            print(f"self-test: no case shows that {rule} fires")
    print(f"self-test: {len(self_test_cases())} cases, {failures} failures")
    return failures


if __name__ == "__main__":
    sys.exit(1 if (self_test() if sys.argv[1:] == ["--self-test"] else lint(ROOT)) else 0)
