"""One broker under test, of either kind, in a data directory: start, stop, kill -9, start again.

Kinds: "kafka" is Apache Kafka 4.4.0 out of its jars, "weir" is the binary of this tree. Both listen on free loopback
ports and get the same settings, so that a difference in their answers is theirs.
"""

import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

import jars
import paths
import wire

# What both kinds are told: one node, and no waiting that a test would only sit through.
SETTINGS = {
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
}

CLUSTER_ID = "WeirInteropCluster0001"
START_SECONDS = 60
STOP_SECONDS = 60


class BrokerError(Exception):
    pass


PORTS = itertools.count((os.getpid() * 37) % 12000)
PORTS_LOCK = threading.Lock()


def free_ports(count):
    """Ports nobody listens on now, and no other caller here is given, below the range the kernel hands out by itself."""
    found = []
    with PORTS_LOCK:
        while len(found) < count:
            port = 15000 + next(PORTS) % 17000
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                    found.append(port)
                except OSError:
                    pass
    return found


class Broker:
    """A node and its directory. kill() and stop() end only the process that start() made."""

    def __init__(self, kind, name, weir=None, settings=None, voters="standalone", data=None, ports=None, by_properties=False):
        self.kind = kind
        self.home = paths.RUNS / name
        self.data = pathlib.Path(data) if data else self.home / "data"
        self.weir = weir
        self.voters = voters
        self.by_properties = by_properties  # Weir is kafka-server-start with a server.properties
        self.settings = {**SETTINGS, **(settings or {})}
        self.port, self.controller_port = ports or free_ports(2)
        self.log = self.home / f"{kind}.log"
        self.shards = None  # Weir's own choice
        self._process = None
        self._second = None

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self._process.pid

    def fresh(self):
        """Removes what an earlier run left; returns self."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        return self

    def cluster_id(self):
        for line in (self.data / "meta.properties").read_text().splitlines():
            if line.startswith("cluster.id="):
                return line.partition("=")[2]
        raise BrokerError("meta.properties names no cluster")

    def second_listener(self, name, port, advertised):
        """Another listener, whose clients are told `advertised` (a proxy's port) instead. Call before start()."""
        self._second = (name, port, advertised)

    def launch(self):
        """start() without waiting for it to answer."""
        self.home.mkdir(parents=True, exist_ok=True)
        command = self._kafka_command() if self.kind == "kafka" else self._weir_command()
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home, start_new_session=True
            )

    def start(self):
        self.launch()
        began = time.monotonic()
        while not wire.answers(self.port):
            if self._process.poll() is not None:
                raise BrokerError(f"{self.kind} ended with {self._process.returncode} at start:\n{self.tail()}")
            if time.monotonic() - began > START_SECONDS:
                self.kill()
                raise BrokerError(f"{self.kind} does not answer after {START_SECONDS} s:\n{self.tail()}")
            time.sleep(0.02)
        return self

    def stop(self):
        """SIGTERM and a clean end; anything but a clean end is an error."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise BrokerError(f"{self.kind} did not stop within {STOP_SECONDS} s:\n{self.tail()}") from None
        # A JVM that ends by SIGTERM says 143 though it stopped in good order.
        if code not in ((0, 143) if self.kind == "kafka" else (0,)):
            raise BrokerError(f"{self.kind} ended with {code}:\n{self.tail()}")

    def kill(self):
        """kill -9, as a crash."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def running(self):
        return self._process is not None and self._process.poll() is None

    def tail(self, lines=30):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def ends(self):
        """stop() as a check: (ok, detail)."""
        try:
            self.stop()
        except BrokerError as failure:
            return False, str(failure)
        return True, ""

    def _listeners(self):
        """listeners, advertised.listeners and listener.security.protocol.map, the controller's left out."""
        here, told, protocols = f"PLAINTEXT://127.0.0.1:{self.port}", f"PLAINTEXT://127.0.0.1:{self.port}", "PLAINTEXT:PLAINTEXT"
        if self._second:
            name, port, advertised = self._second
            here += f",{name}://127.0.0.1:{port}"
            told += f",{name}://127.0.0.1:{advertised}"
            protocols += f",{name}:PLAINTEXT"
        return here, told, protocols

    def _write_properties(self):
        properties = self.home / "server.properties"
        controller = f"CONTROLLER://127.0.0.1:{self.controller_port}"
        listeners, advertised, protocols = self._listeners()
        lines = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "listeners": f"{listeners},{controller}",
            "advertised.listeners": f"{advertised},{controller}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": f"{protocols},CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.data),
            **self.settings,
        }
        if self.voters == "standalone":
            lines["controller.quorum.bootstrap.servers"] = f"127.0.0.1:{self.controller_port}"
        else:
            lines["controller.quorum.voters"] = f"1@127.0.0.1:{self.controller_port}"
        properties.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))
        return properties

    def _kafka_command(self):
        properties = self._write_properties()
        if not (self.data / "meta.properties").exists():
            format_directory(properties, self.voters)
        return jars.java("kafka", "kafka.Kafka", str(properties), heap="768m", log="info")

    def _weir_command(self):
        if self.by_properties:
            override = [word for setting in self.settings.items() for word in ("--override", "=".join(setting))]
            return [str(self.weir), "kafka-server-start", str(self._write_properties()), *override[:2]]
        command = [str(self.weir), "server", "--data", str(self.data)]
        if self.shards:
            command += ["--shards", str(self.shards)]
        if not self._second:
            command += ["--listen", f"127.0.0.1:{self.port}"]
        settings = dict(self.settings)
        if self._second:
            names = ("listeners", "advertised.listeners", "listener.security.protocol.map")
            settings.update(zip(names, self._listeners()))
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        return command


def format_directory(properties, voters, cluster_id=CLUSTER_ID):
    """Formats a directory as Apache Kafka does: voters is "standalone" (KIP-853) or "static"."""
    arguments = ["format", "-t", cluster_id, "-c", str(properties)]
    if voters == "standalone":
        arguments.append("--standalone")
    done = subprocess.run(jars.java("kafka", "kafka.tools.StorageTool", *arguments), capture_output=True, text=True)
    if done.returncode != 0:
        raise BrokerError(f"format failed: {done.stdout}{done.stderr}")
