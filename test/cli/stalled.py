"""A broker of our own that no longer answers."""

import pathlib
import signal
import subprocess
import tempfile

import program
from cli import Cli


class StalledBroker(Cli):
    """It is stopped with SIGSTOP; its topic is t."""

    def setUp(self):
        home = tempfile.TemporaryDirectory(prefix="weir-cli-")
        self.addCleanup(home.cleanup)
        self.broker = program.Program(self.weir, "--data", home.name, "--listen", "127.0.0.1:0", "--set", "group.initial.rebalance.delay.ms=0")
        self.addCleanup(self.let_go)
        self.address = f"127.0.0.1:{self.broker.port()}"
        self.does("topic", "create", "t", brokers=self.address)

    def let_go(self):
        self.go_on()
        self.assertEqual(self.broker.stop(), 0)

    def stall(self):
        self.broker.process.send_signal(signal.SIGSTOP)
        while "State:\tT" not in pathlib.Path(f"/proc/{self.broker.process.pid}/status").read_text():
            pass

    def go_on(self):
        self.broker.process.send_signal(signal.SIGCONT)

    def writer(self, *words, delivered=1):
        """Who has delivered one record, whose broker is stalled then, and who has read three more."""
        writer = self.start("produce", "t", *words, brokers=self.address, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        self.give(writer, b"one\n" * delivered)
        while len(self.does("consume", "t", brokers=self.address).out.split()) < delivered:
            pass  # each look is an exchange with the broker
        self.stall()
        self.give(writer, b"two\nthree\nfour\n")
        return writer
