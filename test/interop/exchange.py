"""One data directory, two programs in turn: each must find everything that the other left, and go on from there.

A visit is: start one program on the directory, see that clients find what they saw at the end of the last visit, work,
take a snapshot of all that clients see, stop or kill -9. Between visits Kafka's DumpLogSegments reads every file.
"""

import subprocess
import threading

import broker
import dump
import idempotence
import jars
import paths
import tools

# Small delays where Kafka's defaults would only make the test long.
SETTINGS = {
    "log.cleaner.backoff.ms": "200",
    "log.initial.task.delay.ms": "500",
    # Apache Kafka forgets a DeleteRecords in a crash before this.
    "log.flush.start.offset.checkpoint.interval.ms": "500",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "2",
}
SECONDS = 150

# Who formats the directory and how, and the visits: (program, how it ends). "other" is the program under test.
FULL = [
    ("standalone", [("kafka", "stop"), ("other", "stop"), ("kafka", "kill"), ("other", "kill"), ("kafka", "stop"), ("other", "stop")]),
    ("static", [("kafka", "kill"), ("other", "kill"), ("kafka", "stop"), ("other", "stop")]),
    ("other", [("other", "stop"), ("kafka", "stop"), ("other", "kill"), ("kafka", "kill"), ("other", "stop")]),
    ("other", [("other", "kill"), ("kafka", "kill"), ("other", "stop")]),
]
QUICK = [
    ("static", [("kafka", "kill"), ("other", "kill"), ("kafka", "stop")]),
    ("other", [("other", "stop"), ("kafka", "stop"), ("other", "stop")]),
]


class Worker:
    """Exchange.java on one visit: a snapshot, work, another snapshot. Raises BrokerError with what it said."""

    def __init__(self, bootstrap, number, transactions, home):
        classes = jars.compiled("kafka", paths.HERE / "java" / "Exchange.java")
        arguments = [bootstrap, str(number)] + (["transactions"] if transactions else [])
        command = jars.java("kafka", "Exchange", *arguments, log="error", extra=classes)
        self._errors = home / f"worker-{number}.stderr"
        with open(self._errors, "wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
            )
        self._watchdog = threading.Timer(SECONDS, self._process.kill)
        self._watchdog.start()

    def told(self):
        """What it prints until it waits."""
        facts = []
        for line in self._process.stdout:
            if line == "--\n":
                return facts
            facts.append(line.rstrip("\n"))
        raise broker.BrokerError(f"the visitor failed: {self._errors.read_text()[-1500:]}")

    def go_on(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def end(self):
        self._watchdog.cancel()
        self._process.kill()
        self._process.wait()


def unlike(before, after):
    """The facts that went and those that came, shortened."""
    gone = [f"gone: {line[:220]}" for line in before if line not in set(after)]
    come = [f"come: {line[:220]}" for line in after if line not in set(before)]
    more = [f"and {len(gone) + len(come) - 24} more"] if len(gone) + len(come) > 24 else []
    return "\n".join(gone[:12] + come[:12] + more)


class Exchange:
    def __init__(self, name, other, weir, formatted):
        self._name = name
        self._other = other
        self._weir = weir
        self._voters = formatted if formatted != "other" else "standalone"
        first = broker.Broker(other, name).fresh()
        self._data = first.data
        self._ports = (first.port, first.controller_port)
        self._producer = idempotence.Producer("raw")
        self._last = None

    def visit(self, number, program, end, jvm):
        """Yields (name, ok, detail)."""
        kind = self._other if program == "other" else program
        title = f"{self._name}, visit {number} ({kind}, then {end})"
        node = broker.Broker(
            kind, self._name, weir=self._weir, settings=SETTINGS, voters=self._voters, data=self._data, ports=self._ports
        )
        try:
            node.start()
            worker = Worker(node.bootstrap, number, kind == "kafka", node.home)
            try:
                found = worker.told()
                if self._last is not None:
                    yield f"{title}: finds all {len(self._last)} facts", found == self._last, unlike(self._last, found)
                worker.go_on()
                complaints = worker.told()
                yield f"{title}: the cleaner works", not complaints, "\n".join(complaints)
                for name, ok, detail in self._producer.visit(node.port):
                    yield f"{title}: {name}", ok, detail
                worker.go_on()
                self._last = worker.told()
            finally:
                worker.end()
            if end == "kill":
                node.kill()
            else:
                node.stop()
            yield f"{title}: works and ends", True, ""
        finally:
            node.kill()
        files, found = dump.wrong(jvm, self._data, indexes=end == "stop")
        yield f"{title}: Kafka's dump tool finds nothing wrong in {files} files", not found, "\n".join(found[:20])


def suite(kind, weir, quick=False):
    """Yields (name, ok, detail). Against kind "kafka" both programs are Apache Kafka: the judge is judged."""
    with tools.Jvm() as jvm:
        for round_number, (formatted, visits) in enumerate(QUICK if quick else FULL, 1):
            name = f"exchange-{round_number}-{kind if formatted == 'other' else 'kafka ' + formatted}".replace(" ", "-")
            exchange = Exchange(name, kind, weir, formatted)
            for number, (program, end) in enumerate(visits, 1):
                try:
                    yield from exchange.visit(number, program, end, jvm)
                except (broker.BrokerError, OSError, subprocess.TimeoutExpired) as failure:
                    yield f"{name}, visit {number} ({program}, then {end}) broke", False, str(failure)
                    break
