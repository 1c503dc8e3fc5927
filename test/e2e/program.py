"""The program as an operator runs it: arguments, environment, signals, its log and its exit code; and the few requests
of Kafka's protocol that tell what a running one answers. Python's standard library only."""

import fcntl
import os
import pathlib
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))

import wire  # noqa: E402

SECONDS = 60


class Program:
    """One `weir server`. Its log is read as it comes; end it with stop(), or wait() for its end."""

    def __init__(self, weir, *arguments, env=None, ignore_file_size_signal=False):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("WEIR_", "NOTIFY_SOCKET"))}
        self.process = subprocess.Popen(
            [weir, "server", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**clean, **(env or {})},
            restore_signals=not ignore_file_size_signal,
        )
        self.lines = []
        self._fresh = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self._fresh.put(line)
        self._fresh.put(None)

    def line_with(self, words):
        """The first line from here on that has these words; fails when the program ends without it."""
        while True:
            line = self._fresh.get(timeout=SECONDS)
            if line is None:
                self._fresh.put(None)  # for wait()
                raise AssertionError(f"ended without {words!r}:\n{self.text()}")
            self.lines.append(line)
            if words in line.decode():
                return line.decode().rstrip("\n")

    def ready(self):
        """Waits for the ready line; returns the addresses in it."""
        return re.search(r"ready at (.*), data in ", self.line_with("ready at ")).group(1).split(", ")

    def port(self):
        return int(self.ready()[0].rpartition(":")[2])

    def wait(self):
        """The exit code; afterwards `lines` has everything."""
        code = self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        while (line := self._fresh.get()) is not None:
            self.lines.append(line)
        self.process.stderr.close()
        return code

    def term(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self):
        self.term()
        return self.wait()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.wait()

    def text(self):
        return b"".join(self.lines).decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def read_text(data, at):
    size = struct.unpack_from(">h", data, at)[0]
    return data[at + 2 : at + 2 + size].decode(), at + 2 + size


def frame(key, version, body, correlation=1, client=b"e2e"):
    """A request with header v1, for versions that are not flexible."""
    header = struct.pack(">hhih", key, version, correlation, len(client)) + client
    return struct.pack(">i", len(header) + len(body)) + header + body


def metadata(port, topics=(), host="127.0.0.1"):
    """Metadata v1: the brokers as (id, host, port), and of the topics by name the error and the number of partitions. A
    topic that is missing is made, and its error says so until it serves."""
    with wire.Connection(port, host) as connection:
        body = struct.pack(">i", len(topics)) + b"".join(map(text, topics))
        answer = connection.roundtrip(3, 1, body, flexible=False)
    at, brokers, described = 4, [], {}
    for _ in range(struct.unpack_from(">i", answer)[0]):
        node = struct.unpack_from(">i", answer, at)[0]
        name, at = read_text(answer, at + 4)
        brokers.append((node, name, struct.unpack_from(">i", answer, at)[0]))
        at += 6  # port, null rack
    count = struct.unpack_from(">i", answer, at + 4)[0]
    at += 8
    for _ in range(count):
        error = struct.unpack_from(">h", answer, at)[0]
        name, at = read_text(answer, at + 2)
        partitions = struct.unpack_from(">i", answer, at + 1)[0]
        described[name] = (error, partitions)
        at += 5
        for _ in range(partitions):
            at += 10
            for _ in range(2):
                at += 4 + 4 * struct.unpack_from(">i", answer, at)[0]
    return brokers, described


def make_by_use(port, topic):
    """Asks for a topic until it serves; returns the number of its partitions."""
    until = time.monotonic() + SECONDS
    while True:
        error, partitions = metadata(port, [topic])[1][topic]
        if error == 0:
            return partitions
        if time.monotonic() > until:
            raise AssertionError(f"topic {topic} is not made, the error is {error}")


def find_coordinator(port, group):
    """FindCoordinator v0: (error, host, port)."""
    with wire.Connection(port) as connection:
        answer = connection.roundtrip(10, 0, text(group), flexible=False)
    error = struct.unpack_from(">h", answer)[0]
    host, at = read_text(answer, 6)
    return error, host, struct.unpack_from(">i", answer, at)[0]


def describe_cluster(port):
    """DescribeCluster v0: the brokers as (id, host, port)."""
    with wire.Connection(port) as connection:
        answer = connection.roundtrip(60, 0, b"\0\0", flexible=True)
    at = 1 + 4 + 2  # tags of the header, throttle time, error
    assert struct.unpack_from(">h", answer, 5)[0] == 0
    size, at = wire.uvarint(answer, at)  # no error message
    size, at = wire.uvarint(answer, at)  # the cluster's id
    at += size - 1 + 4
    count, at = wire.uvarint(answer, at)
    brokers = []
    for _ in range(count - 1):
        node = struct.unpack_from(">i", answer, at)[0]
        size, at = wire.uvarint(answer, at + 4)
        host = answer[at : at + size - 1].decode()
        at += size - 1
        brokers.append((node, host, struct.unpack_from(">i", answer, at)[0]))
        at += 6
    return brokers


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def batch(value):
    """A record batch of one record without a key."""
    record = b"\0\0\0\x01" + _varint(len(value)) + value + b"\0"
    records = _varint(len(record)) + record
    body = struct.pack(">hiqqqhii", 0, 0, 0, 0, -1, -1, -1, 1) + records
    return struct.pack(">qiibI", 0, 9 + len(body), -1, 2, crc32c(body)) + body


def _varint(value):
    return wire.put_uvarint(value << 1)


def produce_frame(topic, records, correlation=1):
    """Produce v3 with acks=all, to partition 0."""
    body = struct.pack(">hhii", -1, -1, 30_000, 1) + text(topic)
    body += struct.pack(">iii", 1, 0, len(records)) + records
    return frame(0, 3, body, correlation)


def produce(port, topic, value):
    """(error, offset)"""
    with wire.Connection(port) as connection:
        connection._socket.sendall(produce_frame(topic, batch(value)))
        return produced(read_frame(connection._socket))


def produced(answer):
    at = 4 + 4
    _, at = read_text(answer, at)
    return struct.unpack_from(">hq", answer, at + 8)


def fetch_frame(topic, offset, wait_ms, correlation=1):
    """Fetch v4 of partition 0, at least a byte."""
    body = struct.pack(">iiiibi", -1, wait_ms, 1, 1 << 20, 0, 1) + text(topic)
    body += struct.pack(">iiqi", 1, 0, offset, 1 << 20)
    return frame(1, 4, body, correlation)


def fetched(answer):
    """(error, high watermark, records)"""
    at = 4 + 4 + 4
    _, at = read_text(answer, at)
    error, high = struct.unpack_from(">hq", answer, at + 8)
    at += 8 + 2 + 8 + 8
    aborted = struct.unpack_from(">i", answer, at)[0]
    at += 4 + 16 * max(aborted, 0)
    size = struct.unpack_from(">i", answer, at)[0]
    return error, high, answer[at + 4 : at + 4 + size]


def fetch(port, topic, offset):
    with wire.Connection(port) as connection:
        connection._socket.sendall(fetch_frame(topic, offset, 5_000))
        return fetched(read_frame(connection._socket))


def read_frame(peer):
    """The next frame without its size; b"" when the connection ended."""
    data = b""
    while len(data) < 4 or len(data) < 4 + struct.unpack_from(">i", data)[0]:
        wanted = 4 - len(data) if len(data) < 4 else 4 + struct.unpack_from(">i", data)[0] - len(data)
        part = peer.recv(wanted)
        if not part:
            return b""
        data += part
    return data[4:]


def wait_until_read(peer):
    """Until the program at the other end, on this machine, has read all that was sent."""
    local, remote = (f":{address[1]:04X}" for address in (peer.getpeername(), peer.getsockname()))
    while True:
        unsent = fcntl.ioctl(peer, termios.TIOCOUTQ, struct.pack("=i", 0))
        entries = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
        queues = [words[4] for words in entries if words[1].endswith(local) and words[2].endswith(remote)]
        if struct.unpack("=i", unsent)[0] == 0 and [queue.split(":")[1] for queue in queues] == ["00000000"]:
            return
        os.sched_yield()


def connect(port, host="127.0.0.1", receive_bytes=None):
    peer = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if receive_bytes:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    peer.settimeout(SECONDS)
    peer.connect((host, port))
    return peer
