"""What floods of what is allowed cost the real program: a million groups that committed an offset, a million idempotent
producers that wrote a batch to one partition, 100,000 members of as many groups, 100,000 who want to join a full group, and
100,000 fetch sessions. Prints the time and the resident bytes for each; fails when an answer is not the one that is due.

    ./dev bench flood [--scale 0.1]"""

import argparse
import os
import pathlib
import resource
import struct
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import program  # noqa: E402

LANES = 16  # connections
BURST = 200  # requests on their way on each
GROUP_SIZE = 100
SESSION_SLOTS = 1000
NOW_MS = int(time.time() * 1000)  # of every record: producers expire by the timestamps they write

CRC = []
for _n in range(256):
    for _ in range(8):
        _n = _n >> 1 ^ (0x82F63B78 if _n & 1 else 0)
    CRC.append(_n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def batch(producer, epoch, sequence):
    record = b"\x10\0\0\0\x01\x04x" + b"y\0"
    body = struct.pack(">hiqqqhii", 0, 0, NOW_MS, NOW_MS, producer, epoch, sequence, 1) + record
    return struct.pack(">qiibI", 0, 9 + len(body), -1, 2, crc32c(body)) + body


def produce_frame(producer, epoch, sequence):
    return program.produce_frame("t", batch(producer, epoch, sequence))


class Lanes:
    def __init__(self, port):
        self.peers = [program.connect(port) for _ in range(LANES)]
        self.files = [peer.makefile("rb", 1 << 16) for peer in self.peers]

    def ask(self, frames):
        """Yields the answer to each, lane by lane."""
        frames = iter(frames)
        while True:
            sent = []
            for lane, peer in enumerate(self.peers):
                burst = [frame for _, frame in zip(range(BURST), frames)]
                if not burst:
                    break
                peer.sendall(b"".join(burst))
                sent.append((lane, len(burst)))
            if not sent:
                return
            for lane, count in sent:
                file = self.files[lane]
                for _ in range(count):
                    yield file.read(struct.unpack(">i", file.read(4))[0])

    def close(self):
        for file in self.files:
            file.close()
        for peer in self.peers:
            peer.close()


def resident(running):
    pages = pathlib.Path(f"/proc/{running.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def coordinator(port, group):
    until = time.monotonic() + program.SECONDS
    while program.find_coordinator(port, group)[0] != 0:
        if time.monotonic() > until:
            raise RuntimeError("no coordinator")
        time.sleep(0.05)


def expect(condition, what):
    if not condition:
        raise RuntimeError(f"wrong answer: {what}")


def groups(lanes, count):
    expect(refused_commits(lanes, count) == 0, "every commit is taken")


def refused_commits(lanes, count):
    def commit(n):
        body = program.text(f"group-{n:07}") + struct.pack(">i", -1) + program.text("") + struct.pack(">qi", -1, 1)
        body += program.text("t") + struct.pack(">iiqh", 1, 0, n, -1)
        return program.frame(8, 2, body)

    return sum(answer[-2:] != b"\0\0" for answer in lanes.ask(commit(n) for n in range(count)))


def committed(lanes, n):
    body = program.text(f"group-{n:07}") + struct.pack(">i", 1) + program.text("t") + struct.pack(">ii", 1, 0)
    (answer,) = lanes.ask([program.frame(9, 2, body)])
    _, at = program.read_text(answer, 8)
    return struct.unpack_from(">q", answer, at + 8)[0]


def producers(lanes, count):
    """The first producer's (id, epoch, offset); it wrote before the others."""
    ids = []
    init = program.frame(22, 1, struct.pack(">hi", -1, 60_000))
    for answer in lanes.ask(init for _ in range(count)):
        error, producer, epoch = struct.unpack_from(">hqh", answer, 8)
        expect(error == 0, answer)
        ids.append((producer, epoch))
    expect(len(set(ids)) == count, "ids are unique")
    first = None
    for i in range(0, count, 100_000):
        for answer in lanes.ask(produce_frame(*one, 0) for one in ids[i : i + 100_000]):
            error, offset = program.produced(answer)
            expect(error == 0, answer)
            if first is None:
                first = (*ids[0], offset)
    return first


def members(lanes, count):
    for answer in lanes.ask(join_frame(f"members-{n:06}") for n in range(count)):
        expect(struct.unpack_from(">h", answer, 8)[0] == 0, answer)


def join_frame(group):
    body = program.text(group) + struct.pack(">ii", 1_800_000, 1_800_000) + program.text("") + program.text("consumer")
    body += struct.pack(">i", 1) + program.text("range") + struct.pack(">i", 32) + b"m" * 32
    return program.frame(11, 2, body)


def full_group(port, lanes, count):
    """Whoever fits waits for the first one, which does not count, to join again; whoever does not fit is told at once."""
    inside = []
    for _ in range(GROUP_SIZE + 1):
        peer = program.connect(port)
        peer.sendall(join_frame("full"))
        inside.append(peer)
        if len(inside) == 1:
            expect(struct.unpack_from(">h", program.read_frame(peer), 8)[0] == 0, "the first one joins")
    refused = served = 0
    time.sleep(0.5)
    for answer in lanes.ask(join_frame("full") for _ in range(count)):
        refused += struct.unpack_from(">h", answer, 8)[0] == 81
        served += 1
    expect(refused == served == count, f"{refused} of {served} refused")
    for peer in inside:
        peer.close()


def fetch_frame(session, epoch, partitions=1):
    body = struct.pack(">iiiibii", -1, 0, 0, 1 << 20, 0, session, epoch)
    body += struct.pack(">i", partitions and 1)
    if partitions:
        body += program.text("t") + struct.pack(">iiqqi", 1, 0, 0, -1, 1)
    return program.frame(1, 7, body + struct.pack(">i", 0))


def sessions(lanes, count):
    made = []
    for answer in lanes.ask(fetch_frame(0, 0) for _ in range(count)):
        error, session = struct.unpack_from(">hi", answer, 8)
        expect(error == 0, answer)
        if session:
            made.append(session)
    expect(0 < len(made) <= SESSION_SLOTS, f"{len(made)} sessions were given out")
    nobodys = next(n for n in range(1, len(made) + 2) if n not in made)
    (unknown, wrong) = lanes.ask([fetch_frame(nobodys, 1, 0), fetch_frame(made[0], 77, 0)])
    expect(struct.unpack_from(">h", unknown, 8)[0] == 70, "FETCH_SESSION_ID_NOT_FOUND")
    expect(struct.unpack_from(">h", wrong, 8)[0] == 71, "INVALID_FETCH_SESSION_EPOCH")


def measured(running, what, count, work):
    before, began = resident(running), time.monotonic()
    result = work()
    each = (resident(running) - before) / count
    print(f"{count:>9,} {what}: {each:7.0f} resident bytes each, {time.monotonic() - began:.0f} s", flush=True)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weir")
    parser.add_argument("--scale", type=float, default=1)
    options = parser.parse_args()
    million, lakh = int(1_000_000 * options.scale), int(100_000 * options.scale)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="weir-flood-") as home:
        arguments = ["--data", pathlib.Path(home) / "data", "--listen", "127.0.0.1:0"]
        for setting in (
            f"group.max.size={GROUP_SIZE}",
            f"max.incremental.fetch.session.cache.slots={SESSION_SLOTS}",
            "group.initial.rebalance.delay.ms=0",
            "group.max.session.timeout.ms=1800000",
        ):
            arguments += ["--set", setting]
        with program.Program(options.weir, *arguments) as running:
            port = running.port()
            program.make_by_use(port, "t")
            coordinator(port, "group-0")
            lanes = Lanes(port)
            # The first of all take what is shared, and wait for each partition of __consumer_offsets.
            while refused_commits(lanes, 1000):
                time.sleep(0.1)
            measured(running, "groups with an offset", million, lambda: groups(lanes, million))
            expect(committed(lanes, million - 1) == million - 1, "the offset of a group")
            first = measured(running, "producers of one partition", million, lambda: producers(lanes, million))
            (again,) = lanes.ask([produce_frame(first[0], first[1], 0)])
            expect(program.produced(again) == (0, first[2]), "the first producer's batch is known again")
            measured(running, "members of as many groups", lakh, lambda: members(lanes, lakh))
            measured(running, "refused members of a full group", lakh, lambda: full_group(port, lanes, lakh))
            measured(running, "fetch sessions asked for", lakh, lambda: sessions(lanes, lakh))
            expect(program.produce(port, "t", b"x")[0] == 0, "others are served")
            lanes.close()
            print(f"{resident(running) >> 20} MiB resident in all")
            expect(running.stop() == 0, "a clean stop")
        began = time.monotonic()
        with program.Program(options.weir, *arguments) as running:
            port = running.port()
            coordinator(port, "group-0")
            lanes = Lanes(port)
            while committed(lanes, million - 1) != million - 1:
                expect(time.monotonic() - began < 300, "the offset of a group after a restart")
                time.sleep(0.1)
            (again,) = lanes.ask([produce_frame(first[0], first[1], 0)])
            expect(program.produced(again) == (0, first[2]), "the first producer's batch is known after a restart")
            print(f"started again, all of it served after {time.monotonic() - began:.1f} s; {resident(running) >> 20} MiB resident")
            lanes.close()
            running.stop()


if __name__ == "__main__":
    main()
