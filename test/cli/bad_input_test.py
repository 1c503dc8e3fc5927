"""What goes wrong around a command: no broker, another server, bad lines, closed pipes, signals. Each ends with its code
and says what to do; what was reported as delivered is there, and nothing was reported that is not."""

import contextlib
import errno
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

import program
from cli import FAILED, INTERRUPTED, NOT_FOUND, PARTIAL, UNREACHABLE, USAGE, Cli
from stalled import StalledBroker


def has_ipv6():
    with socket.socket(socket.AF_INET6) as probe:
        return probe.connect_ex(("::1", 1)) != errno.EADDRNOTAVAIL


class Server:
    """A server that is no broker: it answers each connection with the same bytes."""

    def __init__(self, answer):
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                peer.recv(4096)
                peer.sendall(self._answer)

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


class Unreachable(Cli):
    def test_nobody_listens(self):
        self.ends(UNREACHABLE, "topic", "list", "-b", "127.0.0.1:1", "--timeout", "1s", says=["127.0.0.1:1", "refused", "WEIR_BROKERS"])
        self.ends(UNREACHABLE, "produce", "t", "-b", "127.0.0.1:1", "--timeout", "1s", input="x\n", says="127.0.0.1:1")
        self.ends(UNREACHABLE, "consume", "t", "-b", "127.0.0.1:1", "--timeout", "1s", says="127.0.0.1:1")

    def test_a_name_that_is_none(self):
        self.ends(UNREACHABLE, "topic", "list", "-b", "no-such-host.invalid:9092", "--timeout", "2s", says="no-such-host.invalid")
        self.ends(USAGE, "topic", "list", "-b", "host:port", says="host:port")

    def test_a_web_server(self):
        server = Server(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        self.addCleanup(server.close)
        self.ends(UNREACHABLE, "topic", "list", "-b", server.address, "--timeout", "1s", says=[server.address, "web server"])

    def test_a_tls_listener(self):
        server = Server(b"\x15\x03\x03\x00\x02\x02\x46")
        self.addCleanup(server.close)
        self.ends(UNREACHABLE, "topic", "list", "-b", server.address, "--timeout", "1s", says=[server.address, "TLS"])

    def test_one_dead_address_of_two_does_no_harm(self):
        self.does("topic", "list", "-b", f"127.0.0.1:1,{self.brokers}")

    @unittest.skipUnless(has_ipv6(), "no IPv6 here")
    def test_a_broker_of_ipv6_is_spoken_to(self):
        with tempfile.TemporaryDirectory(prefix="weir-cli-") as home:
            server = program.Program(self.weir, "--data", home, "--listen", "[::1]:0")
            brokers = ("-b", f"[::1]:1,[::1]:{server.port()}")
            self.does("topic", "create", "t", *brokers)
            self.does("produce", "t", "-q", *brokers, input="over six\n")
            self.assertEqual(self.does("consume", "t", *brokers).out, "over six\n")
            self.assertEqual(server.stop(), 0)


class Mistakes(Cli):
    def test_words_that_are_none_are_guessed(self):
        self.ends(USAGE, "tpoic", says="weir topic")
        self.ends(USAGE, "topic", "lsit", says="weir topic list")
        self.ends(USAGE, "topic", "list", "--internall", says="--internal")
        self.ends(USAGE, "topic", "list", "stray", says="stray")
        self.ends(USAGE, "topic", "list", "--format", "yaml", says=["yaml", "json"])
        self.ends(USAGE, "topic", "list", "--timeout", "soon", says="soon")
        self.ends(USAGE, "topic", "create", says="NAME is missing")
        self.ends(USAGE, "topic", "create", "t", "-p", "many", says="--partitions many: a whole number is expected")
        self.ends(USAGE, "topic", "create", "t", "-p", "0", says="--partitions 0: 1 to ")
        self.ends(USAGE, "topic", "list", "--timeout", "soon", says="--timeout: 'soon'")

    def test_properties(self):
        self.ends(USAGE, "produce", "t", "-X", "linger.m=5", says="linger.ms")
        self.ends(USAGE, "produce", "t", "-X", "linger.ms=x", says="linger.ms")
        self.ends(USAGE, "produce", "t", "-X", "linger.ms", says="linger.ms")
        self.ends(USAGE, "produce", "t", "-X", "security.protocol=SSL", says="security.protocol")


class Producing(Cli):
    def test_an_unknown_topic_is_not_created(self):
        writer = self.start("produce", "no-such-topic", "--timeout", "1h", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(writer.wait(60), NOT_FOUND)  # without any input
        self.assertIn(b"no-such-topic", writer.stderr.read())
        self.ends(NOT_FOUND, "produce", self.topic(), "-p", 1, "--timeout", "1h", input="x\n", says="partition")
        self.ends(NOT_FOUND, "consume", "no-such-topic", says="no-such-topic")
        self.assertNotIn("no-such-topic", self.does("topic", "list").out.split())

    def test_a_broken_line_is_named_and_those_before_it_are_delivered(self):
        topic = self.topic()
        lines = [json.dumps({"payload": "1"}), json.dumps({"payload": "2"}), '{"payload": 3', json.dumps({"payload": "4"})]
        ended = self.ends(PARTIAL, "produce", topic, "--format", "json", input="\n".join(lines), says="standard input:3: not JSON")
        self.assertEqual(self.does("consume", topic).out.split(), ["1", "2"])
        self.assertEqual(self.delivered(ended), 2)

    def test_a_line_without_the_format_is_named(self):
        topic = self.topic()
        ended = self.ends(PARTIAL, "produce", topic, "-f", "%k:%v", input="a:1\nnothing\n", says="standard input:2:")
        self.assertEqual(self.delivered(ended), 1)

    def test_a_record_too_large_is_refused_and_the_others_are_delivered(self):
        topic = self.topic(max_message_bytes=20000)
        lines = "a\n" + "x" * 50000 + "\nb\n"
        ended = self.ends(PARTIAL, "produce", topic, "-X", "batch.size=1000", input=lines, says=["standard input:2:", "MESSAGE_TOO_LARGE"])
        self.assertEqual(self.does("consume", topic).out.split(), ["a", "b"])
        self.assertIn("2 B in", ended.err)
        self.assertEqual(self.delivered(ended), 2)

    def test_a_file_that_is_not_there(self):
        self.ends(FAILED, "produce", self.topic(), "/no/such/file", says="/no/such/file")

    def test_an_interrupt_ends_who_waits_for_a_broker(self):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            asking = self.start("topic", "list", brokers=f"127.0.0.1:{deaf.getsockname()[1]}")
            connection, _ = deaf.accept()
            asking.send_signal(signal.SIGINT)
            self.assertEqual(asking.wait(20), INTERRUPTED)
            connection.close()

    def test_an_output_that_is_closed_is_said(self):
        topic = self.filled(["x"])
        for command in (["topic", "list"], ["consume", topic]):
            ended = subprocess.run(["bash", "-c", '"$@" >&-', "-", self.weir, *command], env=self.environment(None), capture_output=True, timeout=60)
            self.assertEqual(ended.returncode, FAILED, ended.stderr)

    def test_an_interrupt_ends_who_waits_for_input(self):
        topic = self.topic()
        writer = self.start("produce", topic, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        writer.stdin.write(b"one\n")
        writer.stdin.flush()
        while not self.does("consume", topic).out:
            pass  # each look is an exchange with the broker
        writer.send_signal(signal.SIGINT)
        self.assertEqual(writer.wait(60), INTERRUPTED)
        self.assertIn("1 record delivered", writer.stderr.read().decode())

    def test_an_interrupt_delivers_what_was_read_or_says_what_was_not(self):
        topic = self.topic()
        writer = self.start("produce", topic, "--rate", 200, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        feeder = threading.Thread(target=self.feed, args=(writer.stdin,), daemon=True)
        feeder.start()
        while not self.does("consume", topic, "-n", 1).out:
            pass  # each look is an exchange with the broker
        writer.send_signal(signal.SIGINT)
        self.assertEqual(writer.wait(60), INTERRUPTED)
        feeder.join()
        told = writer.stderr.read().decode()
        there = len(self.does("consume", topic).out.split())
        self.assertEqual(int(re.search(r"(\d+) records? delivered", told).group(1)), there, told)

    @staticmethod
    def feed(pipe):
        try:
            for n in range(100_000):
                pipe.write(b"%d\n" % n)
                pipe.flush()
            pipe.close()
        except BrokenPipeError:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    @staticmethod
    def delivered(ended):
        return int(re.search(r"(\d+) records? delivered", ended.err).group(1))


class Stalled(StalledBroker):
    """Its broker no longer answers when the interrupt comes."""

    def test_an_interrupt_waits_for_records_under_way_no_longer_than_it_says(self):
        writer = self.writer()
        writer.send_signal(signal.SIGINT)
        self.assertEqual(writer.wait(60), INTERRUPTED)
        told = writer.stderr.read().decode()
        self.assertIn("waiting 2s at most for 3 records under way", told)
        self.assertRegex(told, "1 record delivered.*3 records not delivered, 3 of them may have been written")

    def test_a_second_interrupt_ends_at_once_and_the_summary_is_there(self):
        writer = self.writer()
        writer.send_signal(signal.SIGINT)
        self.assertIn(b"interrupted", writer.stderr.readline())
        while not select.select([writer.stderr], [], [], 0.05)[0]:
            writer.send_signal(signal.SIGINT)  # those that come right behind the first are part of it
        self.assertEqual(writer.wait(60), INTERRUPTED)
        told = writer.stderr.read().decode()
        self.assertIn("interrupted again", told)
        self.assertRegex(told, r"\d records? not delivered")

    def test_who_is_interrupted_when_the_broker_comes_back_delivers(self):
        writer = self.writer()
        writer.send_signal(signal.SIGINT)
        self.assertIn(b"interrupted", writer.stderr.readline())
        self.broker.process.send_signal(signal.SIGCONT)
        self.assertEqual(writer.wait(60), INTERRUPTED)
        self.assertIn("4 records delivered", writer.stderr.read().decode())
        self.assertEqual(len(self.does("consume", "t", brokers=self.address).out.split()), 4)

    def test_an_interrupt_ends_who_waits_for_room_to_send(self):
        words = ("-X", "buffer.memory=65536", "-X", "batch.size=16384", "-q")
        writer = self.writer(*words)
        feeder = threading.Thread(target=Producing.feed, args=(writer.stdin,), daemon=True)
        feeder.start()
        writer.send_signal(signal.SIGINT)
        self.assertEqual(writer.wait(60), INTERRUPTED)
        feeder.join()

    def test_an_interrupted_benchmark_says_what_was_delivered(self):
        bench = self.start("bench", "produce", "t", "-n", 10**9, "--rate", 1000, brokers=self.address, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not self.does("consume", "t", "-n", 1, brokers=self.address).out:
            pass  # each look is an exchange with the broker
        self.stall()
        self.does("version")
        bench.send_signal(signal.SIGINT)
        self.assertEqual(bench.wait(60), INTERRUPTED)
        self.assertRegex(bench.stderr.read().decode(), r"interrupted: \d+ records? delivered.* records? not delivered, \d+ of them may have been written")

    def test_an_interrupted_member_does_not_wait_for_its_last_commit(self):
        self.does("produce", "t", input="x\n", brokers=self.address)
        reader = self.start("consume", "t", "-g", "g", brokers=self.address, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(reader.stdout.readline(), b"x\n")
        self.stall()
        reader.send_signal(signal.SIGINT)
        self.assertEqual(reader.wait(60), INTERRUPTED)
        self.assertIn("commit", reader.stderr.read().decode())


class NobodyAnswers(Cli):
    """A listener that takes connections and says nothing."""

    def test_an_interrupt_ends_every_tool_of_kafkas_at_once(self):
        producer = ("--topic", "t", "--num-records", "10", "--record-size", "10", "--throughput", "-1")
        for words in (
            ("kafka-topics", "--list"),
            ("kafka-console-producer", "--topic", "t"),
            ("kafka-console-consumer", "--topic", "t"),
            ("kafka-console-consumer", "--topic", "t", "--partition", "0"),
            ("kafka-consumer-groups", "--all-groups", "--describe"),
            ("kafka-producer-perf-test", *producer),
            ("kafka-consumer-perf-test", "--topic", "t", "--num-records", "10"),
            ("kafka-e2e-latency", "--topic", "t", "--num-records", "10", "--producer-acks", "1", "--record-size", "10"),
        ):
            with self.subTest(words[0]), socket.create_server(("127.0.0.1", 0)) as deaf:
                address = "127.0.0.1:%d" % deaf.getsockname()[1]
                tool = self.start(*words, "--bootstrap-server", address, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                tool.stdin.write(b"line\n")
                tool.stdin.flush()
                peer, _ = deaf.accept()
                self.assertTrue(peer.recv(1))
                self.does("version")  # in its loop when another program has come and gone
                tool.send_signal(signal.SIGINT)
                self.assertEqual(tool.wait(60), INTERRUPTED)
                peer.close()


class Outputs(Cli):
    def test_a_full_output_is_told_by_every_command(self):
        topic, group = self.filled(["x"]), self.fresh("group")
        self.does("consume", topic, "-g", group, "-n", 1)
        for words in (
            ["topic", "list"],
            ["topic", "describe", topic],
            ["topic", "offsets", topic],
            ["topic", "create", self.fresh("topic")],
            ["group", "list"],
            ["group", "describe", group],
            ["config", "get", f"topic/{topic}", "--all"],
            ["cluster", "info"],
            ["cluster", "health"],
            ["bench", "produce", topic, "-n", 10],
            ["bench", "consume", topic],
            ["profile", "list", "--format", "json"],
            ["version"],
            ["help"],
            ["topic", "list", "--help"],
            ["completion", "bash"],
            ["man", "topic"],
            ["compat", "list"],
            ["kafka-topics", "--bootstrap-server", self.brokers, "--list"],
        ):
            with self.subTest(words), open("/dev/full", "wb") as full:
                ended = self.start(*words, stdout=full, stderr=subprocess.PIPE)
                self.assertEqual(ended.wait(60), FAILED)
                self.assertIn(os.strerror(errno.ENOSPC), ended.stderr.read().decode())

    def test_what_could_not_be_printed_is_not_counted_and_not_committed(self):
        topic, group = self.filled(range(10)), self.fresh("group")
        with open("/dev/full", "wb") as full:
            reader = self.start("consume", topic, "-g", group, stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(reader.wait(60), FAILED)
        self.assertIn("after 0 records", reader.stderr.read().decode())
        self.assertEqual(self.does("consume", topic, "-g", group, "-n", 1).out, "0\n")

    def test_a_reader_that_goes_away_ends_a_command_quietly(self):
        topic = self.filled(["x"])
        commands = [["topic", "list"], ["topic", "describe", topic], ["man", "topic"], ["kafka-topics", "--bootstrap-server", self.brokers, "--list"]]
        if Cli.server:
            commands.append(["log", "dump", f"{self.home.name}/data", "--data"])
            commands.append(["kafka-dump-log", "--files", f"{self.home.name}/data/{topic}-0/{'0' * 20}.log"])
        for words in commands:
            out, into = os.pipe()
            os.close(out)
            with self.subTest(words), open(into, "wb") as nobody_reads:
                ended = self.start(*words, stdout=nobody_reads, stderr=subprocess.PIPE)
                self.assertEqual((ended.wait(60), ended.stderr.read()), (FAILED, b""))


class Consuming(Cli):
    def test_a_full_disk_is_told(self):
        topic = self.filled(["x" * 100] * 1000)
        with open("/dev/full", "wb") as full:
            reader = self.start("consume", topic, stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(reader.wait(60), FAILED)
        self.assertIn(os.strerror(28), reader.stderr.read().decode())

    def test_a_slow_pipe_loses_nothing(self):
        topic = self.filled(range(50_000))
        reader = self.start("consume", topic, stdout=subprocess.PIPE)
        values = reader.stdout.read().split()
        self.assertEqual(reader.wait(60), 0)
        self.assertEqual(len(values), 50_000)

    def test_an_interrupt_ends_who_writes_into_a_full_pipe(self):
        topic, group = self.filled(range(200_000)), self.fresh("group")
        out, into = os.pipe()
        reader = self.start("consume", topic, "-g", group, "-o", "start", stdout=into)
        while select.select([], [into], [], 0)[1]:
            self.assertIsNone(reader.poll())
        reader.send_signal(signal.SIGINT)
        self.assertEqual(reader.wait(60), INTERRUPTED)
        os.close(into)
        with open(out, "rb") as printed:
            lines = len(printed.read().splitlines())
        rows = self.does("group", "describe", group, "--format", "json").json()["partitions"]
        self.assertLessEqual(max((row["committed_offset"] or 0 for row in rows), default=0), lines)

    def test_an_interrupt_ends_a_follower(self):
        topic = self.filled(["x"])
        reader = self.start("consume", topic, "--follow", stdout=subprocess.PIPE)
        self.assertEqual(reader.stdout.readline(), b"x\n")
        reader.send_signal(signal.SIGINT)
        self.assertEqual(reader.wait(60), INTERRUPTED)
