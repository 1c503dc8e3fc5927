"""The few bytes of Kafka's protocol that a harness needs itself: framing, ApiVersions and Metadata.

Used to wait for a broker and to capture raw answers; the stock clients do everything else.
"""

import socket
import struct


class Connection:
    """One blocking connection. Raises OSError when the peer is gone or silent."""

    def __init__(self, port, host="127.0.0.1", timeout=10.0):
        self._socket = socket.create_connection((host, port), timeout=timeout)
        self._correlation = 0

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def roundtrip(self, key, version, body, flexible):
        """Sends one request (header v2 when flexible, else v1); returns the bytes after the correlation id."""
        self._correlation += 1
        client = b"interop"
        header = struct.pack(">hhih", key, version, self._correlation, len(client)) + client
        if flexible:
            header += b"\0"
        frame = header + body
        self._socket.sendall(struct.pack(">i", len(frame)) + frame)
        answer = self._read(struct.unpack(">i", self._read(4))[0])
        if struct.unpack(">i", answer[:4])[0] != self._correlation:
            raise OSError("correlation id differs")
        return answer[4:]

    def _read(self, size):
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                raise OSError("connection closed")
            data += part
        return data


def uvarint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def put_uvarint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def compact(text):
    data = text.encode()
    return put_uvarint(len(data) + 1) + data


def api_versions(connection, version=3, cluster_id=None, node_id=-1):
    """The decoded answer of ApiVersions v3..v5 as a dictionary, with the raw bytes under 'raw'."""
    body = compact("interop") + compact("1")
    if version >= 5:
        body += (compact(cluster_id) if cluster_id is not None else b"\0") + struct.pack(">i", node_id)
    raw = connection.roundtrip(18, version, body + b"\0", flexible=True)
    answer = {"raw": raw.hex(), "error": struct.unpack(">h", raw[:2])[0], "apis": {}, "tags": {}}
    count, at = uvarint(raw, 2)
    for _ in range(count - 1):
        key, low, high = struct.unpack(">hhh", raw[at : at + 6])
        answer["apis"][key] = [low, high]
        at += 7
    answer["throttle_ms"] = struct.unpack(">i", raw[at : at + 4])[0]
    tags, at = uvarint(raw, at + 4)
    for _ in range(tags):
        tag, at = uvarint(raw, at)
        size, at = uvarint(raw, at)
        answer["tags"][tag] = _feature_tag(tag, raw[at : at + size])
        at += size
    return answer


def _feature_tag(tag, data):
    if tag == 1:
        return struct.unpack(">q", data)[0]
    if tag == 3:
        return bool(data[0])
    count, at = uvarint(data, 0)
    features = {}
    for _ in range(count - 1):
        size, at = uvarint(data, at)
        name = data[at : at + size - 1].decode()
        at += size - 1
        first, second = struct.unpack(">hh", data[at : at + 4])
        features[name] = [first, second]
        at += 5
    return features


def answers(port):
    """True once ApiVersions is answered without an error and Metadata names a broker."""
    try:
        with Connection(port, timeout=2.0) as connection:
            if api_versions(connection)["error"] != 0:
                return False
            metadata = connection.roundtrip(3, 1, struct.pack(">i", 0), flexible=False)
            return struct.unpack(">i", metadata[:4])[0] > 0
    except OSError:
        return False
