"""How long one small command takes, start to end: `weir topic list` beside `kafka-topics --list` of Apache Kafka, on one broker.

    ./dev bench command_start [--turns 11]"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "test" / "interop"), str(HERE.parent / "test" / "e2e")]

import jars  # noqa: E402
import program  # noqa: E402

# As bin/kafka-run-class.sh starts a tool.
JVM = ["-Xmx256M", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent"]


def lap(command):
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weir")
    parser.add_argument("--turns", type=int, default=11)
    options = parser.parse_args()
    weir = os.path.abspath(options.weir)
    with tempfile.TemporaryDirectory(prefix="weir-start-") as data:
        with program.Program(weir, "--data", data, "--listen", "127.0.0.1:0") as node:
            brokers = f"127.0.0.1:{node.port()}"
            subprocess.run([weir, "topic", "create", "orders", "-b", brokers], check=True, capture_output=True)
            java = [jars.need("java", "install Debian's package openjdk-17-jre-headless"), *JVM, "-cp", jars.class_path("tools")]
            commands = {
                "weir version": [weir, "version"],
                "weir topic list": [weir, "topic", "list", "-b", brokers],
                "kafka-topics --list": [*java, "org.apache.kafka.tools.TopicCommand", "--list", "--bootstrap-server", brokers],
            }
            laps = {name: [] for name in commands}
            for turn in range(options.turns + 1):
                for name, command in commands.items():
                    took = lap(command)
                    if turn > 0:  # the first one warms up
                        laps[name].append(took * 1000)
            for name, times in laps.items():
                print(f"{name:20} median {statistics.median(times):8.1f} ms  ({min(times):.1f} to {max(times):.1f}, {options.turns} turns)")
            if node.stop() != 0:
                raise RuntimeError(node.text())


if __name__ == "__main__":
    main()
