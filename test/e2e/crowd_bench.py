"""What a crowd costs: the produce latency of a few ordinary clients against the real program alone, and beside as many idle
connections as the machine allows and some that send a byte a second. Alone and crowd take turns, so that what else the machine
does falls on both. Prints each turn, the medians, and the memory of a connection; judges nothing.

    ./dev bench crowd [--connections 50000] [--slow 500] [--turns 7] [--seconds 8]

The program and each holder of connections may have as many descriptors as `ulimit -Hn` says; the crowd is cut to that."""

import argparse
import itertools
import os
import pathlib
import resource
import select
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import program  # noqa: E402

HELD_MAX = 15_000  # by one process, from one source address
NO_PORT_YET = 24  # IP_BIND_ADDRESS_NO_PORT


def hold(port, source, count, slow):
    """Connects, says so, and holds the connections until its input ends."""
    raise_descriptors()
    peers = []
    for _ in range(count):
        peer = socket.socket()
        peer.setsockopt(socket.IPPROTO_IP, NO_PORT_YET, 1)
        peer.bind((source, 0))
        peer.connect(("127.0.0.1", port))
        peers.append(peer)
    dripping = peers[:slow]
    for peer in dripping:
        peer.sendall(struct.pack(">i", 1 << 20))
    print("connected", flush=True)
    due = time.monotonic()
    for n in itertools.count():
        # Evenly over the second, as strangers would.
        due = max(due + 1 / max(1, len(dripping)), time.monotonic() - 0.1)
        ended, _, _ = select.select([0], [], [], max(0, due - time.monotonic()) if dripping else None)
        if ended:
            return
        if dripping:
            dripping[n % len(dripping)].sendall(b"x")


def raise_descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Crowd:
    def __init__(self, port, count, slow):
        self.holders = []
        while count > 0:
            mine = min(count, HELD_MAX)
            source = f"127.0.1.{len(self.holders) + 1}"
            arguments = ["hold", port, source, mine, min(slow, mine)]
            self.holders.append(
                subprocess.Popen(
                    [sys.executable, "-B", __file__, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            )
            count, slow = count - mine, max(0, slow - mine)
        for holder in self.holders:
            if holder.stdout.readline() != b"connected\n":
                raise RuntimeError("a holder could not connect")

    def leave(self):
        for holder in self.holders:
            holder.stdin.close()
        for holder in self.holders:
            holder.wait()
            holder.stdout.close()


def latencies(port, clients, per_second, seconds):
    """In microseconds, sorted. Each client sends at its own times and waits for its answer."""
    peers = [program.connect(port) for _ in range(clients)]
    frame = program.produce_frame("t", program.batch(b"v" * 512))
    for peer in peers:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    measured = []
    gap = 1 / (clients * per_second)
    due = time.perf_counter()
    until = due + seconds
    n = 0
    while due < until:
        while time.perf_counter() < due:
            time.sleep(max(0.0, due - time.perf_counter()))
        peer = peers[n % clients]
        began = time.perf_counter()
        peer.sendall(frame)
        answer = program.read_frame(peer)
        measured.append((time.perf_counter() - began) * 1e6)
        if program.produced(answer)[0] != 0:
            raise RuntimeError("a produce failed")
        n, due = n + 1, max(due + gap, time.perf_counter())
    for peer in peers:
        peer.close()
    return sorted(measured)


def at(values, quantile):
    return values[min(len(values) - 1, int(len(values) * quantile))]


def resident(running):
    pages = pathlib.Path(f"/proc/{running.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def processor_seconds(running):
    fields = pathlib.Path(f"/proc/{running.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def descriptors(running):
    return len(os.listdir(f"/proc/{running.process.pid}/fd"))


def turn(running, port, options):
    used = processor_seconds(running)
    values = latencies(port, options.clients, options.rate, options.seconds)
    return at(values, 0.5), at(values, 0.99), at(values, 0.999), processor_seconds(running) - used


def memory(running, port, count):
    before = resident(running)
    crowd = Crowd(port, count, 0)
    time.sleep(0.5)
    each = (resident(running) - before) / count
    crowd.leave()
    return each


def settled(running, fewest):
    while descriptors(running) > fewest + 50:
        time.sleep(0.1)
    time.sleep(0.5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weir")
    parser.add_argument("--connections", type=int, default=50_000)
    parser.add_argument("--slow", type=int, default=500, help="of them send a byte a second")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=8, help="of each turn")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rate", type=float, default=250, help="requests a second of each client")
    options = parser.parse_args()

    count = min(options.connections, raise_descriptors() - 300)
    with tempfile.TemporaryDirectory(prefix="weir-crowd-") as home:
        with program.Program(
            options.weir,
            *("--data", pathlib.Path(home) / "data", "--listen", "127.0.0.1:0", "--set", "socket.listen.backlog.size=4096"),
        ) as running:
            port = running.port()
            program.make_by_use(port, "t")
            latencies(port, options.clients, options.rate, 3)  # warm
            fewest = descriptors(running)
            results = {"alone": [], "crowd": []}
            each = memory(running, port, count)
            settled(running, fewest)
            print(f"{each:.0f} resident bytes for each idle connection")
            print(f"{count} connections, {options.slow} of them slow; {options.clients} clients of {options.rate:g} requests/s")
            for n in range(options.turns):
                for kind in ("alone", "crowd") if n % 2 == 0 else ("crowd", "alone"):
                    if kind == "crowd":
                        crowd = Crowd(port, count, options.slow)
                    results[kind].append(turn(running, port, options))
                    if kind == "crowd":
                        crowd.leave()
                        settled(running, fewest)
                    median, p99, p999, seconds = results[kind][-1]
                    print(f"  {n + 1} {kind}: p50 {median:.0f}, p99 {p99:.0f}, p99.9 {p999:.0f} us; {seconds:.2f} s of processor", flush=True)
            medians = {kind: [statistics.median(column) for column in zip(*rows)] for kind, rows in results.items()}
            for kind, (median, p99, p999, seconds) in medians.items():
                print(f"{kind}, medians of {options.turns}: p50 {median:.0f}, p99 {p99:.0f}, p99.9 {p999:.0f} us; {seconds:.2f} s of processor")
            print(f"crowd's p99 to alone's: {100 * (medians['crowd'][1] / medians['alone'][1] - 1):+.1f} %")
            running.stop()


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if sys.argv[1] == "hold":
        hold(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    else:
        main()
