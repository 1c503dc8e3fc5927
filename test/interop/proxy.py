"""A TCP proxy that cuts connections at places a seed decides.

Two kinds of cut matter to an idempotent producer: in the middle of a request (the broker never has all of it) and just
before an answer is passed on (the broker has done the work, the client cannot know). Each connection is given one of
the two, or neither once `most` connections were cut, so that every run ends.
"""

import random
import socket
import struct
import threading


class Listener:
    """Hands each connection to `port` to `connected`, one after the other, until close()."""

    def __init__(self, port, connected):
        self._connected = connected
        self._socket = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        # shutdown() wakes the accept() that close() alone would leave waiting.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._connected(client)


class Proxy:
    """Listens on `port`, forwards to `target`; counts its cuts by kind. start() returns self; close() ends it."""

    def __init__(self, port, target, seed, most=25):
        self.port = port
        self.cut_requests = 0
        self.cut_answers = 0
        self._target = target
        self._random = random.Random(seed)
        self._most = most
        self._lock = threading.Lock()
        self._listener = None

    @property
    def cuts(self):
        return self.cut_requests + self.cut_answers

    def start(self):
        self._listener = Listener(self.port, self._connected)
        return self

    def close(self):
        self._listener.close()

    def _connected(self, client):
        with self._lock:
            kind = self._random.choice(("request", "answer")) if self.cuts < self._most else None
            # Past the hand-shake and the first look at the metadata, so that the client gets somewhere.
            limit = self._random.randrange(4_000, 60_000) if kind == "request" else self._random.randrange(8, 20)
            reset = self._random.random() < 0.5
        threading.Thread(target=self._serve, args=(client, kind, limit, reset), daemon=True).start()

    def _serve(self, client, kind, limit, reset):
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        ends = (client, server)
        for end in ends:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = threading.Thread(
            target=self._answers, args=(ends, limit if kind == "answer" else None, reset), daemon=True
        )
        answers.start()
        self._requests(ends, limit if kind == "request" else None, reset)
        answers.join()
        for end in ends:
            end.close()

    def _requests(self, ends, limit, reset):
        client, server = ends
        passed = 0
        try:
            while data := client.recv(65536):
                if limit is not None and passed + len(data) >= limit:
                    server.sendall(data[: limit - passed])
                    self._cut(ends, reset, "cut_requests")
                    return
                passed += len(data)
                server.sendall(data)
        except OSError:
            pass
        _shut(server)
        _shut(client)

    def _answers(self, ends, limit, reset):
        client, server = ends
        frames = 0
        try:
            while True:
                head = _exactly(server, 4)
                if head is None:
                    break
                body = _exactly(server, struct.unpack(">i", head)[0])
                if body is None:
                    break
                frames += 1
                if limit is not None and frames >= limit:
                    self._cut(ends, reset, "cut_answers")
                    return
                client.sendall(head + body)
        except OSError:
            pass
        _shut(client)
        _shut(server)

    def _cut(self, ends, reset, counter):
        with self._lock:
            setattr(self, counter, getattr(self, counter) + 1)
        if reset:
            ends[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for end in ends:
            _shut(end)


def _shut(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _exactly(end, size):
    data = bytearray()
    while len(data) < size:
        part = end.recv(size - len(data))
        if not part:
            return None
        data += part
    return bytes(data)
