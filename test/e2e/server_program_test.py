"""The edges of `weir server`: exit codes, configuration, log, signals, systemd, listeners. The program's path is the first
argument: server_program_test.py build/debug/weir [unittest's arguments]."""

import json
import os
import pathlib
import re
import resource
import socket
import struct
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import program  # noqa: E402

WEIR = ""
CLEAN_MARKER = ".kafka_cleanshutdown"


class Edge(unittest.TestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory(prefix="weir-e2e-")
        self.addCleanup(home.cleanup)
        self.home = pathlib.Path(home.name)
        self.data = self.home / "data"

    def weir(self, *arguments, **options):
        """With data in this test's directory and a port that the system gives."""
        listen = () if "--listen" in arguments else ("--listen", "127.0.0.1:0")
        return self.bare("--data", self.data, *listen, *arguments, **options)

    def bare(self, *arguments, **options):
        started = program.Program(WEIR, *arguments, **options)
        self.addCleanup(started.kill)
        return started

    def ends(self, code, words, *arguments, **options):
        """It ends by itself with this code, and the last line says these words."""
        ended = self.weir(*arguments, **options)
        self.assertEqual(ended.wait(), code, ended.text())
        self.assertIn(words, ended.lines[-1].decode())
        return ended

    def write(self, name, content):
        path = self.home / name
        path.write_text(content)
        return path


class ExitCodes(Edge):
    def test_0_after_a_clean_stop_and_for_help(self):
        running = self.weir()
        running.ready()
        self.assertEqual(running.stop(), 0)
        self.assertEqual(self.bare("--help").wait(), 0)

    def test_1_when_writing_fails_while_it_serves(self):
        running = self.weir(ignore_file_size_signal=True)
        port = running.port()
        program.make_by_use(port, "t")
        self.assertEqual(program.produce(port, "t", b"good"), (0, 0))
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        with program.connect(port) as peer:
            peer.sendall(program.produce_frame("t", program.batch(b"nowhere to go")))
            try:
                answer = program.read_frame(peer)
            except ConnectionError:
                answer = b""
        if answer:
            self.assertNotEqual(program.produced(answer)[0], 0, "acknowledged what was not written")
        self.assertEqual(running.wait(), 1, running.text())
        self.assertFalse((self.data / CLEAN_MARKER).exists())

    def test_2_for_mistakes_in_flags_and_settings(self):
        for words, arguments in {
            "did you mean log.retention.ms?": ["--set", "log.retention.mss=1"],
            "unknown setting nobody.knows.this": ["--set", "nobody.knows.this=1"],
            "name=value is expected": ["--set", "num.partitions"],
            "Value must be at least 1": ["--set", "num.partitions=0"],
            "--nonsense": ["--nonsense"],
            "HOST:PORT is expected": ["--listen", "nonsense"],
            "a number from 1 to 1024": ["--shards", "0"],
            "trace, debug, info, warning or error is expected": ["--log-level", "loud"],
            "text or json is expected": ["--log-format", "xml"],
            "cannot open the log": ["--log-file", "/nowhere/log"],
            "cannot read /nowhere/weir.toml": ["--config", "/nowhere/weir.toml"],
        }.items():
            with self.subTest(words):
                ended = self.ends(2, words, *arguments)
                self.assertEqual(len(ended.lines), 1, ended.text())
        self.assertFalse(self.data.exists(), "a mistake touches nothing")

    def test_2_for_what_is_not_served_and_would_be_missed(self):
        mapped = ["--set", "listener.security.protocol.map=PLAINTEXT:SSL,CONTROLLER:PLAINTEXT"]
        for words, arguments in {
            "only PLAINTEXT is served": mapped,
            "an authorizer is not served": ["--set", "authorizer.class.name=org.example.A"],
            "process.roles is broker:": ["--set", "process.roles=broker"],
            "process.roles is controller:": ["--set", "process.roles=controller"],
            "a quorum of this node alone": ["--set", "controller.quorum.voters=1@a:9093,2@b:9093"],
            "remote storage is not served": ["--set", "remote.log.storage.system.enable=true"],
            "policies are not served": ["--set", "create.topic.policy.class.name=org.example.P"],
        }.items():
            with self.subTest(words):
                self.ends(2, words, *arguments)
        several = self.bare("--set", f"log.dirs={self.home}/a,{self.home}/b")
        self.assertEqual(several.wait(), 2)
        self.assertIn("log.dirs names 2 directories: one is served", several.text())
        ssl = self.bare("--data", self.data, "--set", "listeners=SSL://127.0.0.1:0")
        self.assertEqual(ssl.wait(), 2)
        self.assertIn("only PLAINTEXT is served", ssl.text())

    def test_3_when_another_process_has_the_directory(self):
        running = self.weir()
        running.ready()
        self.ends(3, "another process uses the data directory")
        self.assertEqual(running.stop(), 0, "the first one does not notice")

    def test_4_when_a_port_is_taken_or_an_address_is_elsewhere(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.ends(4, f"cannot listen at 127.0.0.1:{port}: the port is in use", "--listen", f"127.0.0.1:{port}")
        self.ends(4, "cannot listen at 192.0.2.1:0", "--listen", "192.0.2.1:0")
        running = self.weir()
        running.ready()
        self.assertEqual(running.stop(), 0, "the directory is good for the next start")

    def test_5_for_a_directory_that_is_somebody_elses(self):
        self.data.mkdir()
        (self.data / "holiday.jpg").write_text("x")
        self.ends(5, "holds holiday.jpg and no meta.properties")
        self.assertEqual(sorted(path.name for path in self.data.iterdir()), [".lock", "holiday.jpg"])
        (self.data / "holiday.jpg").unlink()
        self.data.joinpath(".lock").unlink()
        self.data.rmdir()
        self.data.write_text("a file")
        self.ends(5, "cannot use the data directory")

    def test_5_for_a_newer_damaged_or_other_nodes_directory(self):
        running = self.weir()
        running.ready()
        self.assertEqual(running.stop(), 0)
        properties = self.data / "meta.properties"
        good = properties.read_text()
        self.ends(5, "belongs to node 1, and node.id is set to 7", "--set", "node.id=7")
        properties.write_text(good.replace("version=1", "version=2"))
        self.ends(5, "meta.properties has version '2', only 1 is known")
        properties.write_text(re.sub("cluster.id=.*", "", good))
        self.ends(5, "meta.properties has no cluster.id")
        properties.write_text(good)
        again = self.weir()
        again.ready()
        self.assertEqual(again.stop(), 0, "refusing changed nothing")


class Configuration(Edge):
    def test_each_source_lies_over_the_one_before(self):
        toml = self.write(
            "weir.toml",
            f'data = "{self.data}"\nlisten = "127.0.0.1:0"\nshards = 3\n'
            '"num.partitions" = 2\n"default.replication.factor" = 1\n[log]\nformat = "json"\n',
        )
        for expected, arguments, env in [
            (2, [], {}),
            (3, [], {"WEIR_NUM_PARTITIONS": "3"}),
            (4, ["--set", "num.partitions=4"], {"WEIR_NUM_PARTITIONS": "3"}),
        ]:
            running = self.bare("--config", toml, *arguments, env=env)
            address = json.loads(running.line_with("ready at "))["message"].split()[2].rstrip(",")
            topic = f"made-with-{expected}"
            self.assertEqual(program.make_by_use(int(address.rpartition(":")[2]), topic), expected)
            self.assertEqual(running.stop(), 0)

    def test_server_properties_of_kafka_with_an_unknown_name_is_a_warning(self):
        file = self.write(
            "server.properties",
            f"process.roles=broker,controller\nnode.id=1\nlisteners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:9093\n"
            f"controller.listener.names=CONTROLLER\nlog.dirs={self.data}\nlog.retention.mss=5\nnum.io.threads=8\n"
            "num.recovery.threads.per.data.dir=1\n",
        )
        running = self.bare("--config", file)
        self.assertIn(f"{file}:6: unknown setting log.retention.mss: did you mean", running.line_with("unknown setting"))
        self.assertIn("num.recovery.threads.per.data.dir", running.line_with("settings without effect yet"))
        running.ready()
        self.assertEqual(running.stop(), 0)
        self.assertEqual(running.text().count("unknown setting"), 1)

    def test_the_environment_names_file_data_and_address_and_warns_of_what_nobody_knows(self):
        toml = self.write("weir.toml", '"num.partitions" = 5\n')
        env = {
            "WEIR_CONFIG": str(toml),
            "WEIR_DATA": str(self.data),
            "WEIR_LISTEN": "127.0.0.1:0",
            "WEIR_SHARDS": "2",
            "WEIR_LOG_LEVEL": "debug",
            "WEIR_NUM_PARTITION": "1",
        }
        running = self.bare(env=env)
        self.assertIn("did you mean num.partitions?", running.line_with("WEIR_NUM_PARTITION"))
        self.assertEqual(program.make_by_use(running.port(), "t"), 5)
        self.assertEqual(running.stop(), 0)


class Log(Edge):
    def test_one_ready_line_says_address_data_cluster_and_milliseconds(self):
        running = self.weir()
        line = running.line_with("ready at ")
        port = re.search(r"ready at 127.0.0.1:(\d+), ", line).group(1)
        self.assertRegex(
            line,
            rf"^\d{{4}}-\d\d-\d\dT[\d:.]+Z info    \[server\] ready at 127.0.0.1:{port}, data in {self.data}, "
            r"cluster [\w-]{22}, node 1, 0 partitions, [\d.]+ ms$",
        )
        self.assertEqual(running.stop(), 0)
        self.assertEqual(running.text().count("ready at"), 1)
        self.assertTrue(running.lines[-1].decode().endswith("[server] stopped cleanly\n"))

    def test_json_lines_are_objects_with_time_level_component_and_message(self):
        running = self.weir("--log-format", "json")
        running.line_with("ready at ")
        self.assertEqual(running.stop(), 0)
        for line in running.lines:
            entry = json.loads(line)
            self.assertEqual(list(entry), ["time", "level", "component", "message"])
            self.assertIn(entry["level"], ["trace", "debug", "info", "warning", "error"])

    def test_the_level_leaves_out_what_is_less(self):
        with Notified(self.home) as systemd:
            quiet = self.weir("--log-level", "warning", env={**systemd.env, "WEIR_NO_SUCH_NAME": "1"})
            systemd.expect("READY=1")
            self.assertEqual(quiet.stop(), 0)
        self.assertEqual(len(quiet.lines), 1, quiet.text())
        self.assertIn("WEIR_NO_SUCH_NAME", quiet.text())

    def test_a_log_file_is_appended_to(self):
        path = self.home / "weir.log"
        for count in (1, 2):
            with Notified(self.home) as systemd:
                running = self.weir("--log-file", path, env=systemd.env)
                systemd.expect("READY=1")
                self.assertEqual(running.stop(), 0)
            self.assertEqual(running.text(), "")
            self.assertEqual(path.read_text().count("ready at"), count)

    def test_what_a_client_sends_cannot_forge_a_line(self):
        running = self.weir()
        port = running.port()
        evil = b"x\n2026-01-01T00:00:00.000Z error   [server] all is lost\x1b[31m"
        bad = program.frame(3, 1, struct.pack(">i", 1 << 30), client=evil)
        group = b"\xff\n\r\x00" + evil
        group = program.frame(10, 0, struct.pack(">h", len(group)) + group, client=evil)
        for request in (bad, group, evil * 10):
            with program.connect(port) as peer:
                peer.sendall(request)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(4096):
                    pass
        self.assertEqual(running.stop(), 0)
        for line in running.lines:
            self.assertRegex(line, rb"^20\d\d-[\d-]+T[\d:.]+Z (info|warning|error) +\[\w+\] [\x20-\x7e]+\n$")
            self.assertNotRegex(line, rb"^[^\]]*\[server\] all is lost")


class Notified:
    """A socket as systemd's; `env` names it."""

    def __init__(self, home):
        self.path = str(home / "notify")
        self.env = {"NOTIFY_SOCKET": self.path}

    def __enter__(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(program.SECONDS)
        self.socket.bind(self.path)
        return self

    def __exit__(self, *_):
        self.socket.close()
        os.unlink(self.path)

    def expect(self, words):
        said = self.socket.recv(4096).decode()
        if words not in said:
            raise AssertionError(f"{said!r} instead of {words!r}")


class Stop(Edge):
    def test_systemd_hears_of_ready_and_of_stopping(self):
        with Notified(self.home) as systemd:
            running = self.weir(env=systemd.env)
            systemd.expect("READY=1")
            running.term()
            systemd.expect("STOPPING=1")
            self.assertEqual(running.wait(), 0)

    def test_sigterm_answers_what_was_taken_and_marks_the_directory(self):
        running = self.weir("--shards", "3")
        port = running.port()
        program.make_by_use(port, "t")
        self.assertEqual(program.produce(port, "t", b"one"), (0, 0))
        poll = program.connect(port)
        poll.sendall(program.fetch_frame("t", 1, 600_000))
        asked = [program.connect(port) for _ in range(20)]
        for peer in asked:
            peer.sendall(program.produce_frame("t", program.batch(b"more")))
        self.assertEqual(len({program.produced(program.read_frame(peer))[1] for peer in asked}), 20)
        program.read_frame(poll)  # the long poll heard of these
        poll.sendall(program.fetch_frame("t", 21, 600_000))
        idle = program.connect(port)
        self.assertEqual(program.fetch(port, "t", 20)[1], 21)
        program.wait_until_read(poll)  # by its shard, whichever that is
        running.term()
        error, high, records = program.fetched(program.read_frame(poll))
        self.assertEqual((error, high, records), (0, 21, b""))
        self.assertEqual(poll.recv(1), b"", "and then the connection ends")
        self.assertEqual(idle.recv(1), b"")
        self.assertEqual(running.wait(), 0, running.text())
        self.assertTrue((self.data / CLEAN_MARKER).exists())
        for peer in [poll, idle, *asked]:
            peer.close()
        again = self.weir()
        port = again.port()
        self.assertIn(b"one", program.fetch(port, "t", 0)[2])
        self.assertEqual(program.fetch(port, "t", 20)[1], 21)
        self.assertEqual(again.stop(), 0)

    def test_a_second_sigterm_stops_at_once(self):
        running = self.weir()
        port = running.port()
        # A client that does not read: its answers cannot be sent, and a clean stop waits for that.
        deaf = program.connect(port, receive_bytes=4096)
        describe = struct.pack(">ib", 1, 4) + program.text("1") + struct.pack(">ib", -1, 1)
        deaf.setblocking(False)
        requests = memoryview(b"".join(program.frame(32, 1, describe, n) for n in range(2000)))
        until = time.monotonic() + program.SECONDS
        while requests and time.monotonic() < until:
            try:
                requests = requests[deaf.send(requests) :]
            except BlockingIOError:
                break
        self.assertEqual(program.metadata(port)[0][0][0], 1)
        running.term()
        running.line_with("stopping")
        while running.process.poll() is None:  # signals close behind the first one belong to it
            running.term()
        self.assertEqual(running.wait(), 1, running.text())
        self.assertIn("stopping at once", running.text())
        self.assertFalse((self.data / CLEAN_MARKER).exists())
        deaf.close()
        again = self.weir()
        again.ready()
        self.assertEqual(again.stop(), 0)


class Listeners(Edge):
    def test_each_listener_answers_with_its_own_endpoints(self):
        names = "INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT"
        for shards in (1, 3):
            data = self.home / f"data-{shards}"
            running = self.bare(
                *("--data", data, "--shards", shards),
                *("--set", "listeners=INTERNAL://127.0.0.1:0,EXTERNAL://127.0.0.1:0"),
                *("--set", "advertised.listeners=INTERNAL://in.example:1111,EXTERNAL://out.example:2222"),
                *("--set", f"listener.security.protocol.map={names}"),
                *("--set", "inter.broker.listener.name=INTERNAL"),
            )
            ports = [int(address.rpartition(":")[2]) for address in running.ready()]
            self.assertEqual(len(set(ports)), 2)
            for port, host, advertised in [(ports[0], "in.example", 1111), (ports[1], "out.example", 2222)]:
                for _ in range(4):  # connections go to the shards in turn
                    self.assertEqual(program.metadata(port, ["t"])[0], [(1, host, advertised)])
                    self.assertEqual(program.describe_cluster(port), [(1, host, advertised)])
                    found = program.find_coordinator(port, "g")
                    until = time.monotonic() + program.SECONDS
                    while found[0] == 15 and time.monotonic() < until:  # the offsets topic is being made
                        found = program.find_coordinator(port, "g")
                    self.assertEqual(found, (0, host, advertised))
            self.assertEqual(running.stop(), 0)

    def test_localhost_is_both_loopbacks(self):
        with socket.socket(socket.AF_INET6) as probe:
            try:
                probe.bind(("::1", 0))
                hosts = ["127.0.0.1", "::1"]
            except OSError:
                hosts = ["127.0.0.1"]
        running = self.bare("--data", self.data, "--listen", "localhost:0")
        port = running.port()
        for host in hosts:
            self.assertEqual(program.metadata(port, host=host)[0], [(1, "localhost", port)])
        self.assertEqual(running.stop(), 0)

    def test_no_argument_serves_localhost_9092_with_data_in_weir_data(self):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", 9092)) == 0:
                self.skipTest("something else listens on 9092")
        before = os.getcwd()
        os.chdir(self.home)
        self.addCleanup(os.chdir, before)
        running = self.bare()
        line = running.line_with("[server]")
        if "the port is in use" in line:
            self.skipTest("something else has 9092")
        self.assertIn("ready at localhost:9092, data in ./weir-data,", line)
        self.assertEqual(running.stop(), 0)
        self.assertTrue((self.home / "weir-data" / "meta.properties").exists())


class Crowd(Edge):
    def test_idle_and_slow_connections_cost_little_and_others_are_served(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(2000, hard - 200 if hard != resource.RLIM_INFINITY else 2000)
        self.assertGreater(count, 500, "too few descriptors on this machine")
        # The program starts with few descriptors and takes what it may have.
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        running = self.weir("--shards", "2", "--set", "socket.listen.backlog.size=1000")
        port = running.port()
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        program.make_by_use(port, "t")

        before = self.resident_bytes(running)
        crowd = [program.connect(port) for _ in range(count)]
        for n, peer in enumerate(crowd[: count // 2]):  # half of them say a little of a large frame
            peer.sendall(struct.pack(">i", 100 << 20) + b"x" * (n % 7))
        for peer in crowd[: count // 2]:
            peer.sendall(b"x")  # a byte at a time
        for _ in range(50):
            self.assertEqual(program.produce(port, "t", b"x")[0], 0)
        each = (self.resident_bytes(running) - before) / count
        self.assertLess(each, 72 << 10, "a chunk, and a little, for each of those that say something")
        for peer in crowd:
            peer.close()
        self.assertEqual(running.stop(), 0, running.text())

    def resident_bytes(self, running):
        pages = pathlib.Path(f"/proc/{running.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    WEIR = os.path.abspath(sys.argv.pop(1))
    unittest.main()
