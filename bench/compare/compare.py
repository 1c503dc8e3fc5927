"""Weir beside Apache Kafka in one run: `./dev bench compare [WORKLOAD...]`. README.md of this folder says how it measures.

Workloads go by the letters of docs/performance.md (`a`), or lines by their names (`a.64k`); `report` writes the table anew
from what is stored. Results are stored one by one in build/bench/compare/results, so that a run can be continued."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent.parent / "test" / "e2e")]

import brokers  # noqa: E402
import drivers  # noqa: E402
import laps  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402
import starts  # noqa: E402
import workloads  # noqa: E402

WARM_BYTES = 2 * workloads.GB
KAFKA = "4.4.0"


def say(words):
    print(f"{datetime.datetime.now():%H:%M:%S} {words}", flush=True)


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    return (done.stdout + done.stderr).strip().partition("\n")[0]


def machine():
    fields = dict(line.split(":", 1) for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    memory = pathlib.Path("/proc/meminfo").read_text().split()[1]
    model = {name.strip(): value.strip() for name, value in fields.items()}.get("model name", platform.machine())
    return f"{model}, {os.cpu_count()} cores, {int(memory) // 2**20} GiB, Linux {platform.release()}"


def head_of(options):
    kafka = None
    if not options.ours:
        kafka = f"Apache Kafka {KAFKA}, {first_line('java', '-version')}, JVM {' '.join(brokers.JVM[options.jvm])}"
    dirty = "+" if first_line("git", "status", "--porcelain", "--untracked-files=no") else ""
    return {
        "machine": machine(),
        "commit": first_line("git", "rev-parse", "--short=12", "HEAD") + dirty,
        "kafka": kafka,
        "settings": {**brokers.broker.SETTINGS, **brokers.SETTINGS},
        "load": os.getloadavg(),
    }


class Store:
    """results/LINE.json, written after every lap."""

    def __init__(self, folder, head):
        self.folder, self.head = folder, head
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, line, rounds):
        when = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        whole = {"line": line.name, "title": line.title, "when": when, **self.head, "rounds": rounds}
        target = self.folder / f"{line.name}.json"
        fresh = target.with_suffix(".new")
        fresh.write_text(json.dumps(whole, indent=1))
        fresh.replace(target)


def chosen(all_workloads, options):
    """[(workload, lines)] by the words of the command line; everything for none."""
    picked, words = [], ["i.start" if word == "j" else word for word in options.workloads]
    for workload in all_workloads:
        lines = [line for line in workload.lines if not words or workload.name in words or line.name in words]
        lines = [line for line in lines if not (options.ours and line.is_foreign)]
        lines = [line for line in lines if not (options.quick and not options.ours and line.is_slow)]
        if lines:
            picked.append((workload, lines))
    known = {name for workload in all_workloads for name in (workload.name, *(line.name for line in workload.lines))}
    for word in words:
        if word not in known:
            raise SystemExit(f"compare: there is no workload {word!r}; there are {' '.join(sorted(known))}")
    return picked


def warm_up(server, driver, quick):
    """Kafka's JIT compiles what is used: all that will be, until it has had enough of it."""
    driver.create(server, "warm-up", 12)
    total = 4 * workloads.MB if quick else WARM_BYTES
    for connections, batch in ((1, 65536), (4, 1024)):
        count = total // 2 // batch if batch > 1024 else total // 100 // batch
        driver.load(server, "produce", topic="warm-up", depth=5, connections=connections, partitions=12, requests=count, batch=batch)
    driver.load(server, "fetch", topic="warm-up", partitions=12, bytes=total // 2)
    driver.load(server, "produce", topic="warm-up", depth=5, partitions=12, requests=total // 2 // 65536, batch=65536)
    driver.load(server, "produce", topic="warm-up", rate=5000, requests=500 if quick else 50_000, connections=50, partitions=12, batch=1)
    driver.delete(server, "warm-up")
    driver.create(server, "awake")


class Run:
    def __init__(self, options):
        self.options = options
        self.programs = pathlib.Path(options.programs).resolve()
        self.folder = pathlib.Path(options.folder).resolve()
        self.home = self.folder / "data"
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        self.drivers = drivers.Drivers(self.programs, self.home)
        self.kinds = ["weir"] if options.ours else ["weir", "kafka"]
        self.servers = {}
        self.alone = []

    def node(self, kind, name, **settings):
        node = brokers.Node(kind, self.home / f"{kind}-{name}", self.programs / "weir", self.options.jvm, settings)
        self.alone.append(node)
        return node

    def standing(self):
        """All servers, up and warm."""
        if not self.servers:
            for kind in self.kinds:
                self.servers[kind] = self.node(kind, "standing").fresh().formatted()
            self.servers["floor"] = brokers.Floor(self.programs / "weir_bench_null")
            for kind, server in self.servers.items():
                for other in self.servers.values():
                    if other.running():
                        other.freeze()
                server.start()
                say(f"warming up {kind}")
                warm_up(server, self.drivers, self.options.quick)
        return self.servers

    def run(self, picked, store):
        for workload, lines in picked:
            say(f"workload {workload.name}: {workload.title}")
            began = time.monotonic()
            if isinstance(workload, starts.Starts):
                for server in self.servers.values():
                    server.freeze()
                makers = {kind: lambda name, k=kind, **settings: self.node(k, name, **settings) for kind in self.kinds}
                workload.run(makers, self.drivers, lines, store, say, self.options.laps)
            else:
                laps.Alternation(self.standing(), self.drivers, store, say, self.options.laps, self.options.quick).run(workload, lines)
            say(f"workload {workload.name} took {time.monotonic() - began:.0f} s")

    def end(self):
        for server in [*self.servers.values(), *self.alone]:
            server.kill()
        shutil.rmtree(self.home, ignore_errors=True)


def write_report(folder, all_workloads):
    stored = report.load_results(folder / "results")
    if not stored:
        raise SystemExit(f"compare: nothing is stored in {folder}")
    heads = [{key: result[key] for key in ("machine", "commit", "kafka", "settings")} for result in stored.values()]
    head = {key: sorted({str(each[key]) for each in heads}) for key in ("machine", "commit", "kafka")}
    head["settings"] = heads[0]["settings"]
    head["when"] = f"{min(result['when'] for result in stored.values())} to {max(result['when'] for result in stored.values())}"
    table = report.tabled(all_workloads, stored)
    settings = "\n".join(f"  {name}={value}" for name, value in head["settings"].items())
    words = "".join(f"{name}: {'; '.join(head[name])}\n" for name in ("machine", "commit", "kafka"))
    words += f"when: {head['when']}\nsettings of both:\n{settings}\n" + report.as_text(table)
    (folder / "report.txt").write_text(words)
    (folder / "report.md").write_text(report.as_markdown(table))
    (folder / "report.json").write_text(report.as_json(table, head))
    for workload, measured in table:
        (folder / f"{workload.name}.svg").write_text(plot.drawn(workload, measured, stored))
    return words


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", help="the folder of the build: weir, weir_bench_load, weir_bench_null")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    parser.add_argument("--laps", type=int, default=5, help="rounds that count, of each line")
    parser.add_argument("--quick", action="store_true", help="one tiny lap of each: nothing is measured, nothing may fail")
    parser.add_argument("--ours", action="store_true", help="Weir, the floor and our own clients alone: nothing is fetched")
    parser.add_argument("--jvm", choices=sorted(brokers.JVM), default="shipped", help="which of Apache Kafka's documented settings")
    parser.add_argument("--folder", default=ROOT / "build" / "bench" / "compare")
    options = parser.parse_intermixed_args()
    # Ended from outside, it still ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("compare: ended"))
    sizes = workloads.Sizes(options.quick)
    everything = [*workloads.standing_workloads(sizes).values(), *starts.start_workloads(sizes).values()]
    folder = pathlib.Path(options.folder)
    if options.quick:
        options.laps = 1
        folder = options.folder = folder.parent / (folder.name + "-quick")
        shutil.rmtree(folder, ignore_errors=True)
    if options.workloads != ["report"]:
        picked = chosen(everything, options)
        run = Run(options)
        try:
            run.run(picked, Store(folder / "results", head_of(options)))
        finally:
            run.end()
    print(write_report(folder, everything))


if __name__ == "__main__":
    main()
