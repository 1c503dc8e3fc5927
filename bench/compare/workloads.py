"""The workloads by name, as the table of docs/performance.md has them. A line is one row group of that table: one client with
one set of settings against each of `kinds`."""

import os

from metrics import (
    CLIENT_PER_GB,
    CPU_PER_GB,
    CPU_PER_MILLION,
    CPU_PER_MILLION_RECORDS,
    CPU_PER_PLAIN_GB,
    LATENCIES,
    MB_PER_SECOND,
    P50,
    P99,
    PEAK,
    RECORDS_PER_SECOND,
    REQUESTS_PER_SECOND,
    Metric,
    share,
)

ALL = ("weir", "kafka", "floor")
BROKERS = ("weir", "kafka")
KB, MB, GB = 10**3, 10**6, 10**9


class Line:
    """`act(server, drivers, topic)` is what is measured; it works on a topic of its own, made before and deleted after."""

    def __init__(self, name, title, metrics, act, kinds=ALL, partitions=1, touches=GB // 4, settings=None, floor_of=None, foreign=False):
        self.name, self.title, self.metrics, self.act, self.kinds = name, title, metrics, act, kinds
        self.partitions, self.touches, self.settings = partitions, touches, settings or {}
        self.floor_of = floor_of  # the line whose floor is this one's, where it has none
        self.is_foreign = foreign  # the client is fetched from a registry
        self.is_slow = foreign and name != "a.64k.java"  # left out of a quick look beside Kafka
        self.most_laps = None
        self.warms = metrics[0].name != "p50_us"  # those at a fixed rate last long enough without

    def before(self, server, drivers, topic):
        drivers.create(server, topic, self.partitions, **self.settings)

    def after(self, server, drivers, topic):
        drivers.delete(server, topic)


class Standing(Line):
    """A line on a topic that stands for the whole run."""

    def __init__(self, standing, *arguments, cold=False, **named):
        act = arguments[3]
        super().__init__(*arguments[:3], lambda server, drivers, _: act(server, drivers, standing), **named)
        self.cold = cold

    def before(self, server, drivers, topic):
        if self.cold and server.kind != "floor":
            drop_pages(server.data)

    def after(self, server, drivers, topic):
        pass


def drop_pages(folder):
    """The files beneath leave the page cache, what is not written yet after it is."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                descriptor = os.open(os.path.join(place, name), os.O_RDONLY)
            except FileNotFoundError:
                continue  # deleted meanwhile
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


class Workload:
    """Its lines; prepare() and clean() run once for each server."""

    def __init__(self, name, title, lines, prepare=None, clean=None):
        self.name, self.title, self.lines = name, title, lines
        self._prepare, self._clean = prepare, clean

    def prepare(self, server, drivers):
        """The floor keeps nothing: nothing is prepared there."""
        if self._prepare and server.kind != "floor":
            self._prepare(server, drivers)

    def clean(self, server, drivers):
        if self._clean:
            self._clean(server, drivers)


class Sizes:
    """How much a lap does: the whole, or a little for a quick look that nothing has rotted."""

    def __init__(self, quick):
        self.quick = quick
        self.part = 400 if quick else 1

    def bytes(self, whole):
        return max(whole // self.part, 2 * MB)

    def count(self, whole):
        return max(whole // self.part, 100)

    def ms(self, whole):
        return 300 if self.quick else whole


# A topic in its steady state: what is appended takes the place of what is deleted. A broker that recycles segments does it here.
STEADY = "steady"
EQUAL = {"linger_ms": 5, "compression_type": "none", "enable_idempotence": "true", "acks": "all"}


def produce(sizes, batch, total=GB, codec="none", record=1024):
    """Batches of `batch` bytes before compression, five on their way, one connection."""
    requests = max(sizes.bytes(total) // batch, 8)
    return lambda server, drivers, topic: drivers.load(
        server, "produce", topic=topic, depth=5, requests=requests, batch=batch, record=record, codec=codec
    )


def paced(rate, requests, connections=1, partitions=1):
    return lambda server, drivers, topic: drivers.load(
        server, "produce", topic=topic, rate=rate, requests=requests, connections=connections, partitions=partitions, record=200, batch=1
    )


def flat_out(ms, connections=50, partitions=12):
    return lambda server, drivers, topic: drivers.load(
        server, "produce", topic=topic, depth=8, ms=ms, connections=connections, partitions=partitions, record=200, batch=1
    )


def workload_a(sizes):
    lines, records = [], sizes.bytes(GB) // 1024
    for name, batch, goal in (("64k", 65536, 1 / 3), ("1m", MB, 1 / 3)):
        metrics = (CPU_PER_GB.with_goal(goal), MB_PER_SECOND, CLIENT_PER_GB, PEAK)
        settings = {**EQUAL, "batch_size": batch}
        lines += [
            Line(f"a.{name}", f"fresh topic, {name} batches, raw client", metrics, produce(sizes, batch), touches=GB),
            Line(
                f"a.{name}.java",
                f"fresh topic, {name} batches, kafka-producer-perf-test",
                metrics,
                lambda server, drivers, topic, s=settings: drivers.java_produce(server, topic, records, 1024, **s),
                touches=GB,
                foreign=True,
            ),
            Line(
                f"a.{name}.weir",
                f"fresh topic, {name} batches, weir bench produce",
                metrics,
                lambda server, drivers, topic, s=settings: drivers.weir_produce(server, topic, records, 1024, **s),
                touches=GB,
            ),
        ]
    for name, batch, goal in (("64k", 65536, 1 / 6), ("1m", MB, 1 / 8)):
        metrics = (CPU_PER_GB.with_goal(goal), MB_PER_SECOND, CLIENT_PER_GB, PEAK)
        title = f"topic that deletes its oldest segments, {name} batches, raw client"
        lines.append(Standing(STEADY, f"a.steady.{name}", title, metrics, produce(sizes, batch), touches=GB))

    def fill(server, drivers):
        drivers.create(server, STEADY, segment_bytes=128 << 20, retention_bytes=512 << 20)
        produce(sizes, MB)(server, drivers, STEADY)

    def clean(server, drivers):
        drivers.delete(server, STEADY)

    return Workload("a", "produce 1 KiB records, acks=all", lines, fill, clean)


def workload_b(sizes):
    records = sizes.bytes(GB // 2) // 100
    metrics = (CPU_PER_GB.with_goal(1 / 5), RECORDS_PER_SECOND, CLIENT_PER_GB)
    return Workload(
        "b",
        "produce 100 B records, the client's defaults",
        [
            Line("b.java", "kafka-producer-perf-test", metrics, lambda s, d, t: d.java_produce(s, t, records, 100), touches=GB // 2, foreign=True),
            Line("b.weir", "weir bench produce", metrics, lambda s, d, t: d.weir_produce(s, t, records, 100), touches=GB // 2),
        ],
    )


def workload_c(sizes):
    topic, total = "consumed", sizes.bytes(2 * GB)
    records = total // 1100

    def fill(server, drivers):
        drivers.create(server, topic)
        produce(sizes, 65536, total=2 * GB)(server, drivers, topic)

    def clean(server, drivers):
        drivers.delete(server, topic)

    def fetch(server, drivers, name):
        return drivers.load(server, "fetch", topic=name, bytes=total * 9 // 10)

    metrics = (CPU_PER_GB.with_goal(1 / 2), MB_PER_SECOND, CLIENT_PER_GB, PEAK)
    lines = [
        Standing(topic, "c.warm", "from the page cache, raw client", metrics, fetch),
        Standing(topic, "c.cold", "page cache dropped, raw client", metrics, fetch, kinds=BROKERS, cold=True, touches=2 * GB),
        Standing(
            topic,
            "c.java",
            "from the page cache, kafka-consumer-perf-test",
            metrics,
            lambda s, d, t: d.java_consume(s, t, records, 1024),
            kinds=BROKERS,
            foreign=True,
        ),
        Standing(
            topic,
            "c.weir",
            "from the page cache, weir bench consume",
            metrics,
            lambda s, d, t: d.weir_consume(s, t, records, 1024),
            kinds=BROKERS,
        ),
    ]
    return Workload("c", "consume what was written", lines, fill, clean)


def workload_d(sizes):
    metrics = (P50.with_goal(0.75), *LATENCIES[1:], CPU_PER_MILLION.with_goal(1 / 4))
    line = Line("d", "1,000 requests/s of one 200 B record", metrics, paced(1000, sizes.count(60_000)))
    return Workload("d", "one connection", [line])


def workload_e(sizes):
    paced_metrics = (P50.with_goal(0.75), *LATENCIES[1:], CPU_PER_MILLION.with_goal(1 / 3))
    flat_metrics = (REQUESTS_PER_SECOND.with_goal(2), CPU_PER_MILLION.with_goal(1 / 3), P50, P99, PEAK)
    crowd_metrics = (RECORDS_PER_SECOND.with_goal(1.5), CPU_PER_MILLION_RECORDS.with_goal(1 / 4))
    records = sizes.count(2_000_000)
    return Workload(
        "e",
        "fifty connections, 12 partitions, 200 B records",
        [
            Line("e.5k", "5,000 requests/s", paced_metrics, paced(5000, sizes.count(60_000), 50, 12), partitions=12),
            Line("e.flat", "flat out, 8 in flight each", flat_metrics, flat_out(sizes.ms(8000)), partitions=12, touches=GB // 2),
            Line(
                "e.librdkafka",
                "fifty librdkafka producers, random keys, flat out",
                crowd_metrics,
                lambda s, d, t: d.crowd(s, t, records, 200, 50, acks="all"),
                partitions=12,
                touches=GB // 2,
                foreign=True,
            ),
        ],
    )


def workload_f(sizes):
    synced = {"flush_messages": 1}
    one = (P50.with_goal(1 / 2), P99.with_goal(1 / 2), *LATENCIES[2:], CPU_PER_MILLION.with_goal(1 / 2))
    fifty = (P50.with_goal(1 / 2), P99.with_goal(1 / 4), *LATENCIES[2:], CPU_PER_MILLION.with_goal(1 / 2))
    flat = (REQUESTS_PER_SECOND.with_goal(3), CPU_PER_MILLION, P50, P99)
    common = {"kinds": BROKERS, "settings": synced}
    return Workload(
        "f",
        "d and e, every acknowledgement after an fsync",
        [
            Line("f.one", "one connection, 1,000/s", one, paced(1000, sizes.count(60_000)), floor_of="d", **common),
            Line("f.5k", "fifty, 5,000/s", fifty, paced(5000, sizes.count(60_000), 50, 12), partitions=12, floor_of="e.5k", **common),
            Line("f.flat", "fifty, flat out, 8 in flight each", flat, flat_out(sizes.ms(8000)), partitions=12, floor_of="e.flat", **common),
        ],
    )


def workload_g(sizes):
    requests = sizes.count(100_000)
    line = Line(
        "g",
        "10,000 records/s of 200 B, one a request: from when a record is due to when a consumer has it",
        (*LATENCIES, CPU_PER_MILLION_RECORDS),
        lambda s, d, t: d.load(s, "e2e", topic=t, rate=10_000, requests=requests, connections=4, partitions=4, record=200),
        kinds=BROKERS,
        partitions=4,
    )
    return Workload("g", "end to end latency", [line])


def workload_h(sizes):
    """2,000 requests/s of 8 KiB (16,000 records/s) by ten connections; what is there already is read by one consumer from a
    dropped page cache, what comes by two groups of five."""
    topic, partitions, there = "mixed", 10, sizes.bytes(4 * GB)
    requests = sizes.count(40_000)

    def fill(server, drivers):
        drivers.create(server, topic, partitions)
        drivers.load(server, "produce", topic=topic, depth=2, connections=10, partitions=partitions, requests=max(there // 65536, 20))

    def act(server, drivers, name):
        read = {}
        with drivers.beside(server, "fetch", read, topic=name, partitions=partitions, bytes=there * 9 // 10):
            words = {"rate": 2000, "requests": requests, "connections": 10, "partitions": partitions, "batch": 8192}
            told = drivers.load(server, "produce", topic=name, **words)
        return {**told, "read_bytes": read["bytes"], "read_seconds": read["seconds"]}

    class Mixed(Standing):
        """The members have joined before the clock runs, and are still there after it."""

        def before(self, server, drivers, name):
            self.crew = drivers.members(server, topic, ("one", "other"), 5)
            self.crew.__enter__()
            drop_pages(server.data)

        def after(self, server, drivers, name):
            self.crew.__exit__(None, None, None)

    read = Metric("read_mb_per_second", "read from 0, MB/s", share("read_bytes", "read_seconds", 1e-6), more_is_better=True)
    cpu = Metric("broker_cpu", "CPU s", lambda lap: lap["broker_cpu"])
    title = "16,000 records/s, two groups of five, one reading everything from a cold page cache"
    line = Mixed(topic, "h", title, (*LATENCIES, cpu, read, PEAK), act, kinds=BROKERS)
    return Workload("h", "mixed", [line], fill, lambda server, drivers: drivers.delete(server, topic))


def workload_l(sizes):
    metrics = (CPU_PER_PLAIN_GB, RECORDS_PER_SECOND, CLIENT_PER_GB)
    lines = [
        Line(f"l.{codec}", f"{codec}, 64 KiB batches before compression", metrics, produce(sizes, 65536, codec=codec), touches=GB // 2)
        for codec in ("gzip", "snappy", "lz4", "zstd")
    ]
    return Workload("l", "produce 1 KiB records in every codec", lines)


def standing_workloads(sizes):
    """Those that run against the brokers that stay up."""
    makers = (workload_a, workload_b, workload_c, workload_d, workload_e, workload_f, workload_g, workload_h, workload_l)
    return {workload.name: workload for workload in (make(sizes) for make in makers)}
