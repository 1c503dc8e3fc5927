"""Kafka's console tools by the names that `weir compat install` links: what they read is delivered, what they printed is
committed. (What they print is compared with the originals in test/interop; closed_output_test.py closes their output.)"""

import pathlib
import re
import signal
import socket
import subprocess

from cli import DONE, INTERRUPTED, Cli
from stalled import StalledBroker


class ConsoleTools(Cli):
    def tool(self, name, *words, **streams):
        place = f"{self.home.name}/names"
        self.does("compat", "install", place)
        return self.start("--bootstrap-server", self.brokers, *words, program=f"{place}/{name}", **streams)

    def consumer(self, name, topic, group):
        words = ("--topic", topic, "--group", group, "--from-beginning")
        return self.tool(name, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def lag(self, group):
        (row,) = self.does("group", "lag", group, "--format", "json").json()
        return row["lag"]

    def test_an_interrupted_consumer_has_committed_what_it_printed(self):
        topic = self.filled(range(5))
        for name in ("kafka-console-consumer", "kafka-console-consumer.sh"):
            with self.subTest(name):
                group = self.fresh("group")
                reader = self.consumer(name, topic, group)
                self.assertEqual([reader.stdout.readline() for _ in range(5)], [b"%d\n" % n for n in range(5)])
                reader.send_signal(signal.SIGINT)
                out, err = reader.communicate(timeout=60)
                self.assertEqual((reader.returncode, out), (INTERRUPTED, b""))
                self.assertIn("Processed a total of 5 messages", err.decode())
                self.assertEqual(self.lag(group), 0)

    def test_a_consumer_that_printed_enough_commits_no_more(self):
        topic, group = self.filled(range(10)), self.fresh("group")
        words = ("--topic", topic, "--group", group, "--from-beginning", "--max-messages", 4)
        reader = self.tool("kafka-console-consumer", *words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertEqual((reader.communicate(timeout=60)[0], reader.returncode), (b"0\n1\n2\n3\n", DONE))
        self.assertEqual(self.lag(group), 6)

    def test_an_interrupted_producer_has_delivered_what_it_read(self):
        for name in ("kafka-console-producer", "kafka-console-producer.sh"):
            with self.subTest(name):
                topic = self.topic()
                writer = self.tool(name, "--topic", topic, stdin=subprocess.PIPE)
                # Before a broker has answered it would end at once.
                self.give(writer, b"zero\n")
                self.assertEqual(self.does("consume", topic, "-n", 1).out, "zero\n")
                self.give(writer, b"one\ntwo\nthree\n")
                writer.send_signal(signal.SIGINT)
                self.assertEqual(writer.wait(60), INTERRUPTED)
                self.assertEqual(self.does("consume", topic).out, "zero\none\ntwo\nthree\n")

    def test_a_producer_that_is_interrupted_before_a_broker_answered_says_what_it_did_not_deliver(self):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            words = ("kafka-console-producer", "--bootstrap-server", "127.0.0.1:%d" % deaf.getsockname()[1], "--topic", "t")
            writer = self.start(*words, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
            writer.stdin.write(b"one\n")
            writer.stdin.flush()
            with deaf.accept()[0]:  # to ask about the line's topic
                writer.send_signal(signal.SIGINT)
                _, err = writer.communicate(timeout=60)
        self.assertEqual(writer.returncode, INTERRUPTED)
        self.assertIn("ERROR Error when sending message to topic t with key: null, value: 3 bytes with error:", err.decode())

    def test_a_producer_whose_output_is_closed_delivers_what_it_read(self):
        topic = self.topic()
        place = f"{self.home.name}/names"
        self.does("compat", "install", place)
        words = [f"{place}/kafka-console-producer", "--bootstrap-server", self.brokers, "--topic", topic]
        script = '"$@" >&-'
        ended = subprocess.run(["bash", "-c", script, "-", *words], input=b"one\ntwo\n", env=self.environment(), capture_output=True, timeout=60)
        self.assertEqual((ended.returncode, ended.stderr), (DONE, b""))
        self.assertEqual(self.does("consume", topic).out, "one\ntwo\n")


class ConsoleToolsAndASlowBroker(StalledBroker):
    def test_an_interrupted_producer_delivers_when_the_broker_comes_back(self):
        words = ("kafka-console-producer", "--bootstrap-server", self.address, "--topic", "t")
        writer = self.start(*words, stdin=subprocess.PIPE)
        self.give(writer, b"one\n")
        while not self.does("consume", "t", brokers=self.address).out:
            pass  # each look is an exchange with the broker
        self.stall()
        self.give(writer, b"two\nthree\nfour\n")
        writer.send_signal(signal.SIGINT)
        while self.is_pending(writer.pid, signal.SIGINT):
            pass
        self.go_on()
        self.assertEqual(writer.wait(60), INTERRUPTED)
        self.assertEqual(self.does("consume", "t", brokers=self.address).out, "one\ntwo\nthree\nfour\n")

    @staticmethod
    def is_pending(pid, number):
        """It was sent, and nobody has taken it."""
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(re.search(r"ShdPnd:\t(\w+)", status).group(1), 16) >> (number - 1) & 1
