"""The real program where one allocation fails: scarce_memory_test.py WEIR SCARCE_MEMORY [unittest's arguments].

SCARCE_MEMORY is the library of scarce_memory.cc. Which allocation it is differs from round to round: while a start goes on, while
a producer is served, between. The program may live on or end at once, as by kill -9; nothing that it acknowledged may be lost
or doubled, and the next start serves.
"""

import mmap
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

import program  # noqa: E402

WEIR = SCARCE_MEMORY = ""
NEVER = -1
ROUNDS = 12
FEWEST_ENDS = 6
SEED = 50
SECONDS = 60


class Scarce(unittest.TestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory(prefix="weir-memory-")
        self.addCleanup(home.cleanup)
        self.home = pathlib.Path(home.name)
        self.orders_file = self.home / "orders"
        self.orders_file.write_bytes(bytes(16))
        with open(self.orders_file, "r+b") as file:
            self.orders = mmap.mmap(file.fileno(), 16)
        self.next_value = 0

    def fail_after(self, allocations):
        struct.pack_into("=q", self.orders, 0, allocations)

    def failed(self):
        return struct.unpack_from("=q", self.orders, 8)[0]

    def start(self):
        started = program.Program(WEIR, "--data", self.home / "data", "--listen", "127.0.0.1:0",
                                  env={"LD_PRELOAD": SCARCE_MEMORY, "SCARCE_MEMORY": str(self.orders_file)})
        self.addCleanup(started.kill)
        return started

    def ready(self):
        started = self.start()
        self.brokers = f"127.0.0.1:{started.port()}"
        return started

    def weir(self, *arguments, input=""):
        return subprocess.run([WEIR, *arguments, "-b", self.brokers], input=input.encode(), capture_output=True, timeout=SECONDS)

    def produce(self):
        """Ten values; whether all were acknowledged."""
        values = list(range(self.next_value, self.next_value + 10))
        self.next_value += 10
        done = self.weir("produce", "t", "-q", "--timeout", "1s", "-X", "delivery.timeout.ms=600", "-X", "request.timeout.ms=300",
                         input="".join(f"{value}\n" for value in values))
        return values if done.returncode == 0 else []

    def test_an_allocation_that_fails_loses_and_doubles_nothing(self):
        chance = random.Random(SEED)
        self.fail_after(NEVER)
        running = self.ready()
        self.assertEqual(self.weir("topic", "create", "t").returncode, 0)
        acknowledged, ends = self.produce(), 0
        for number in range(ROUNDS):
            if number % 4 == 3:  # a start
                self.fail_after(NEVER)
                running.kill()
                self.fail_after(chance.randrange(1 << chance.randrange(4, 14)))
                running = self.start()
                try:
                    self.brokers = f"127.0.0.1:{running.port()}"
                except AssertionError:
                    ends += 1
                    running.wait()
                    self.fail_after(NEVER)
                    running = self.ready()
            self.fail_after(chance.randrange(1 << chance.randrange(1, 11)))
            acknowledged += self.produce()
            self.fail_after(NEVER)
            acknowledged += self.produce()
            if running.process.poll() is not None:
                ends += 1
                self.assertLess(running.wait(), 0, running.text())  # by a signal, not in some order of its own
                running = self.ready()
                acknowledged += self.produce()
        found = [int(value) for value in self.weir("consume", "t").stdout.split()]
        self.assertEqual(len(found), len(set(found)), "doubled")
        self.assertEqual([value for value in found if value in set(acknowledged)], acknowledged)
        self.assertGreaterEqual(ends, FEWEST_ENDS)
        print(f"{self.failed()} allocations failed, {ends} times the program ended, {len(acknowledged)} records acknowledged")
        self.assertEqual(running.stop(), 0)


if __name__ == "__main__":
    WEIR, SCARCE_MEMORY = (os.path.abspath(path) for path in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
