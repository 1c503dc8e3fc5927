"""Runs tool_steps.py against a broker and compares the answers with Apache Kafka's.

Apache Kafka's answers stand in golden/tools.txt, volatile fields masked, recorded by `--record`. Differences that are
meant stand in allowed_differences.toml with their reason; any other difference fails, and so does a rule that
allows what no longer differs.
"""

import difflib
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib

import broker
import jars
import paths
import tool_steps
import tools

GOLDEN = paths.HERE / "golden" / "tools.txt"
ALLOWED = paths.HERE / "allowed_differences.toml"
PATIENCE = 10


def masked(text, under_test, scratch, step):
    """Volatile parts replaced, stack traces dropped, runs of blanks joined."""
    for find, put in (
        (str(under_test.data), "DATA"),
        (str(scratch), "SCRATCH"),
        (f":{under_test.port}", ":PORT"),
        (str(under_test.port), "PORT"),
        (str(under_test.controller_port), "CPORT"),
        (under_test.cluster_id(), "CLUSTER"),
    ):
        text = text.replace(find, put)
    for find, put in (
        (r"(?m)^\s+at \S+\(.*\)\n?", ""),
        (r"(?m)^\s*\.\.\. \d+ (more|common frames omitted)\n?", ""),
        (r"(?m)^\d+ (?=\[)", ""),
        (r"(?m)^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]", "[TIME]"),
        (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.:]\d{3}", "TIME"),
        (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
        (r"(?<=TopicId: )[\w-]{22}", "ID"),
        (r'(?<="directoryId": ")[\w-]{22}', "ID"),
        (r"(?m)^(\d+\s+)[\w-]{22}\s+\d+", r"\1ID N"),
        (r"\b(HighWatermark|Epoch):(\s+)\d+", r"\1:\2N"),
        (r"console-consumer-\d+", "console-consumer-N"),
        (r"adminclient-\d+", "adminclient-N"),
        (r"\b1[6-9]\d{11}\b", "MILLIS"),
        (r"\(after \d+ms", "(after N ms"),
        (r"producer\.?id[=:] ?\d+", "producerId N"),
        (r"(?m)^\d+[ \t]+(?=\d+\s+-1\s+\d+\s+MILLIS)", "PRODUCER "),
        (r'"size":[1-9]\d*', '"size":SOME'),
        (r'"(totalBytes|usableBytes)":\d+', r'"\1":SOME'),
        (r'("avg_throughput"|"target_throughput"|"latency\w*"):[\d.]+', r"\1:N"),
        (r"[ \t]+", " "),
        (r"(?m) $", ""),
    ):
        text = re.sub(find, put, text)
    if step.numbers:
        text = re.sub(r"\d+(\.\d+)?", "N", text)
    return text


class Script:
    """One run of all steps against one broker that is up."""

    def __init__(self, under_test, jvm, alone):
        self._broker = under_test
        self._alone = alone
        self._jvm = jvm
        self._members = {}
        self._scratch = pathlib.Path(tempfile.mkdtemp(dir=under_test.home))
        for name, content in tool_steps.FILES.items():
            (self._scratch / name).write_text(content)

    def run(self, steps):
        """Yields (step, masked answer)."""
        try:
            for step in steps:
                yield step, self._step(step)
        finally:
            for member in self._members.values():
                member.kill()
                member.wait()

    def _step(self, step):
        if step.tool == "+member":
            group, topic = step.args.split()
            command = ["kcat", "-b", self._broker.bootstrap, "-G", group, "-X", "client.id=watcher", topic]
            jars.need("kcat", "install Debian's package kcat")
            self._members[group] = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
            )
            return ""
        if step.tool == "-member":
            member = self._members.pop(step.args)
            member.terminate()
            member.wait()
            return ""
        args = step.args.format(
            b=self._broker.bootstrap, c=f"127.0.0.1:{self._broker.controller_port}", t=self._scratch
        )
        end = time.monotonic() + PATIENCE
        while True:
            run = tools.run_alone if step.alone or self._alone else self._jvm.run
            done = run(step.tool, *shlex.split(args), input=step.input)
            if not step.until or re.search(step.until, done.out) or time.monotonic() > end:
                break
        out = masked(done.out, self._broker, self._scratch, step)
        err = masked(done.err, self._broker, self._scratch, step)
        if step.unordered:
            out, err = ("\n".join(sorted(text.splitlines())) for text in (out, err))
        parts = [f"exit {done.code}", *out.splitlines(), *(f"stderr: {line}" for line in err.splitlines() if line)]
        return "\n".join(line for line in parts if line.strip())


def answers(kind, weir, steps, alone=False):
    """Starts a fresh broker and gives {step name: masked answer} in order, and how it ended."""
    under_test = broker.Broker(kind, "tools", weir=weir, by_properties=True).fresh()
    with under_test.start(), tools.Jvm() as jvm:
        found = {step.name: answer for step, answer in Script(under_test, jvm, alone).run(steps)}
        return found, under_test.ends()


def write_golden(found):
    commands = {step.name: f"{step.tool} {step.args}"[:200] for step in tool_steps.STEPS}
    blocks = [f"### {name}\n$ {commands[name]}\n{answer}\n" for name, answer in found.items()]
    GOLDEN.write_text("\n".join(blocks))


def read_golden():
    found = {}
    for block in GOLDEN.read_text().split("### ")[1:]:
        name, _, rest = block.partition("\n")
        found[name] = rest.partition("\n")[2].strip("\n")
    return found


class Rules:
    """The allowed differences; each remembers whether it was needed."""

    def __init__(self, path=ALLOWED, broker="weir"):
        rules = tomllib.loads(path.read_text()).get("difference", [])
        self._rules = [rule for rule in rules if rule.get("broker", broker) == broker]
        self._used = set()

    def allows(self, name, line):
        """Whether a line of a diff (it begins with - for Kafka's or + for ours) is allowed in this step."""
        for number, rule in enumerate(self._rules):
            if re.fullmatch(rule["step"], name) and re.fullmatch(rule["line"], line):
                self._used.add(number)
                return True
        return False

    def unused(self):
        return [rule for number, rule in enumerate(self._rules) if number not in self._used]


def differences(name, want, got, rules):
    lines = difflib.unified_diff(want.splitlines(), got.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@")) and not rules.allows(name, line)]


def suite(kind, weir, record=False, alone=False):
    """Yields (name, ok, detail) for each step. alone: each tool in a process of its own (minutes)."""
    found, ended = answers(kind, weir, tool_steps.STEPS, alone)
    if record:
        write_golden(found)
    want = read_golden()
    rules = Rules()
    for name, got in found.items():
        if name not in want:
            yield f"tools {name}", False, "Apache Kafka's answer was never recorded: run with --record"
            continue
        unlike = differences(name, want[name], got, rules)
        yield f"tools {name}", not unlike, "\n".join(unlike)
    yield "tools: the broker stops in good order", *ended
    if kind == "weir":
        for rule in rules.unused():
            yield f"tools: allowed difference {rule['step']!r} {rule['line']!r}", False, "no longer differs: take it out"


if __name__ == "__main__":
    failed = 0
    for label, good, note in suite(sys.argv[1], paths.ROOT / "build" / "release" / "weir", alone="--alone" in sys.argv):
        failed += not good
        if not good:
            print("FAIL", label, "\n" + note)
    print(failed, "failed")
