"""A lap, and laps in alternation. Both brokers stay up and warm; the one that is not measured is frozen, and has 15 s after it
is thawed. The order of a round is that of the last one turned round, so that nobody is thawed twice in a row.

Before the first round each runs the lines that go flat out once, since Kafka's JIT compiles anew for what it has not seen:
that lap is shown and not counted.

A lap's figures are the client's own, and around it: CPU of the broker and of the client, the broker's memory, stolen time
and what touching a page costs just before it. A round whose two brokers met machines that differ by more than a fifth is
discarded and run again, up to twice as many rounds as are wanted."""

import pathlib
import resource
import time

PROBE_BYTES = 64 << 20
DIFFERENCE = 1.2
STOLEN_MOST = 0.05


def stolen_and_all():
    """Ticks over all processors: stolen by the host, and all."""
    fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return fields[7], sum(fields)


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def watched(server, act):
    """What `act` returns, and what happened to the broker and the machine meanwhile."""
    server.reset_peak()
    stolen, ticks = stolen_and_all()
    cpu, client_cpu, began = server.cpu(), children_cpu(), time.monotonic()
    told = act()
    result = {"window_seconds": time.monotonic() - began, "broker_cpu": server.cpu() - cpu, "client_cpu": children_cpu() - client_cpu}
    stolen_after, ticks_after = stolen_and_all()
    resident, peak = server.memory()
    result.update(stolen=(stolen_after - stolen) / max(1, ticks_after - ticks), resident=resident, peak=peak)
    return {**told, **result}


def are_comparable(one, other):
    """Whether two laps met the same machine."""
    if max(one["stolen"], other["stolen"]) > STOLEN_MOST:
        return False
    slow, fast = max(one["touch_us"], other["touch_us"]), min(one["touch_us"], other["touch_us"])
    return slow <= DIFFERENCE * fast


def discarded(rounds):
    """The numbers of the rounds whose pair does not count."""
    return [n for n, laps in enumerate(rounds) if {"weir", "kafka"} <= laps.keys() and not are_comparable(laps["weir"], laps["kafka"])]


class Alternation:
    """Runs the lines of a workload. `servers` by kind; `store` takes the rounds of a line after each of its laps."""

    def __init__(self, servers, drivers, store, say, wanted, quick):
        self.servers, self.drivers, self.store, self.say = servers, drivers, store, say
        self.wanted, self.quick = wanted, quick
        self.order = [kind for kind in ("weir", "kafka", "floor") if kind in servers]

    def run(self, workload, lines):
        for kind in self.order:
            self._turn_to(kind)
            workload.prepare(self.servers[kind], self.drivers)
            for line in lines:
                if kind in line.kinds and line.warms and not self.quick:
                    self._lap(line, kind, "warm-up")
        rounds = {line.name: [] for line in lines}
        numbers = {line.name: min(self.wanted, line.most_laps or self.wanted) for line in lines}
        for number in range((1 if self.quick else 2) * max(numbers.values())):
            due = [line for line in lines if len(rounds[line.name]) - len(discarded(rounds[line.name])) < numbers[line.name]]
            due = [line for line in due if len(rounds[line.name]) < 2 * numbers[line.name]]
            if not due:
                break
            for line in due:
                rounds[line.name].append({})
            for kind in self.order:
                served = [line for line in due if kind in line.kinds]
                if served:
                    self._turn_to(kind)
                for line in served:
                    rounds[line.name][-1][kind] = self._lap(line, kind, number)
                    self.store(line, rounds[line.name])
            self.order.reverse()
        for kind in self.order:
            self._turn_to(kind)
            workload.clean(self.servers[kind], self.drivers)
        return rounds

    def _turn_to(self, kind):
        """Everybody else sleeps; this one is awake and serves."""
        for server in self.servers.values():
            if server.name != kind:
                server.freeze()
        server = self.servers[kind]
        if server.frozen:
            server.thaw(0 if self.quick else 15)
            self.drivers.wait_for(server, "awake")

    def _lap(self, line, kind, number):
        server = self.servers[kind]
        topic = f"{line.name.replace('.', '-')}-{number}"
        line.before(server, self.drivers, topic)
        probe = self.drivers.probe(0 if self.quick else line.touches, PROBE_BYTES)
        try:
            result = watched(server, lambda: line.act(server, self.drivers, topic))
        finally:
            line.after(server, self.drivers, topic)
        result["touch_us"] = probe["touch_us"]
        figures = ", ".join(f"{metric.label} {metric.of(result):.4g}" for metric in line.metrics)
        note = "" if isinstance(number, int) else f" ({number})"
        self.say(f"{line.name:16} {kind:6}{note} {figures}; page {probe['touch_us']:.2f} us, stolen {100 * result['stolen']:.1f} %")
        return result
