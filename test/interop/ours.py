"""Our own client library against a broker of either kind: its scenarios, what other clients make of what it writes and it
of what they write, groups that it shares with Java's members, and producers whose broker is killed again and again.

The program is `weir_interop_client` (clients/weir), built beside `weir`.
"""

import concurrent.futures
import json
import queue
import random
import subprocess
import threading
import time

import broker
import clients
import jars
import paths
import proxy
import transactions

SECONDS = 240
MODES = {
    "producer": [
        "any-address",
        "acks",
        "callbacks",
        "close-at-once",
        "purge",
        "too-large",
        "little-memory",
        "nobody-there",
        "missing-topic",
    ],
    "consumer": ["pattern", "static-member", "resets", "seeks", "wakes", "commits", "assignors", "stays-away"],
    "worker": ["works", "levels"],
    "admin": ["topics", "configs", "records", "groups", "cluster"],
}
REACH = ["idle-here", "idle-there", "moves"]
# Other clients, and whether they can write headers that are null.
OTHERS = {"java": True, "confluent-kafka": True, "kafka-python": False}
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
JAVA_ASSIGNORS = {
    "range": "org.apache.kafka.clients.consumer.RangeAssignor",
    "roundrobin": "org.apache.kafka.clients.consumer.RoundRobinAssignor",
    "sticky": "org.apache.kafka.clients.consumer.StickyAssignor",
    "cooperative-sticky": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
}
PARTITIONS = 6
GROUP_SECONDS = 40


def call(program, mode, *options, seconds=SECONDS):
    """The program's lines as objects, and its errors."""
    command = [*program, mode, *(str(option) for option in options)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        out, err = done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        out, err = (late.stdout or b"").decode(), f"ended after {seconds} s"
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")], err


def judged(label, wanted, lines, err):
    """(name, ok, detail) of each scenario; one that is missing has failed."""
    found = {line["scenario"]: line for line in lines}
    for name in wanted:
        line = found.get(name)
        yield f"{label} {name}", bool(line and line["ok"]), line["detail"] if line else f"never reported: {err[-500:]}"


def in_doubt(ours, under_test, proxy_port, cut_port, seed):
    """Batches whose fate is unknown, and what comes after them."""
    cutter = proxy.Proxy(proxy_port, cut_port, seed).start()
    try:
        options = ("--bootstrap", under_test.bootstrap, "--cut", f"127.0.0.1:{proxy_port}", "--prefix", "doubt")
        yield from judged("producer", ["doubts"], *call(ours, "doubt", *options))
    finally:
        cutter.close()


# --- connections ---


def reach(ours, kind, weir, seed):
    """Connections that are idle, here and there, and a broker that comes back at another address (KIP-1102)."""
    here, first, second = broker.free_ports(3)
    under_test = broker.Broker(kind, f"reach-{kind}", weir=weir, settings={"connections.max.idle.ms": "2000"}).fresh()
    under_test.second_listener("TOLD", here, first)
    gate = proxy.Proxy(first, here, seed, most=0).start()
    process = None
    try:
        with under_test.start():
            errors = open(under_test.home / "client.stderr", "wb")
            command = [*ours, "reach", "--bootstrap", f"127.0.0.1:{here}", "--prefix", "reach"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8")
            errors.close()
            watchdog = threading.Timer(SECONDS, process.kill)
            watchdog.start()
            lines = []
            for line in process.stdout:
                lines.append(json.loads(line))
                if lines[-1].get("event") == "sent":
                    under_test.stop()
                    gate.close()
                    under_test.second_listener("TOLD", here, second)
                    gate = proxy.Proxy(second, here, seed, most=0).start()
                    under_test.start()
                    process.stdin.write("\n")
                    process.stdin.flush()
            watchdog.cancel()
            said = [line for line in lines if "scenario" in line]
            yield from judged("reach", REACH, said, (under_test.home / "client.stderr").read_text())
    finally:
        gate.close()
        if process:
            process.kill()
            process.wait()


# --- interchange ---


def read_only(name, bootstrap, prefix, base):
    """What client `name` says of the sixty records of each codec under `prefix`."""
    arguments = ["--bootstrap", bootstrap, "--cut", bootstrap, "--prefix", prefix, "--base-ms", str(base), "--read", "yes"]
    done = subprocess.run(clients.PROGRAMS[name][0]() + arguments, capture_output=True, text=True, timeout=SECONDS)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], done.stderr


def interchange(ours, under_test, proxy_port, cut_port, seed, base):
    wanted = [f"read-{codec}" for codec in CODECS]
    for name, has_nil in OTHERS.items():
        try:
            yield from judged(f"{name} reads ours:", wanted, *read_only(name, under_test.bootstrap, "weir", base))
            for scenario, ok, detail in clients.run_client(name, under_test, proxy_port, cut_port, seed, base):
                if scenario.startswith("codec-") and not ok:
                    yield f"{name} writes {scenario}", ok, detail
            options = ("--bootstrap", under_test.bootstrap, "--prefix", name, "--base-ms", base)
            yield from judged(f"we read {name}'s:", wanted, *call(ours, "read", *options, "--nil", "yes" if has_nil else "no"))
        except (jars.Missing, subprocess.SubprocessError) as failure:
            yield f"interchange with {name}", False, str(failure)


# --- groups ---


class Member:
    """A process that is a member of a group and says what happens to it, a JSON object a line."""

    def __init__(self, name, command):
        self.name = name
        self.owned = set()
        self.records = []  # (partition, offset)
        self.lost = 0
        self.said = []
        errors = open(paths.RUNS / f"member-{name}.stderr", "ab")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
        )
        errors.close()
        self._lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self._process.stdout:
            self._lines.put(line)

    def hear(self):
        while not self._lines.empty():
            line = self._lines.get()
            self.said.append(line.strip())
            if line.startswith("{"):
                self.note(json.loads(line))

    def is_running(self):
        return self._process.poll() is None

    def end(self):
        """In good order."""
        self.ask_to_end()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        time_left = time.monotonic() + 2
        while time.monotonic() < time_left and not self._lines.empty():
            self.hear()
        self.hear()


class Ours(Member):
    def __init__(self, name, program, bootstrap, group, topic, assignor):
        options = {"--bootstrap": bootstrap, "--group": group, "--topic": topic, "--assignor": assignor}
        super().__init__(name, [*program, "member", *(word for pair in options.items() for word in pair)])

    def note(self, line):
        event, partitions = line["event"], line.get("partitions", [])
        if event == "assigned":
            self.owned |= set(partitions)
        elif event in ("revoked", "lost"):
            self.owned -= set(partitions)
            self.lost += event == "lost"
        elif event == "record":
            self.records.append((line["partition"], line["offset"]))

    def ask_to_end(self):
        self._process.stdin.close()


class Javas(Member):
    """Kafka's own verifiable consumer, which is told by SIGTERM to end."""

    def __init__(self, name, bootstrap, group, topic, assignor):
        classes = ",".join(JAVA_ASSIGNORS[each] for each in assignor.split(","))
        arguments = ["--bootstrap-server", bootstrap, "--group-id", group, "--topic", topic]
        arguments += ["--assignment-strategy", classes, "--reset-policy", "earliest", "--session-timeout", "10000"]
        super().__init__(name, jars.java("tools", "org.apache.kafka.tools.VerifiableConsumer", *arguments, "--verbose"))

    def note(self, line):
        if line["name"] == "partitions_assigned":
            self.owned |= {each["partition"] for each in line["partitions"]}
        elif line["name"] in ("partitions_revoked", "partitions_lost"):
            self.owned -= {each["partition"] for each in line["partitions"]}
            self.lost += line["name"] == "partitions_lost"
        elif line["name"] == "record_data":
            self.records.append((line["partition"], line["offset"]))

    def ask_to_end(self):
        self._process.terminate()


def settled(members, sizes):
    """Waits until the members own all partitions, each its share; the sizes are sorted."""
    end = time.monotonic() + GROUP_SECONDS
    while time.monotonic() < end:
        for member in members:
            member.hear()
        owned = [member.owned for member in members]
        if sorted(map(len, owned)) == sizes and set().union(*owned) == set(range(PARTITIONS)):
            return True, ""
        if not all(member.is_running() for member in members):
            break
        time.sleep(0.05)
    return False, "; ".join(f"{m.name}: {sorted(m.owned)}, running: {m.is_running()}, last {m.said[-2:]}" for m in members)


def all_read(members, count):
    """Waits until each of the records was read by somebody; (ok, detail), each of them once."""
    end = time.monotonic() + GROUP_SECONDS
    while time.monotonic() < end and sum(len(member.records) for member in members) < count:
        for member in members:
            member.hear()
        time.sleep(0.05)
    records = [record for member in members for record in member.records]
    return (
        len(records) == len(set(records)) == count,
        f"{len(records)} records, {len(set(records))} different ones, {count} expected",
    )


def shared_group(ours, bootstrap, assignor):
    """Ours joins Java's, they divide the topic, read it, and each in turn is left alone."""
    name = f"shared-{assignor}"
    call(ours, "fill", "--bootstrap", bootstrap, "--topic", name, "--partitions", PARTITIONS, "--create", "yes", "--records", 0)

    def fill():
        call(ours, "fill", "--bootstrap", bootstrap, "--topic", name, "--partitions", PARTITIONS, "--records", 600)

    java = Javas(f"{name}-java", bootstrap, name, name, assignor)
    members = [java]
    try:
        yield f"{name}: Java's member has all", *settled([java], [6])
        first = Ours(f"{name}-first", ours, bootstrap, name, name, assignor)
        members.append(first)
        yield f"{name}: ours joins, half each", *settled([java, first], [3, 3])
        fill()
        yield f"{name}: every record once", *all_read(members, 600)
        second = Ours(f"{name}-second", ours, bootstrap, name, name, assignor)
        members.append(second)
        yield f"{name}: another of ours, two each", *settled([java, first, second], [2, 2, 2])
        java.end()
        yield f"{name}: Java's leaves, ours lead", *settled([first, second], [3, 3])
        fill()
        yield f"{name}: again every record once", *all_read(members, 1200)
        late = Javas(f"{name}-late", bootstrap, name, name, assignor)
        members.append(late)
        yield f"{name}: Java's joins a group that ours leads", *settled([first, second, late], [2, 2, 2])
        first.end()
        second.end()
        yield f"{name}: ours leave, Java's has all", *settled([late], [6])
        yield f"{name}: nobody lost anything", sum(member.lost for member in members) == 0, "lost"
    finally:
        for member in members:
            if member.is_running():
                member.end()


def rolling_change(ours, bootstrap):
    """From eager to cooperative, a member at a time, in the two rounds that KIP-429 asks for."""
    name = "rolling"
    call(ours, "fill", "--bootstrap", bootstrap, "--topic", name, "--partitions", PARTITIONS, "--create", "yes", "--records", 0)
    java = Javas("rolling-java-0", bootstrap, name, name, "range")
    mine = Ours("rolling-ours-0", ours, bootstrap, name, name, "range")
    members = [java, mine]
    try:
        yield "rolling: eager", *settled([java, mine], [3, 3])
        for turn, assignors in enumerate(("cooperative-sticky,range", "cooperative-sticky"), 1):
            java.end()
            java = Javas(f"rolling-java-{turn}", bootstrap, name, name, assignors)
            members.append(java)
            yield f"rolling: Java's has {assignors}", *settled([java, mine], [3, 3])
            mine.end()
            mine = Ours(f"rolling-ours-{turn}", ours, bootstrap, name, name, assignors)
            members.append(mine)
            yield f"rolling: ours has {assignors}", *settled([java, mine], [3, 3])
        call(ours, "fill", "--bootstrap", bootstrap, "--topic", name, "--partitions", PARTITIONS, "--records", 600)
        yield "rolling: every record once", *all_read(members, 600)
    finally:
        for member in members:
            if member.is_running():
                member.end()


# --- kills ---


def storm(ours, kind, weir, records, kills, seed):
    """Five producers send while the broker is killed; each record is there once, in order per key."""
    chance = random.Random(seed)
    under_test = broker.Broker(kind, f"storm-{kind}", weir=weir).fresh()
    with under_test.start():
        topic = ("--bootstrap", under_test.bootstrap, "--topic", "storm", "--partitions", PARTITIONS)
        call(ours, "fill", *topic, "--create", "yes", "--records", 0)
        marks = chance.sample(range(records // 50, records * 9 // 10), kills)
        began = time.monotonic()
        command = [*ours, "storm", *map(str, topic), "--producers", "5", "--records", str(records // 5)]
        command += ["--marks", ",".join(map(str, marks))]
        errors = open(under_test.home / "storm.stderr", "wb")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8")
        errors.close()
        watchdog = threading.Timer(900, process.kill)
        watchdog.start()
        result, killed = None, 0
        try:
            for line in process.stdout:
                said = json.loads(line)
                if said.get("ended"):
                    result = said
                else:
                    under_test.kill()
                    time.sleep(chance.uniform(0, 0.5))
                    under_test.start()
                    killed += 1
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()
        label = f"{records} records of five producers, {kind} killed {killed} times"
        if not result:
            yield label, False, "the producers did not end: " + (under_test.home / "storm.stderr").read_text()[-1000:]
            return
        wanted = {"delivered": records, "failed": 0, "outcomes_not_once": 0, "read": records, "out_of_order": 0, "keys": 250}
        wrong = {key: result[key] for key in wanted if result[key] != wanted[key]}
        yield f"{label}: each once and in order", not wrong, f"{wrong}, {result['failure']}"
        yield f"killed as often as planned ({kills})", killed == kills, f"{killed}"
        yield f"took {time.monotonic() - began:.0f} s", None, ""


def suite(kind, weir, seed=1, only=None):
    """Yields (name, ok, detail): against Weir and Apache Kafka side by side, as most of it is waiting, or against the latter alone."""
    judges = ("weir", "kafka") if kind == "weir" else (kind,)
    with concurrent.futures.ThreadPoolExecutor(len(judges)) as pool:
        runs = [pool.submit(lambda judge=judge: list(against(judge, weir, seed, only))) for judge in judges]
        for judge, run in zip(judges, runs):
            for name, ok, detail in run.result():
                yield f"{name} ({judge})", ok, detail


def against(kind, weir, seed, only):
    """Yields (name, ok, detail). Parts: scenarios, interchange, groups, transactions (Apache Kafka alone), reach, storm."""
    ours = clients.PROGRAMS["weir"][0]()
    parts = only or ["scenarios", "interchange", "groups", "transactions", "reach", "storm"]
    base = (int(time.time()) - 3600) * 1000
    under_test, cut_port, proxy_port = clients.two_listeners(kind, f"ours-{kind}", weir)
    with under_test.start():
        if "scenarios" in parts or "interchange" in parts:
            for scenario, ok, detail in clients.run_client("weir", under_test, proxy_port, cut_port, seed, base):
                yield f"ours {scenario}", ok, detail
        if "scenarios" in parts:
            for mode, wanted in MODES.items():
                options = ("--bootstrap", under_test.bootstrap, "--prefix", mode)
                yield from judged(mode, wanted, *call(ours, mode, *options))
            yield from in_doubt(ours, under_test, proxy_port, cut_port, seed)
        if "interchange" in parts:
            yield from interchange(ours, under_test, proxy_port, cut_port, seed, base)
        if "groups" in parts:
            for assignor in JAVA_ASSIGNORS:
                yield from shared_group(ours, under_test.bootstrap, assignor)
            yield from rolling_change(ours, under_test.bootstrap)
        if "transactions" in parts and kind == "kafka":
            yield from transactions.suite(weir, under_test.bootstrap)
        yield "ours: the broker stops in good order", *under_test.ends()
    if "reach" in parts:
        yield from reach(ours, kind, weir, seed)
    if "storm" in parts:
        # Apache Kafka takes ten seconds to come back.
        yield from storm(ours, kind, weir, 2_000_000, 5 if kind == "kafka" else 10, seed)
