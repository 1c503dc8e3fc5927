"""What a command asks of a broker, for what no answer of one broker shows."""

import contextlib
import socket
import struct
import threading

import program
import wire

PRODUCE, FETCH, LIST_OFFSETS = 0, 1, 2
# The first version whose header and body are flexible: only those are understood here.
FLEXIBLE_FROM = {PRODUCE: 9, FETCH: 12, LIST_OFFSETS: 6}


class Recorder:
    """Stands before a broker, whose clients are told its port."""

    def __init__(self):
        self.acks = set()  # of what was produced
        self.isolations = set()  # of what was fetched and of offsets that were asked for
        self.client_ids = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._target = None
        self._open = 0  # connections
        self._changed = threading.Condition()

    def forward_to(self, port):
        self._target = ("127.0.0.1", port)
        threading.Thread(target=self._accept, daemon=True).start()

    def forget(self):
        """Of commands that have ended: what they asked last may still be on its way here."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open == 0, 60)
        for kept in (self.acks, self.isolations, self.client_ids):
            kept.clear()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._count(1)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _count(self, more):
        with self._changed:
            self._open += more
            self._changed.notify_all()

    def _serve(self, client):
        try:
            self._forward(client)
        finally:
            self._count(-1)

    def _forward(self, client):
        with client, socket.create_connection(self._target) as server, contextlib.suppress(OSError):
            answers = threading.Thread(target=self._answers, args=(server, client), daemon=True)
            answers.start()
            while frame := program.read_frame(client):
                self._keep(frame)
                server.sendall(struct.pack(">i", len(frame)) + frame)
            server.shutdown(socket.SHUT_WR)
            answers.join()

    @staticmethod
    def _answers(server, client):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)

    def _keep(self, frame):
        key, version = struct.unpack_from(">hh", frame)
        client_id, at = program.read_text(frame, 8)
        self.client_ids.add(client_id)
        if version < FLEXIBLE_FROM.get(key, 1 << 15):
            return
        tags, at = wire.uvarint(frame, at)
        assert tags == 0
        if key == PRODUCE:
            self.acks.add(struct.unpack_from(">h", frame, at + 1)[0])  # behind no transactional id
        if key == FETCH:
            self.isolations.add(frame[at + (12 if version >= 15 else 16)])
        if key == LIST_OFFSETS:
            self.isolations.add(frame[at + 4])
