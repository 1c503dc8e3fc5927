"""Brokers that say nothing, from the start or from some record on: --timeout bounds each wait, and what may have been
written is told."""

import contextlib
import os
import socket
import subprocess

from cli import DONE, PARTIAL, UNREACHABLE, Cli
from stalled import StalledBroker


class SilentFromTheStart(Cli):
    def test_every_command_gives_up_when_its_time_is_over(self):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            address = "127.0.0.1:%d" % deaf.getsockname()[1]
            commands = (
                ("topic", "list"),
                ("topic", "create", "t"),
                ("topic", "describe", "t"),
                ("topic", "delete", "t", "--yes"),
                ("topic", "trim", "t", "--before", "end", "--yes"),
                ("topic", "offsets", "t"),
                ("group", "list"),
                ("group", "describe", "g"),
                ("group", "reset", "g", "t", "--to", "start", "--yes"),
                ("config", "get", "topic/t"),
                ("config", "set", "topic/t", "retention.ms=1h"),
                ("cluster", "info"),
                ("cluster", "health"),
                ("produce", "t"),
                ("consume", "t"),
                ("consume", "t", "-g", "g"),
                ("consume", "t", "--follow"),
                ("bench", "produce", "t", "-n", 1),
                ("bench", "consume", "t"),
                ("bench", "e2e", "t", "-n", 1),
            )
            streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            patient = self.start("topic", "list", "--timeout", "30s", brokers=address, **streams)
            running = [self.start(*words, "--timeout", "200ms", brokers=address, **streams) for words in commands]
            for words, one in zip(commands, running):
                with self.subTest(words):
                    out, err = one.communicate(timeout=60)
                    self.assertEqual(one.returncode, UNREACHABLE, err)
                    self.assertIn("is a broker running there? -b HOST:PORT or WEIR_BROKERS names another", err.decode())
                    self.assertIn(address, err.decode())
                    self.assertEqual(out, b"")
            self.assertIsNone(patient.poll())  # as long as it was told


class SilentInTheMiddle(StalledBroker):
    """The broker stops while `produce` is at work."""

    def ended(self, writer):
        writer.stdin.close()
        writer.wait(60)
        return writer.returncode, writer.stderr.read().decode()

    def test_what_was_under_way_is_said_to_be_in_doubt_when_some_was_delivered(self):
        patient = self.patient()
        writer = self.writer("--timeout", "1s")
        self.give(patient, b"two\n")
        patient.stdin.close()
        code, told = self.ended(writer)
        self.assertEqual(code, PARTIAL, told)
        self.assertRegex(told, r"^1 record delivered, .*; 3 records not delivered, 3 of them may have been written\n")
        self.assertIn("\nweir produce: standard input:2: ", told)
        self.assertIn("not acknowledged within --timeout (1s)", told)
        self.assertIsNone(patient.poll())
        self.go_on()
        code, told = self.ended(patient)
        self.assertEqual(code, DONE)
        self.assertRegex(told, r"^2 records delivered, ")
        there = self.does("consume", "t", brokers=self.address).out.split()
        self.assertEqual(there, ["one", "two", "three", "four"][: len(there)])  # once at most, in order

    def patient(self):
        """Who waits as long as it takes."""
        self.does("topic", "create", "patient", brokers=self.address)
        words = ("produce", "patient", "--timeout", "1h")
        patient = self.start(*words, brokers=self.address, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        self.give(patient, b"one\n")
        return patient

    def test_nothing_delivered_is_unreachable(self):
        fifo = self.file("").with_suffix(".fifo")
        os.mkfifo(fifo)
        writer = self.start("produce", "t", fifo, "--timeout", "1s", brokers=self.address, stderr=subprocess.PIPE)
        with self.once_it_reads(fifo, writer) as lines:  # the topic was found by then
            self.stall()
            lines.write("one\ntwo\n")
        self.assertEqual(writer.wait(60), UNREACHABLE)
        told = writer.stderr.read().decode()
        self.assertRegex(told, r"^0 records delivered, .*; \d records? not delivered")
        self.assertIn(f"weir produce: {fifo}:1: ", told)

    def once_it_reads(self, fifo, reader):
        while True:
            self.assertIsNone(reader.poll())
            with contextlib.suppress(OSError):
                return open(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK), "w")

    def test_without_acknowledgements_nobody_is_waited_for(self):
        code, told = self.ended(self.writer("--acks", 0))
        self.assertEqual(code, DONE, told)
        self.assertRegex(told, r"^4 records delivered, ")
        self.go_on()
        while len(self.does("consume", "t", brokers=self.address).out.split()) < 4:
            pass  # each look is an exchange with the broker

    def test_a_reader_whose_broker_falls_silent_gives_up_and_says_where(self):
        self.does("produce", "t", "-q", input="".join(f"{n}\n" for n in range(200_000)), brokers=self.address)
        words = ("consume", "t", "-X", "max.partition.fetch.bytes=1000", "-X", "fetch.max.bytes=1000", "--timeout", "1s")
        reader = self.start(*words, brokers=self.address, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(reader.stdout.readline(), b"0\n")
        self.stall()
        values = reader.stdout.read().split()
        self.assertEqual(reader.wait(60), UNREACHABLE)
        self.assertIn("nothing more comes of t partition 0", reader.stderr.read().decode())
        self.assertEqual(values, [b"%d" % n for n in range(1, len(values) + 1)])
        self.assertLess(len(values), 199_999)
