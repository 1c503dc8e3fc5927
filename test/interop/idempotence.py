"""Raw idempotent producing: the same producer id, epoch and sequence numbers across restarts and programs.

A client library hides what matters here, so the batches are built by hand: the last batch is sent again (it must be
acknowledged with its first offset and not stored twice), a gap in the sequence must be refused, the next one taken.
"""

import struct
import time

import wire

# While the broker fetches its first block of producer ids.
COORDINATOR_LOAD_IN_PROGRESS = 14
OUT_OF_ORDER_SEQUENCE_NUMBER = 45
_TABLE = []


def crc32c(data):
    if not _TABLE:
        for value in range(256):
            for _ in range(8):
                value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
            _TABLE.append(value)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _varint(value):
    value = value << 1 ^ value >> 63
    return wire.put_uvarint(value & 0xFFFFFFFFFFFFFFFF)


def batch(producer_id, epoch, sequence, values, now):
    records = b""
    for delta, value in enumerate(values):
        body = b"\0" + _varint(0) + _varint(delta) + _varint(-1) + _varint(len(value)) + value + _varint(0)
        records += _varint(len(body)) + body
    rest = struct.pack(">hiqqqhii", 0, len(values) - 1, now, now, producer_id, epoch, sequence, len(values)) + records
    after_length = struct.pack(">ibI", -1, 2, crc32c(rest)) + rest
    return struct.pack(">qi", 0, len(after_length)) + after_length


class Producer:
    """An idempotent producer on partition 0 of one topic. Its state outlives connections and brokers."""

    def __init__(self, topic):
        self._topic = topic.encode()
        self._id = None
        self._sequence = 0
        self._last = None

    def visit(self, port):
        """Does its checks at the broker; returns a list of (name, ok, detail)."""
        found = []
        with wire.Connection(port) as connection:
            if self._id is None:
                self._init(connection)
            if self._last is not None:
                data, offset = self._last
                got = self._produce(connection, data)
                found.append(("a batch repeated after the restart has its first offset", got == (0, offset), f"{got}, expected {(0, offset)}"))
            gap = batch(self._id, 0, self._sequence + 7, [b"gap"], int(time.time() * 1000))
            error = self._produce(connection, gap)[0]
            # A producer the broker never saw may begin anywhere; a known one may not skip.
            if self._last is not None:
                found.append(("a gap in the sequence is refused", error == OUT_OF_ORDER_SEQUENCE_NUMBER, f"error {error}"))
            elif error == 0:
                self._sequence += 8
            for _ in range(3):
                values = [b"raw %d" % (self._sequence + n) for n in range(4)]
                data = batch(self._id, 0, self._sequence, values, int(time.time() * 1000))
                error, offset = self._produce(connection, data)
                found.append((f"the batch at sequence {self._sequence} is taken", error == 0, f"error {error}"))
                self._sequence += len(values)
                self._last = (data, offset)
            got = self._produce(connection, data)
            found.append(("a batch repeated at once has its first offset", got == (0, offset), f"{got}, expected {(0, offset)}"))
        return found

    def _init(self, connection):
        error = COORDINATOR_LOAD_IN_PROGRESS
        end = time.monotonic() + 10
        while error == COORDINATOR_LOAD_IN_PROGRESS and time.monotonic() < end:
            answer = connection.roundtrip(22, 1, struct.pack(">hi", -1, 60_000), flexible=False)
            _, error, self._id, epoch = struct.unpack(">ihqh", answer)
        if error or epoch:
            raise OSError(f"InitProducerId gave error {error}, epoch {epoch}")

    def _produce(self, connection, data):
        body = struct.pack(">hhii", -1, -1, 30_000, 1) + struct.pack(">h", len(self._topic)) + self._topic
        body += struct.pack(">iii", 1, 0, len(data)) + data
        answer = connection.roundtrip(0, 7, body, flexible=False)
        at = 4 + 2 + len(self._topic) + 4 + 4
        return struct.unpack(">hq", answer[at : at + 10])
