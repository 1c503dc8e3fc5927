"""`weir consume` beside librdkafka's consumer where transactions were committed, aborted and left open. It is run with Apache
Kafka alone: Weir has no transactions yet, but our consumer reads what others write.
"""

import json
import re
import subprocess
import threading

import clients

TOPIC = "transactions"
COMMITTED = ("-X", "isolation.level=read_committed")
SECONDS = 60
LIFETIME = 300  # of what runs beside the others
# What clients/python/transactions.py writes, over both partitions.
KINDS = {"plain": 38, "committed": 90, "aborted": 80, "open": 20, "late-plain": 14, "late-committed": 20, "late-aborted": 20}


def kinds(records):
    """{kind: how many of them}"""
    found = {}
    for _, _, value in records:
        kind = value.rpartition("-")[0]
        found[kind] = found.get(kind, 0) + 1
    return found


def parsed(text):
    """(partition, offset, value) of each line, in order for each partition."""
    records = [line.split() for line in text.splitlines()]
    return sorted(((int(partition), int(offset), value) for partition, offset, value in records), key=lambda one: one[0])


def judged(label, got, wanted):
    """One that is out of order, too, is not what was wanted."""
    missing, extra = [one for one in wanted if one not in got], [one for one in got if one not in wanted]
    return label, got == wanted, f"{len(got)} records, {len(wanted)} expected; missing {missing[:5]}, too many {extra[:5]}"


def watched(command, **streams):
    """Whoever reads its output comes to an end though it hangs."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **streams)
    watchdog = threading.Timer(LIFETIME, process.kill)
    watchdog.daemon = True
    watchdog.start()
    return process


class Reader:
    """The commands of the program, against one broker."""

    def __init__(self, weir, bootstrap):
        self._weir = str(weir)
        self._bootstrap = bootstrap

    def command(self, *words):
        return [self._weir, *words, "-b", self._bootstrap]

    def run(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=SECONDS)
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {done.returncode}: {done.stderr}")
        return done.stdout

    def kcats(self, *words):
        words = ("kcat", "-C", "-q", "-e", "-t", TOPIC, "-f", "%p %o %s\\n", *words)
        return parsed(self.run(*words))

    def console_consumers(self, level, count):
        words = ("kafka-console-consumer", "--topic", TOPIC, "--from-beginning", "--max-messages", str(count))
        words += ("--isolation-level", level, "--timeout-ms", str(SECONDS * 1000 // 2), "--bootstrap-server", self._bootstrap)
        words += ("--formatter-property", "print.partition=true", "--formatter-property", "print.offset=true")
        done = subprocess.run([self._weir, *words], capture_output=True, text=True, timeout=SECONDS)
        return parsed(re.sub("Partition:|Offset:", "", done.stdout))

    def records(self, *words):
        return parsed(self.run("consume", TOPIC, "-f", "%p %o %v", *words))

    def ends(self, *words):
        return [one["end_offset"] for one in json.loads(self.run("topic", "offsets", TOPIC, "--format", "json", *words))]


def judge(bootstrap):
    """What librdkafka's consumer reads; records are tuples."""
    command = clients.python_client("transactions.py")
    done = subprocess.run([*command, "read", bootstrap, TOPIC], capture_output=True, text=True, timeout=SECONDS)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    said = json.loads(done.stdout)
    return {**said, **{level: [tuple(one) for one in said[level]] for level in ("committed", "all")}}


def whole(reader, told, when):
    """Both levels from the beginning to the end, which is the last stable offset for one of them."""
    yield judged(f"{when}: read committed", reader.records(*COMMITTED), told["committed"])
    yield judged(f"{when}: --committed", reader.records("--committed"), told["committed"])
    yield judged(f"{when}: read uncommitted", reader.records(), told["all"])
    yield judged(f"{when}: kcat, without a level", reader.kcats(), told["committed"])
    yield judged(f"{when}: kcat, read uncommitted", reader.kcats("-X", "isolation.level=read_uncommitted"), told["all"])
    for level, part in (("read_committed", "committed"), ("read_uncommitted", "all")):
        got = reader.console_consumers(level, len(told[part]))
        yield judged(f"{when}: kafka-console-consumer, {level}", got, told[part])
    found = {"stable_ends": reader.ends("--committed"), "ends": reader.ends()}
    wanted = {name: told[name] for name in found}
    yield f"{when}: ends of the partitions", found == wanted, f"{found}, {wanted} expected"


def from_everywhere(reader, told):
    """From offsets in the middle of transactions, also of aborted ones, whose beginning is not read then."""
    for level, words in (("committed", COMMITTED), ("all", ())):
        wrong = []
        for start in range(0, told["ends"][0] + 1, 5):
            wanted = [one for one in told[level] if one[0] == 0 and one[1] >= start]
            _, ok, detail = judged("", reader.records("-p", "0", "-o", str(start), *words), wanted)
            wrong += [] if ok else [f"from {start}: {detail}"]
            wanted = [one for one in wanted if one[1] < start + 30]
            _, ok, detail = judged("", reader.records("-p", "0", "-o", f"{start}:{start + 30}", *words), wanted)
            wrong += [] if ok else [f"from {start} to {start + 30}: {detail}"]
        yield f"open: from every fifth offset, {level}", not wrong, "\n".join(wrong)


class Group:
    """A member that reads on while the open transaction is committed; it ends when it has `count` records."""

    def __init__(self, reader, group, count):
        words = ("consume", TOPIC, "-f", "%p %o %v", "-g", group, "-o", "start", "-n", str(count), *COMMITTED)
        self._process = watched(reader.command(*words))

    def read(self, count):
        return "".join(self._process.stdout.readline() for _ in range(count))

    def rest(self):
        return self._process.communicate(timeout=SECONDS)[0]

    def kill(self):
        self._process.kill()
        self._process.wait()


def suite(weir, bootstrap):
    """Yields (name, ok, detail)."""
    reader = Reader(weir, bootstrap)
    command = clients.python_client("transactions.py")
    writer = watched([*command, "write", bootstrap, TOPIC], stdin=subprocess.PIPE)
    member = None
    try:
        if "open" not in writer.stdout.readline():
            raise RuntimeError("the producers could not write")
        told = judge(bootstrap)
        wanted = {kind: KINDS[kind] for kind in ("plain", "committed")}
        yield "transactions: the judge sees what was written", (kinds(told["committed"]), kinds(told["all"])) == (wanted, KINDS), f"{told}"
        yield from whole(reader, told, "transactions, one open")
        for name, ok, detail in from_everywhere(reader, told):
            yield f"transactions, one {name}", ok, detail
        count = len(told["committed"])
        yield judged("transactions, one open: a group", reader.records("-g", "all", "-o", "start", "-n", str(len(told["all"]))), told["all"])
        last = sum(KINDS.values()) - KINDS["aborted"] - KINDS["late-aborted"]
        member = Group(reader, "committed", last)
        first = member.read(count)
        yield judged("transactions, one open: a group that reads committed", parsed(first), told["committed"])
        writer.stdin.close()
        writer.wait(SECONDS)
        told = judge(bootstrap)
        yield from whole(reader, told, "transactions, none open")
        yield judged("transactions, none open: the group reads on", parsed(first + member.rest()), told["committed"])
    finally:
        for process in (writer, member):
            if process:
                process.kill()
        writer.wait()
