"""Workloads i, j and k: brokers that are started for one lap, while those that stay up are frozen."""

import contextlib
import shutil
import time

from laps import stolen_and_all
from metrics import Metric
from workloads import BROKERS, GB, MB, drop_pages

PROBE_BYTES = 64 * MB


def timed_start(node, drivers, topic):
    """Seconds from the start of the process to the first acknowledgement."""
    since = time.monotonic_ns()
    node.launch()
    return drivers.load(node, "first_ack", topic=topic, since=since, record=100)["first_ack_seconds"]


@contextlib.contextmanager
def own_node(make, name):
    """A node of one lap; neither it nor what it wrote outlives the block."""
    node = make(name).fresh().formatted()
    try:
        yield node
    finally:
        node.kill()
        shutil.rmtree(node.home)


class StartLine:
    """`act(make, drivers, number)` makes its nodes with make(name, **settings)."""

    kinds = BROKERS
    floor_of = None
    is_foreign = False

    def __init__(self, name, title, metrics, act, most_laps=None, slow=False):
        self.is_slow = slow
        self.name, self.title, self.metrics, self.act, self.most_laps = name, title, metrics, act, most_laps


class Starts:
    def __init__(self, name, title, lines):
        self.name, self.title, self.lines = name, title, lines

    def run(self, makers, drivers, lines, store, say, wanted):
        """`makers` by kind: a function that makes a node."""
        for line in lines:
            rounds = []
            for number in range(min(wanted, line.most_laps or wanted)):
                rounds.append({})
                for kind in list(makers) if number % 2 == 0 else list(reversed(makers)):
                    probe = drivers.probe(0, PROBE_BYTES)
                    stolen, ticks = stolen_and_all()
                    result = line.act(makers[kind], drivers, number)
                    stolen_after, ticks_after = stolen_and_all()
                    result.update(touch_us=probe["touch_us"], stolen=(stolen_after - stolen) / max(1, ticks_after - ticks))
                    figures = ", ".join(f"{metric.label} {metric.of(result):.4g}" for metric in line.metrics)
                    say(f"{line.name:16} {kind:6} {figures}")
                    rounds[-1][kind] = result
                    store(line, rounds)


def empty_start(sizes):
    partitions, rest = (20, 0.3) if sizes.quick else (1000, 5)

    def act(make, drivers, number):
        with own_node(make, f"start-{number}") as node:
            result = {"empty": timed_start(node, drivers, "first")}
            time.sleep(rest)
            result["idle"] = node.memory()[0]
            drivers.create(node, "many", partitions)
            time.sleep(rest)
            result["per_partition"] = (node.memory()[0] - result["idle"]) / partitions
            node.stop()
            result["stopped"] = timed_start(node, drivers, "first")
            node.stop()
            return result

    metrics = (
        Metric("empty", "empty: s to first ack", lambda lap: lap["empty"], limit=0.05),
        Metric("stopped", "1,000 partitions after a clean stop: s", lambda lap: lap["stopped"], limit=0.08),
        Metric("idle", "resident idle, MB", lambda lap: lap["idle"] / MB, limit=13),
        Metric("per_partition", "resident per idle partition, KiB", lambda lap: lap["per_partition"] / 1024, limit=2),
    )
    return StartLine("i.start", "a node of its own: start, idle, 1,000 partitions, stop, start", metrics, act)


# What Apache Kafka waits for after a crash is mostly the end of its own old session.
SESSION = {"broker.session.timeout.ms": "1000", "broker.heartbeat.interval.ms": "200"}


def killed_start(sizes):
    total = sizes.bytes(10 * GB)

    def act(make, drivers, number):
        with own_node(make, f"kill-{number}") as node:
            node.start()
            drivers.create(node, "first")
            drivers.create(node, "filled", 10)
            drivers.load(node, "produce", topic="filled", partitions=10, depth=5, requests=max(total // MB, 8), batch=MB)
            node.kill()
            result = {"killed": timed_start(node, drivers, "first")}
            node.stop()
            node.settings.update(SESSION)
            node.start()
            drivers.wait_for(node, "first")
            node.kill()
            result["killed_short_session"] = timed_start(node, drivers, "first")
            node.stop()
            return result

    metrics = (
        Metric("killed", "s to first ack", lambda lap: lap["killed"], limit=0.15),
        Metric("killed_short_session", "session time-out 1 s: s to first ack", lambda lap: lap["killed_short_session"], limit=0.15),
    )
    return StartLine("i.kill", "after kill -9 with 10 GB", metrics, act, most_laps=2)


def many_partitions(sizes, count):
    partitions, rest = (50, 0.3) if sizes.quick else (count, 10)

    def act(make, drivers, number):
        with own_node(make, f"many-{count}") as node:
            node.start()
            drivers.create(node, "first")
            began = time.monotonic()
            drivers.create(node, "many", partitions)
            result = {"created": time.monotonic() - began}
            time.sleep(rest)
            cpu = node.cpu()
            time.sleep(rest)
            result["idle_cpu"] = (node.cpu() - cpu) / rest
            told = drivers.load(node, "produce", topic="many", partitions=partitions, requests=partitions, depth=50, record=100, batch=1)
            result["one_each"] = told["seconds"]
            result["resident"] = node.memory()[0]
            node.stop()
            drop_pages(node.data)
            result["started"] = timed_start(node, drivers, "first")
            node.stop()
            return result

    metrics = (
        Metric("created", "created, s", lambda lap: lap["created"]),
        Metric("idle_cpu", "idle CPU, %", lambda lap: lap["idle_cpu"] * 100, limit=1),
        Metric("one_each", "a record to each, s", lambda lap: lap["one_each"]),
        Metric("resident", "resident, MB", lambda lap: lap["resident"] / MB),
        Metric("started", "caches dropped: s to first ack", lambda lap: lap["started"]),
    )
    return StartLine(f"k.{count}", f"{count:,} partitions on one node", metrics, act, most_laps=2, slow=True)


def start_workloads(sizes):
    return {
        "i": Starts("i", "start to the first acknowledgement, and memory (j)", [empty_start(sizes), killed_start(sizes)]),
        "k": Starts("k", "many partitions", [many_partitions(sizes, 10_000)]),
    }
