"""Producers on one broker: `weir bench produce`, a small program on our public library (include/weir), Kafka's
kafka-producer-perf-test, and a small program on librdkafka. They take turns, so that what else the machine does falls on all; each turn writes to a topic of its own. Prints records a
second and the CPU seconds of a million records over all the client's threads (start included), medians and ratios.

    ./dev bench producers [--turns 5] [--megabytes 500] [--sizes 100,1024]

`defaults`: each as it comes. `equal`: 64 KiB batches, 5 ms linger, no compression, idempotence, acks=all, one partition.
The broker is Weir in memory of the page cache (log.flush.interval.messages), so that the clients are what is measured."""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "test" / "interop"), str(HERE.parent / "test" / "e2e")]

import clients  # noqa: E402
import jars  # noqa: E402
import program  # noqa: E402

# As bin/kafka-producer-perf-test.sh starts it.
JVM = ["-Xmx512m", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent"]
EQUAL = {"batch.size": 65536, "linger.ms": 5, "compression.type": "none", "enable.idempotence": "true", "acks": "all"}
PAYLOADS = 10_000


def librdkafka():
    """The shared library that the wheel of confluent-kafka brings."""
    found = sorted(pathlib.Path(clients.python_environment()).parent.parent.glob("lib/python3*/site-packages/confluent_kafka.libs/librdkafka*.so*"))
    return found[0]


def built(home, name, library, *flags):
    """The program NAME_producer.cc of this folder, linked to a shared library."""
    target = home / f"{name}_producer"
    command = ["c++", "-O2", "-std=c++23", str(HERE / f"{name}_producer.cc"), "-o", str(target), str(library), f"-Wl,-rpath,{library.parent}"]
    subprocess.run([*command, *flags], check=True)
    return target


class Producers:
    """The command lines: (records, size, topic, settings) to what is run."""

    def __init__(self, weir, brokers, home):
        self.weir, self.brokers, self.home = weir, brokers, home
        self.native = built(home, "librdkafka", librdkafka(), "-Wl,--allow-shlib-undefined")
        library = pathlib.Path(weir).parent / "lib" / "libweir-client.so"
        self.public = built(home, "client", library, f"-I{HERE.parent / 'include'}")

    def ours(self, records, size, topic, settings):
        properties = [word for name, value in settings.items() for word in ("-X", f"{name}={value}")]
        return [self.weir, "bench", "produce", topic, "-n", records, "-s", size, "-b", self.brokers, *properties]

    def java(self, records, size, topic, settings):
        properties = [f"bootstrap.servers={self.brokers}", *(f"{name}={value}" for name, value in settings.items())]
        command = [jars.need("java", "install Debian's package openjdk-17-jre-headless"), *JVM, "-cp", jars.class_path("tools")]
        command += ["org.apache.kafka.tools.ProducerPerformance", "--topic", topic, "--num-records", records, "--throughput", -1]
        return [*command, "--payload-file", self.payloads(size), "--producer-props", *properties]

    def librdkafka(self, *what):
        return self.small(self.native, *what)

    def library(self, *what):
        return self.small(self.public, *what)

    def small(self, which, records, size, topic, settings):
        properties = [f"{name}={value}" for name, value in settings.items()]
        return [which, records, size, topic, f"bootstrap.servers={self.brokers}", *properties]

    def payloads(self, size):
        """Lines of random text: the tool would otherwise draw every letter of every record while it is measured."""
        path = self.home / f"payloads-{size}"
        if not path.exists():
            pool = os.urandom(PAYLOADS * size).translate(bytes(33 + byte % 90 for byte in range(256)))
            path.write_bytes(b"".join(pool[at : at + size] + b"\n" for at in range(0, len(pool), size)))
        return path


def lap(command):
    """(seconds, CPU seconds) of a whole process."""
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}: {output.decode()}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime


def topic_of(weir, brokers, action, name):
    options = {"create": ["-p", "1"], "delete": ["--yes"]}[action]
    subprocess.run([weir, "topic", action, name, *options, "-b", brokers], check=True, capture_output=True)


def measure(producers, size, settings, options):
    records = options.megabytes * 1_000_000 // size
    kinds = {"weir": producers.ours, "library": producers.library, "librdkafka": producers.librdkafka, "java": producers.java}
    results = {kind: [] for kind in kinds}
    for turn in range(options.turns + 1):
        for kind, command in kinds.items():
            topic = f"{kind}-{size}-{turn}-{'equal' if settings else 'defaults'}"
            topic_of(producers.weir, producers.brokers, "create", topic)
            seconds, cpu = lap(command(records, size, topic, settings))
            topic_of(producers.weir, producers.brokers, "delete", topic)
            if turn > 0:  # the first one warms up
                results[kind].append((records / seconds, cpu / records * 1e6))
    return {kind: tuple(statistics.median(column) for column in zip(*laps)) for kind, laps in results.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weir")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=500, help="that each turn writes")
    parser.add_argument("--sizes", default="100,1024")
    options = parser.parse_args()
    weir = os.path.abspath(options.weir)
    with tempfile.TemporaryDirectory(prefix="weir-producers-") as folder:
        home = pathlib.Path(folder)
        settings = ("--set", "log.flush.interval.messages=9223372036854775807")
        with program.Program(weir, "--data", home / "data", "--listen", "127.0.0.1:0", *settings) as node:
            producers = Producers(weir, f"127.0.0.1:{node.port()}", home)
            print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; medians of {options.turns} turns of {options.megabytes} MB")
            print(f"{'':24}{'records/s':>12}{'CPU s / 10^6':>14}{'records/CPU s':>15}   weir does")
            for size in map(int, options.sizes.split(",")):
                for name, settings in (("defaults", {}), ("equal", EQUAL)):
                    table = measure(producers, size, settings, options)
                    for kind, (rate, cpu) in table.items():
                        ratio = f"{cpu / table['weir'][1]:.1f} times its records per CPU second" if kind != "weir" else ""
                        print(f"{f'{size} B, {name}, {kind}':24}{rate:12.0f}{cpu:14.3f}{1e6 / cpu:15.0f}   {ratio}", flush=True)
            if node.stop() != 0:
                raise RuntimeError(node.text())


if __name__ == "__main__":
    main()
