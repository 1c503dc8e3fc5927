"""Kafka's tools beside Weir's, which the program is when it is called by their names.

The same script (own_tool_steps.py) runs with both, each against a fresh Weir; with --broker kafka ours runs against
Apache Kafka and must print the same. What Apache Kafka's print stands in
golden/own_tools.txt, recorded by `run --record own-tools`; ours is compared with it line by line: standard output to the
byte, of standard error its first line, and the exit code. Volatile fields are masked. Differences that are meant stand
in own_tool_differences.toml with their reason.

    test/interop/run own-tools              ours against the recorded ones
    test/interop/run --record own-tools     record those of Apache Kafka anew (minutes)
"""

import itertools
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import time

import broker
import jars
import own_tool_options
import own_tool_steps
import paths
import tools
import wire
from compare_tools import Rules, differences

GOLDEN = paths.HERE / "golden" / "own_tools.txt"
ALLOWED = paths.HERE / "own_tool_differences.toml"
PATIENCE = 15
CLIENTS_LOG = r"\[(AdminClient|Consumer|Producer) clientId=|The consumer rebalance protocol|org\.apache\.kafka\.clients\.(?!producer\.internals\.ErrorLogging)"


def masked(text, under_test, scratch):
    """Volatile parts replaced by others of the same length, or nearly so: columns stay where they are."""
    for find, put in (
        (str(under_test.data), "DATA"),
        (str(scratch), "SCRATCH"),
        (under_test.bootstrap, "127.0.0.1:PORT1"),
        (str(under_test.controller_port), "CPORT"),
        (str(under_test.port), "PORT1"),
        (under_test.cluster_id(), "CLUSTER-CLUSTER-CLUSTE"),
    ):
        text = text.replace(find, put)
    for find, put in (
        (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUIDUUID-UUID-UUID-UUID-UUIDUUIDUUID"),
        (r"(?<=TopicId: )[\w-]{22}", "IDIDIDIDIDIDIDIDIDIDID"),
        (r'(?<="directoryId": ")[\w-]{22}', "IDIDIDIDIDIDIDIDIDIDID"),
        (r"(?m)^(\d+\s+)[\w-]{22}\t\d+ *", r"\1IDIDIDIDIDIDIDIDIDIDID\tN "),
        (r"\b(HighWatermark|LeaderEpoch):(\s+)\d+", r"\1:\2N"),
        (r"\b1[6-9]\d{11}\b", "MILLISMILLISM"),
        (r"(?<=directory\.id=)[\w-]{22}", "IDIDIDIDIDIDIDIDIDIDID"),
        (r"(?m)^[\w-]{22}$", "IDIDIDIDIDIDIDIDIDIDID"),
        (r"\b\d+ ms ago *", "N ms ago "),
        (r'"size":[1-9]\d*', '"size":SOME'),
        (r"\[\[bootstrap-server\], \[config\]\]", "[[config], [bootstrap-server]]"),  # a set without order
    ):
        text = re.sub(find, put, text)
    # Sets of options, which Java lists in another order each time.
    return re.sub(r"(?<=options: |enarios: )\[?(\[[\w-]+\](, |\]|$))+", lambda found: in_order(found[0]), text, flags=re.M)


def in_order(options):
    return ", ".join(sorted(re.findall(r"\[[\w-]+\]", options)))


def first_error(text):
    """The first line of standard error that says something, without what a logger puts around it. argparse4j's errors
    are one line, however they are justified."""
    said = re.search(r"(?ms)^([\w-]+: +error: .*?)(\n\n|\Z)", text)
    if said:
        return re.sub(r"-- (?=\w)", "--", re.sub(r"\s+", " ", said[1])).strip()
    for line in text.splitlines():
        if not line.strip() or re.search(CLIENTS_LOG, line) or line.startswith(("SLF4J", "usage:", " ")):
            continue  # what Java's client logs, and help
        line = re.sub(r"^\[[\d :,-]+\] (ERROR|WARN|INFO) (.*) \([\w.$]+\)$", r"\1 \2", line)
        line = re.sub(r"^(?:\d+ )?\[[^]]*\] (ERROR|WARN|INFO) \S+ - ", r"\1 ", line)
        return line
    return None


class Script:
    def __init__(self, under_test, play):
        self._broker = under_test
        self._play = play
        self._members = {}
        self._served = None
        self._scratch = pathlib.Path(tempfile.mkdtemp(dir=under_test.home))
        self._served_port, controller_port = broker.free_ports(2)
        self._words = {
            "b": under_test.bootstrap,
            "c": f"127.0.0.1:{under_test.controller_port}",
            "t": str(self._scratch),
            "s": f"127.0.0.1:{self._served_port}",
            "sc": f"127.0.0.1:{controller_port}",
        }
        for name, content in own_tool_steps.FILES.items():
            for word, stands_for in self._words.items():
                content = content.replace(f"{{{word}}}", stands_for)
            (self._scratch / name).write_text(content)
        (self._scratch / "plain").mkdir()

    def run(self, steps):
        try:
            for step in steps:
                yield step, self._step(step)
        finally:
            for member in (*self._members.values(), *([self._served] if self._served else [])):
                member.kill()
                member.wait()

    def _kcat(self, *args, **more):
        jars.need("kcat", "install Debian's package kcat")
        return subprocess.Popen(["kcat", "-b", self._broker.bootstrap, *args], text=True, **more)

    def _serve(self, args):
        """Starts a server with the tool; says what is wrong if it does not answer."""
        with open(self._scratch / "served.log", "wb") as log:
            command = self._play.command("kafka-server-start", args)
            self._served = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._scratch)
        end = time.monotonic() + broker.START_SECONDS
        while not wire.answers(self._served_port):
            if self._served.poll() is not None or time.monotonic() > end:
                return "does not serve: " + (self._scratch / "served.log").read_text(errors="replace")[-2000:]
            time.sleep(0.02)
        return ""

    def _end_served(self):
        served, self._served = self._served, None
        served.terminate()
        try:
            return f"exit {served.wait(broker.STOP_SECONDS)}"
        except subprocess.TimeoutExpired:
            served.kill()
            served.wait()
            return "does not end"

    def _prepare(self, step):
        args = step.args.format(**self._words).split()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if step.tool == "+produce":
            topic, partition = args
            member = self._kcat("-P", "-t", topic, "-p", partition, stdin=subprocess.PIPE, **quiet)
            member.communicate(step.input)
        elif step.tool == "+read":
            group, *topic = args
            more = ("-X", "auto.offset.reset=earliest", "-e", *topic)
            self._kcat("-G", group, *more, stdin=subprocess.DEVNULL, **quiet).wait()
        elif step.tool == "+member":
            group, *more = args
            self._members[group] = self._kcat("-G", group, "-X", "client.id=watcher", *more, stdin=subprocess.DEVNULL, **quiet)
        elif step.tool == "+serve":
            return self._serve(args)
        elif step.tool == "-serve":
            return self._end_served()
        else:
            member = self._members.pop(args[0])
            member.terminate()
            member.wait()
        return ""

    def _step(self, step):
        if step.tool[0] in "+-":
            return self._prepare(step)
        args = step.args.format(**self._words)
        end = time.monotonic() + PATIENCE
        while True:
            done = self._play(step.tool, shlex.split(args), step.input)
            if not step.until or re.search(step.until, done.out) or time.monotonic() > end:
                break
        out = masked(done.out, self._broker, self._scratch)
        error = first_error(masked(done.err, self._broker, self._scratch))
        if step.numbers:
            out = re.sub(r"\d+(\.\d+)?(E-?\d+)?|NaN|Infinity|inf|nan", "N", out)
        lines = out.split("\n")
        if step.repeats:
            lines = [line for line, _ in itertools.groupby(lines)]
        if step.unordered:
            lines.sort()
        parts = [f"exit {done.code}", *(f"| {line}" for line in lines)]
        if error is not None:
            parts.append(f"stderr: {error}")
        return "\n".join(parts)


def answers(kind, weir, play):
    """{step: answer} of a fresh broker, and how it ended."""
    under_test = broker.Broker(kind, "own-tools", weir=weir, by_properties=True).fresh()
    with under_test.start():
        found = {step.name: answer for step, answer in Script(under_test, play).run(own_tool_steps.STEPS)}
        return found, under_test.ends()


class KafkasPlayer:
    """Runs Kafka's tools in one JVM, and those that end it once more in a process of their own."""

    # Out of the server's jars, which are newer than those of the tools.
    SERVERS = ("kafka-storage", "kafka-server-start")

    def __init__(self, jvm):
        self._jvm = jvm

    def __call__(self, tool, args, text):
        if tool in self.SERVERS:
            return tools.run_alone(tool, *args, input=text, name="kafka")
        done = self._jvm.run(tool, *args, input=text)
        return tools.run_alone(tool, *args, input=text) if "ended its JVM" in done.err else done

    def command(self, tool, args):
        return jars.java("kafka" if tool in self.SERVERS else "tools", tools.MAINS[tool], *args, heap="768m")


class OurPlayer:
    """Runs our tools by links with their names."""

    def __init__(self, weir, home):
        self._home = home
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run([str(weir), "compat", "install", str(home)], check=True, stdout=subprocess.DEVNULL)

    def __call__(self, tool, args, text):
        done = subprocess.run(self.command(tool, args), input=text, capture_output=True, text=True, timeout=120)
        return tools.Done(done.returncode, done.stdout, done.stderr)

    def command(self, tool, args):
        return [str(self._home / tool), *args]


def write_golden(found):
    commands = {step.name: f"{step.tool} {step.args}"[:300] for step in own_tool_steps.STEPS}
    blocks = [f"### {name}\n$ {commands[name]}\n{answer}\n" for name, answer in found.items()]
    GOLDEN.write_text("\n".join(blocks))


def read_golden():
    found = {}
    for block in re.split(r"(?m)^### ", GOLDEN.read_text())[1:]:
        name, _, rest = block.partition("\n")
        found[name] = rest.partition("\n")[2].rstrip("\n")
    return found


def suite(kind, weir, record=False):
    """Yields (name, ok, detail) for each step."""
    if record:
        with tools.Jvm(log="warn") as jvm:
            own_tool_options.record(KafkasPlayer(jvm))
            found, ended = answers("weir", weir, KafkasPlayer(jvm))
        write_golden(found)
    want = read_golden()
    home = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))
    play = OurPlayer(weir, home / "bin")
    yield from own_tool_options.suite(play, want)
    found, ended = answers(kind, weir, play)
    rules = Rules(ALLOWED, kind)
    for name, got in found.items():
        if name not in want:
            yield f"own tools {name}", False, "Apache Kafka's answer was never recorded: run with --record"
            continue
        unlike = differences(name, want[name], got, rules)
        yield f"own tools {name}", not unlike, "\n".join(unlike)
    yield "own tools: the broker stops in good order", *ended
    for rule in rules.unused():
        yield f"own tools: allowed difference {rule['step']!r} {rule['line']!r}", False, "no longer differs: take it out"
