#!/usr/bin/env python3
"""Inputs for the fuzz targets from what stock clients really send: record.py --weir PROGRAM --into FOLDER.

Starts a broker of this tree behind a proxy that keeps each frame, lets kcat, Java's client and tools, kafka-python,
confluent-kafka (librdkafka), franz-go, kafkajs and our own client do the scenarios of test/interop, and writes the frames, and
what the broker has written to its disk, in the forms that the targets read: FOLDER/TARGET/real-.... Of each message in each
version that a client used the smallest is kept. Clients that are not installed are left out, and named.
"""

import argparse
import hashlib
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent / "interop"), str(ROOT / "src" / "wire" / "generator")]

import broker  # noqa: E402
import clients  # noqa: E402
import jars  # noqa: E402
import schema  # noqa: E402
import tools  # noqa: E402
import wire  # noqa: E402
from proxy import Listener  # noqa: E402

API_VERSIONS = 18
STREAM_MAX = 6000  # of a connection's first bytes, for the targets that read streams
BATCH_MAX = 2000
FILE_MAX = 6000


class Recorder:
    """Passes everything on, and keeps (client, key, version, body after the header, "request" or "response")."""

    def __init__(self, port, target):
        self.client = "?"
        self.frames = []
        self.streams = []  # (client, direction, bytes)
        self._target = target
        self._listener = Listener(port, self._connected)

    def close(self):
        self._listener.close()

    def _connected(self, client):
        server = socket.create_connection(("127.0.0.1", self._target))
        asked = {}
        for source, sink, direction in ((client, server, "request"), (server, client, "response")):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pass_on, args=(source, sink, direction, asked), daemon=True).start()

    def _pass_on(self, source, sink, direction, asked):
        waiting, stream = b"", b""
        name = self.client
        try:
            while data := source.recv(65536):
                waiting += data
                while len(waiting) >= 4 and len(waiting) >= 4 + (size := struct.unpack(">i", waiting[:4])[0]):
                    frame, waiting = waiting[4 : 4 + size], waiting[4 + size :]
                    if len(stream) + 4 + size <= STREAM_MAX:
                        stream += struct.pack(">i", size) + frame
                    if direction == "request":
                        key, version, correlation = struct.unpack(">hhi", frame[:8])
                        asked[correlation] = (key, version)
                        self.frames.append((name, key, version, frame[8:], direction))
                    elif (known := asked.pop(struct.unpack(">i", frame[:4])[0], None)) is not None:
                        self.frames.append((name, *known, frame[4:], direction))
                sink.sendall(data)
        except OSError:
            pass
        self.streams.append((name, direction, stream))
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def after_request_header(body, flexible):
    size = struct.unpack(">h", body[:2])[0]
    body = body[2 + max(size, 0) :]
    return body[1:] if flexible else body  # no tags


class Inputs:
    def __init__(self, folder):
        self._folder = folder
        self.count = 0

    def add(self, target, name, data):
        folder = self._folder / target
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"real-{name}-{hashlib.sha256(data).hexdigest()[:8]}"
        if not path.exists():
            path.write_bytes(data)
            self.count += 1


def messages():
    """Number of a request or response among all_messages(), with its schema."""
    served = [message for message in schema.load_all(ROOT / "src" / "wire" / "schema") if message.versions]
    return {(m.kind, m.number): (index, m) for index, m in enumerate(served) if m.kind in ("request", "response")}


def add_frames(recorder, inputs):
    known = messages()
    smallest = {}
    for client, key, version, body, direction in recorder.frames:
        if (direction, key) not in known:
            continue
        index, message = known[direction, key]
        if not message.versions.low <= version <= message.versions.high:
            continue
        flexible = version in message.flexible
        if direction == "request":
            body = after_request_header(body, flexible)
        elif flexible and key != API_VERSIONS:
            body = body[1:]
        data = struct.pack("<HB", index, version - message.versions.low) + body
        place = (schema.snake(message.name).replace("_", "-"), version)
        if place not in smallest or len(data) < len(smallest[place][1]):
            smallest[place] = (client, data)
        for batch in batches_in(body):
            if len(batch) <= BATCH_MAX and direction == "request":
                codec = batch[22] & 7
                inputs.add("validator_fuzz", f"{client}-codec{codec}", bytes((0, 0, version - 3 + 11)) + batch)
                inputs.add("batch_fuzz", f"{client}-codec{codec}", batch)
                inputs.add("fetched_records_fuzz", f"{client}-codec{codec}", batch)
                if codec:
                    inputs.add("decompress_fuzz", f"{client}-codec{codec}", bytes((codec, 20)) + batch[61:])
    for (name, version), (client, data) in sorted(smallest.items()):
        if len(data) <= BATCH_MAX:
            inputs.add("decode_fuzz", f"{name}-{version}-{client}", data)


def batches_in(body):
    """Record batches of magic 2, wherever they stand."""
    at = 0
    while (at := body.find(b"\2", at + 16)) >= 0 and at >= 16:
        start = at - 16
        size = struct.unpack(">i", body[start + 8 : start + 12])[0]
        if body[start : start + 8] == bytes(8) and 49 <= size <= len(body) - start - 12:
            yield body[start : start + 12 + size]
        at = start + 1


def add_streams(recorder, inputs):
    longest = {}
    for client, direction, stream in recorder.streams:
        place = (client, direction)
        if len(stream) > len(longest.get(place, b"")):
            longest[place] = stream
    for (client, direction), stream in longest.items():
        if direction == "request":
            inputs.add("frames_fuzz", client, b"\7" + stream)
        else:
            inputs.add("answers_fuzz", client, bytes((7, API_VERSIONS)) + stream)


def records_of(log):
    """The values of all records of uncompressed batches."""
    while len(log) >= 61:
        size = 12 + struct.unpack(">i", log[8:12])[0]
        batch, log = log[:size], log[size:]
        if batch[22] & 0x27:  # compressed, or control records
            continue
        at = 61
        for _ in range(struct.unpack(">i", batch[57:61])[0]):
            length, at = signed_varint(batch, at)
            end = at + length
            at += 1
            for _ in range(2):
                _, at = signed_varint(batch, at)
            key, at = signed_varint(batch, at)
            at += max(key, 0)
            value, at = signed_varint(batch, at)
            yield batch[at : at + max(value, 0)]
            at = end


def signed_varint(data, at):
    raw, at = wire.uvarint(data, at)
    return (raw >> 1) ^ -(raw & 1), at


def whole_batches(log, most):
    at = 0
    while len(log) - at >= 61 and at + 12 + struct.unpack(">i", log[at + 8 : at + 12])[0] <= most:
        at += 12 + struct.unpack(">i", log[at + 8 : at + 12])[0]
    return log[:at]


def add_files(data, inputs):
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        log = next(iter(sorted(folder.glob("*.log"))), None)
        content = log.read_bytes() if log else b""
        if not content:
            continue
        kind = folder.name.rsplit("-", 1)[0]
        some = whole_batches(content, FILE_MAX)
        if kind == "__cluster_metadata":
            values = b""
            for value in records_of(content):
                if len(values) + len(value) < FILE_MAX:
                    values += struct.pack(">H", len(value)) + value
            inputs.add("replay_fuzz", "metadata", values)
            inputs.add("log_files_fuzz", "metadata", bytes((11, 2)) + some)
        elif kind == "__consumer_offsets":
            inputs.add("group_replay_fuzz", "groups", b"\0" + some)
            inputs.add("log_files_fuzz", "groups", bytes((12, 2)) + some)
        elif some:
            inputs.add("recovery_fuzz", "log", bytes(8) + some)
            for snapshot in folder.glob("*.snapshot"):
                inputs.add("parsers_fuzz", "snapshot", snapshot.read_bytes()[:FILE_MAX])
    for name in ("recovery-point-offset-checkpoint", "meta.properties"):
        inputs.add("parsers_fuzz", name, (data / name).read_bytes()[:FILE_MAX])


def run_tools(bootstrap):
    jvm = tools.Jvm("tools")
    where = ("--bootstrap-server", bootstrap)
    try:
        for tool, *words in (
            ("kafka-topics", "--create", "--topic", "tools", "--partitions", "2"),
            ("kafka-topics", "--describe"),
            ("kafka-configs", "--alter", "--topic", "tools", "--add-config", "retention.ms=3600000"),
            ("kafka-configs", "--describe", "--topic", "tools"),
            ("kafka-console-consumer", "--topic", "kcat-made", "--from-beginning", "--timeout-ms", "1500", "--group", "tools"),
            ("kafka-consumer-groups", "--list"),
            ("kafka-consumer-groups", "--describe", "--all-groups"),
            ("kafka-consumer-groups", "--reset-offsets", "--group", "tools", "--topic", "kcat-made", "--to-earliest", "--execute"),
            ("kafka-get-offsets",),
            ("kafka-log-dirs", "--describe"),
            ("kafka-broker-api-versions",),
            ("kafka-metadata-quorum", "describe", "--status"),
            ("kafka-features", "describe"),
            ("kafka-groups", "--list"),
            ("kafka-transactions", "list"),
            ("kafka-topics", "--delete", "--topic", "tools"),
        ):
            jvm.run(tool, *where, *words)
    finally:
        jvm.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", type=Path, required=True)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--clients", default=",".join(clients.PROGRAMS))
    asked = parser.parse_args()
    weir = asked.weir.resolve()
    clients.OURS = weir.parent / "weir_interop_client"
    port, proxied = broker.free_ports(2)
    under_test = broker.Broker("weir", "fuzz-record", weir=weir)
    under_test.second_listener("RECORDED", port, proxied)
    bootstrap = f"127.0.0.1:{proxied}"
    with under_test.fresh().start():
        recorder = Recorder(proxied, port)
        for name in asked.clients.split(","):
            recorder.client = name
            try:
                command = clients.PROGRAMS[name][0]() + ["--bootstrap", bootstrap, "--cut", bootstrap, "--prefix", name]
                command += ["--base-ms", "1700000000000"]
                done = subprocess.run(command, capture_output=True, timeout=clients.SECONDS, check=False)
                print(f"{name}: ended with {done.returncode}, {len(recorder.frames)} frames so far", flush=True)
            except (jars.Missing, subprocess.SubprocessError, OSError) as failure:
                print(f"{name} is left out: {failure}", flush=True)
        recorder.client = "tools"
        try:
            run_tools(bootstrap)
            print(f"tools: {len(recorder.frames)} frames so far", flush=True)
        except (jars.Missing, subprocess.SubprocessError, OSError) as failure:
            print(f"Java's tools are left out: {failure}", flush=True)
        under_test.stop()
        recorder.close()
    inputs = Inputs(asked.into)
    add_frames(recorder, inputs)
    add_streams(recorder, inputs)
    add_files(under_test.data, inputs)
    print(f"{len(recorder.frames)} frames, {inputs.count} inputs in {asked.into}")
    return 0 if inputs.count else 1


if __name__ == "__main__":
    sys.exit(main())
