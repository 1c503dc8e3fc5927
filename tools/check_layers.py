#!/usr/bin/env python3
"""Keeps the layers of src/ as src/LAYERS states them.

Fails on: an include that LAYERS does not allow; a circle between modules or between sub-folders; a
clock, thread, file, socket, entropy or environment call outside the units that may touch the world; a
file, function or line beyond its budget.

    check_layers.py [ROOT]      prints one line for each offence, exits with 1 if there is any
"""

import re
import sys
from pathlib import Path

LINES_MAX = 800
TEST_LINES_MAX = 1200
COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70

TEST_FILE = re.compile(r"_(test|test_support|bench|fuzz)\.(h|cc)$")

STANDARD = set(
    """algorithm any array atomic bit bitset cassert cctype cerrno cfloat charconv chrono cinttypes climits
    cmath compare complex concepts coroutine cstdarg cstddef cstdint cstdio cstdlib cstring cwchar deque
    exception expected format forward_list functional initializer_list iomanip ios iosfwd iostream istream
    iterator limits list locale map memory memory_resource new numbers numeric optional ostream queue
    ranges ratio regex scoped_allocator set source_location span sstream stack stdexcept streambuf string
    string_view system_error tuple type_traits typeindex typeinfo unordered_map unordered_set utility
    valarray variant vector version""".split()
)
# Doors to the world; the standard library's and the system's.
WORLD_HEADERS = set(
    """barrier condition_variable csignal ctime filesystem fstream future latch mutex random semaphore
    shared_mutex stop_token thread""".split()
)
# What a test may use of them: golden files, and threads for what it tests of Linux's.
TEST_HEADERS = {"filesystem", "fstream"}
SYSTEM_HEADER = re.compile(
    r"^(sys|linux|net|netinet|arpa|asm)/|^(aio|dirent|dlfcn|fcntl|ifaddrs|netdb|poll|pthread|pwd|sched"
    r"|signal|spawn|syslog|termios|time|unistd)\.h$"
)

WORLD_CALLS = [
    (re.compile(r"\b(steady|system|high_resolution|utc|file)_clock\b"), "names a clock"),
    (re.compile(r"\w\s*::\s*now\s*\((?!\s*\)\s*const)"), "reads a clock"),
    (re.compile(r"\b(clock_gettime|gettimeofday|timespec_get|localtime(_r)?|gmtime(_r)?|mktime)\s*\("),
     "reads a clock"),
    (re.compile(r"(?<![\w.>:])(std::)?time\s*\(\s*(NULL|nullptr|0|&\w+)?\s*\)"), "reads a clock"),
    (re.compile(r"\bthis_thread\b|(?<![\w.>:])(sleep|usleep|nanosleep)\s*\("), "sleeps or names a thread"),
    (re.compile(r"\bstd::(async|thread|jthread|mutex|recursive_mutex|shared_mutex|condition_variable\w*"
                r"|promise|future|atomic\w*)\b|\bpthread_\w+\s*\("), "uses threads"),
    (re.compile(r"\b(std::)?random_device\b|\bget(random|entropy)\s*\("
                r"|(?<![\w.>])(rand|random)\s*\(\s*\)|\bsrand(om)?\s*\("),
     "draws real entropy"),
    (re.compile(r"\b(secure_|un|set|put)?(getenv|setenv|unsetenv|putenv)\s*\("), "reads the environment"),
    (re.compile(r"\bstd::([io]?fstream|filesystem)\b|(?<![\w.>])f(open|reopen|dopen|sync|datasync)\s*\("),
     "touches files"),
    (re.compile(r"(?<![\w>])::(open|openat|creat|close|read|pread\w*|write|pwrite\w*|unlink|rename|stat"
                r"|fstat|mkdir|rmdir|truncate|ftruncate|mmap|fork|exec\w+|kill|socket|connect|bind|listen"
                r"|accept4?|send\w*|recv\w*|poll|select|epoll_\w+)\s*\("), "calls the system"),
    (re.compile(r"(?<![\w.>:])(socket|getaddrinfo|gethostbyname|ioctl|syscall)\s*\("), "calls the system"),
]
# What a test may do of them: golden files, written anew when the environment asks for it.
TEST_CALLS_ALLOWED = {"touches files", "reads the environment"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
STRINGS_AND_COMMENTS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])*\'',
    re.S)


RAW_STRING = re.compile(r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"', re.S)


class Layers:
    def __init__(self, text):
        self.units = {}
        self.headers = {}
        self.world = []
        self.test_units = []
        self.test_headers = []
        for number, line in enumerate(text.splitlines(), 1):
            line = line.split("#", 1)[0].strip()
            if not line:
                continue
            name, colon, rest = line.partition(":")
            if not colon:
                raise SystemExit(f"src/LAYERS:{number}: a line is `unit: modules | headers`")
            units, _, headers = rest.partition("|")
            if name == "world":
                self.world = units.split()
            elif name == "tests":
                self.test_units, self.test_headers = units.split(), headers.split()
            else:
                self.units[name] = units.split()
                self.headers[name] = headers.split()

    def unit_of(self, path):
        """The longest unit that a path inside src/ belongs to; None: none."""
        parts = path.split("/")[:-1]
        while parts:
            if "/".join(parts) in self.units:
                return "/".join(parts)
            parts.pop()
        return None

    def allows(self, unit, included, is_test):
        target = self.unit_of(included)
        allowed = self.units[unit] + (self.test_units if is_test else [])
        if target == unit or "*" in allowed:
            return True
        folders = included.split("/")[:-1]
        names = {"/".join(folders[:i]) for i in range(1, len(folders) + 1)}
        return bool(names & set(allowed))

    def allows_header(self, unit, header, is_test):
        allowed = self.headers[unit] + (self.test_headers if is_test else [])
        return any(header.startswith(a) if a.endswith("/") else header == a for a in allowed)

    def is_world(self, unit):
        return unit.split("/")[0] in self.world


def blank(match):
    """Strings and comments become spaces; lines keep their numbers."""
    return re.sub(r"[^\n]", " ", match.group(0))


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_includes(layers, path, unit, is_test, text, edges):
    for match in INCLUDE.finditer(text):
        quoted, header = match.group(1) == '"', match.group(2)
        where = f"src/{path}:{line_of(text, match.start())}"
        if quoted and layers.unit_of(header) is not None:
            if not layers.allows(unit, header, is_test):
                yield f"{where}: {unit} must not include \"{header}\""
            if not is_test:
                edges.setdefault(str(Path(path).parent), {}).setdefault(str(Path(header).parent), where)
        elif header in STANDARD:
            if quoted:
                yield f"{where}: <{header}> stands in angle brackets"
        elif header in WORLD_HEADERS or SYSTEM_HEADER.search(header):
            if not layers.is_world(unit) and not (is_test and header in TEST_HEADERS):
                yield f"{where}: {unit} must not touch the world: <{header}>"
        elif not layers.allows_header(unit, header, is_test):
            yield f"{where}: {unit} must not include <{header}>"


def check_calls(layers, path, unit, is_test, text):
    if layers.is_world(unit):
        return
    code = STRINGS_AND_COMMENTS.sub(blank, text)
    for pattern, what in WORLD_CALLS:
        if is_test and what in TEST_CALLS_ALLOWED:
            continue
        for match in pattern.finditer(code):
            yield f"src/{path}:{line_of(code, match.start())}: {unit} {what}: {match.group(0).strip()}"


def check_budget(path, is_test, text):
    lines = text.splitlines()
    limit = TEST_LINES_MAX if is_test else LINES_MAX
    if len(lines) > limit:
        yield f"src/{path}: {len(lines)} lines, {limit} are the most"
    raw = set()  # lines of raw strings: they cannot be broken
    for match in RAW_STRING.finditer(text):
        raw.update(range(line_of(text, match.start()), line_of(text, match.end()) + 1))
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX and number not in raw:
            yield f"src/{path}:{number}: {len(line)} columns, {COLUMNS_MAX} are the most"
        if re.search(r"\b(TODO|FIXME)\b", line):
            yield f"src/{path}:{number}: unfinished work"
    if path.endswith(".h") and "#pragma once" not in text:
        yield f"src/{path}: a header begins with #pragma once"


def check_functions(path, text):
    """Functions that stand at the left margin, which is where clang-format leaves them."""
    start, in_body = None, False
    for number, line in enumerate(text.splitlines(), 1):
        at_margin = line[:1] not in ("", " ", "}", "#", "/", ")")
        if at_margin and start is None and not line.startswith("namespace"):
            start, in_body, head = number, False, line
        if start is None:
            continue
        in_body = in_body or "{" in line
        if line.startswith("}"):
            length = number - start + 1
            is_type = re.match(r"(template\b.*>\s*)?(class|struct|enum|union)\b", head)
            if line == "}" and not is_type and length > FUNCTION_LINES_MAX:
                yield f"src/{path}:{start}: a function of {length} lines, {FUNCTION_LINES_MAX} are the most"
            start = None
        elif line.endswith(";") and not in_body:
            start = None


def is_beneath(a, b):
    return a == b or a.startswith(b + "/") or b.startswith(a + "/")


def circles(edges):
    """Circles of folders, and of modules. A folder and one beneath it are no two places."""
    graph = {}
    for source, targets in edges.items():
        for target in targets:
            a, b = source, target
            if a.split("/")[0] != b.split("/")[0]:
                graph.setdefault(a.split("/")[0], set()).add(b.split("/")[0])
            elif not is_beneath(a, b):
                graph.setdefault(a, set()).add(b)
    state, path = {}, []

    def visit(node):
        state[node] = "open"
        path.append(node)
        for target in sorted(graph.get(node, ())):
            if state.get(target) == "open":
                yield path[path.index(target):] + [target]
            elif target not in state:
                yield from visit(target)
        path.pop()
        state[node] = "done"

    for node in sorted(graph):
        if node not in state:
            yield from visit(node)


def check(root):
    source = Path(root) / "src"
    layers = Layers((source / "LAYERS").read_text())
    edges = {}
    for file in sorted(source.rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        path = file.relative_to(source).as_posix()
        text = file.read_text()
        is_test = bool(TEST_FILE.search(path))
        yield from check_budget(path, is_test, text)
        if not is_test:
            yield from check_functions(path, text)
        unit = layers.unit_of(path)
        if unit is None:
            yield f"src/{path}: is in no unit of src/LAYERS"
            continue
        yield from check_includes(layers, path, unit, is_test, text, edges)
        yield from check_calls(layers, path, unit, is_test, text)
    for circle in circles(edges):
        yield "a circle of folders: " + " -> ".join(circle)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    offences = list(check(root))
    for offence in offences:
        print(offence)
    print(f"check_layers: {len(offences)} offences" if offences else "check_layers: ok")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
