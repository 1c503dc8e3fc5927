"""The real program on a data directory of a test's own, and the few commands by which the test asks it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

import program  # noqa: E402

SECONDS = 60


class Disk(unittest.TestCase):
    weir_program = ""  # its path, before the first test

    def setUp(self):
        home = tempfile.TemporaryDirectory(prefix="weir-disk-")
        self.addCleanup(home.cleanup)
        self.home = pathlib.Path(home.name)
        self.data = self.home / "data"

    def start_with(self, env, *arguments):
        started = program.Program(self.weir_program, "--data", self.data, "--listen", "127.0.0.1:0", *arguments, env=env)
        self.addCleanup(started.kill)
        return started

    def start(self, *arguments, env=None):
        started = self.start_with(env, *arguments)
        self.brokers = f"127.0.0.1:{started.port()}"
        return started

    def command(self, *arguments):
        return [self.weir_program, *map(str, arguments), "-b", self.brokers]

    def weir(self, *arguments, input="", code=0):
        ended = subprocess.run(self.command(*arguments), input=input.encode(), capture_output=True, timeout=SECONDS)
        if code is not None:
            self.assertEqual(ended.returncode, code, ended.stderr.decode())
        return ended

    def produce(self, topic, values, **how):
        return self.weir("produce", topic, "-q", "--timeout", "2s", "-X", "delivery.timeout.ms=2000", "-X", "request.timeout.ms=1000",
                         input="".join(f"{value}\n" for value in values), **how)

    def values(self, topic):
        return [int(value) for value in self.weir("consume", topic).stdout.split()]

    def begins_with(self, topic, values):
        found = self.values(topic)
        self.assertEqual(found[: len(values)], list(values))
        return found
