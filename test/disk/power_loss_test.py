"""The real program whose machine loses its power: power_loss_test.py WEIR SYNCED_COPY [unittest's arguments].

SYNCED_COPY is the library of synced_copy.cc. Nothing but what the program has synced is sure to be there afterwards.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import unittest

import power
from disk import Disk

SYNCED_COPY = ""
SETTINGS = ("log.segment.bytes=1048576", "log.index.interval.bytes=512", "group.initial.rebalance.delay.ms=0")


def padded(values):
    """So that segments are soon full."""
    return [f"{value:<700}" for value in values]


class PoweredDisk(Disk):
    def setUp(self):
        super().setUp()
        self.data.mkdir()
        self.copy = self.home / "synced"

    def power_on(self, *arguments):
        shutil.rmtree(self.copy, ignore_errors=True)
        self.copy.mkdir()
        env = {"LD_PRELOAD": SYNCED_COPY, "SYNCED_COPY_OF": str(self.data), "SYNCED_COPY": str(self.copy)}
        self.running = self.start(*(word for setting in SETTINGS for word in ("--set", setting)), *arguments, env=env)
        return self.running

    def produce(self, topic, values):
        return self.weir("produce", topic, "-q", input="".join(f"{value}\n" for value in values))

    def lose_power(self, chance=None):
        """How many files and names are not as they were."""
        self.running.kill()
        loss = power.Loss(self.copy, chance)
        shutil.rmtree(loss.strike(self.data))
        return loss.changed

    def lie_about(self, part):
        (self.copy / "lies").write_text(part)

    def lies(self):
        lied = self.copy / "lied"
        return lied.stat().st_size if lied.exists() else 0


class PowerLost(PoweredDisk):
    """Lives of one node, each ended while a producer is at work. What was not synced is lost, or chance decides."""

    LIVES = 8

    def setUp(self):
        super().setUp()
        self.acknowledged, self.under_way, self.committed, self.topics = [], set(), 0, ["t"]

    def test_nothing_that_was_acknowledged_goes_with_it(self):
        self.live(lambda life: None)

    def test_nothing_that_was_acknowledged_goes_when_some_of_the_rest_stays(self):
        self.live(random.Random)

    def live(self, chance_of):
        changed = 0
        for life in range(self.LIVES):
            self.power_on("--shards", 1 + life % 2)
            if life == 0:
                self.weir("topic", "create", "t")
            self.judge()
            self.work(life)
            self.be_interrupted(life)
            changed += self.lose_power(chance_of(life))
        self.power_on()
        self.judge()
        self.assertEqual(self.running.stop(), 0)
        self.assertGreater(changed, 0, "everything had been synced")

    def judge(self):
        found = self.values("t")
        sure = set(self.acknowledged)
        self.assertEqual([value for value in found if value in sure], self.acknowledged)
        rest = [value for value in found if value not in sure]
        self.assertEqual((len(rest), set(rest) - self.under_way), (len(set(rest)), set()))
        self.assertEqual([topic for topic in self.topics if topic not in self.weir("topic", "list", "--format", "json").stdout.decode()], [])
        if self.committed:
            self.assertGreaterEqual(self.commit_of_the_group(), self.committed)

    def work(self, life):
        for batch in range(3):
            first = 1_000_000 * life + 1000 * batch
            values = range(first, first + 500)
            self.produce("t", padded(values))
            self.acknowledged += values
        self.weir("consume", "t", "-g", "readers", "-o", "start", "-n", 700)
        self.committed = self.commit_of_the_group()
        self.topics.append(f"topic-of-life-{life}")
        self.weir("topic", "create", self.topics[-1])

    def commit_of_the_group(self):
        (row,) = json.loads(self.weir("group", "describe", "readers", "--format", "json").stdout)["partitions"]
        return row["committed_offset"]

    def be_interrupted(self, life):
        """A producer has had some of its records written when the power goes."""
        values = range(1_000_000 * life + 500_000, 1_000_000 * life + 510_000)
        self.under_way |= set(values)
        before = self.bytes_written()
        writer = subprocess.Popen(
            self.command("produce", "t", "-q", "-X", "batch.size=5000"), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.addCleanup(writer.kill)
        writer.stdin.write("\n".join(padded(values)))
        writer.stdin.flush()
        while self.bytes_written() < before + 20_000:
            self.assertIsNone(writer.poll())
        self.running.kill()
        writer.kill()
        writer.communicate()

    def bytes_written(self):
        return sum(path.stat().st_size for path in (self.data / "t-0").glob("*.log"))


class Lying(PoweredDisk):
    """Syncs that say that they were done. What they were for goes with the power."""

    def fill(self, part):
        self.power_on()
        self.weir("topic", "create", "t", "u")
        self.produce("t", range(100))
        self.produce("u", range(100))
        self.lie_about(part)
        self.produce("t", range(100, 200))

    def go_on_without_what_it_lied_about(self):
        self.lose_power()
        self.assertGreater(self.lies(), 0)
        self.power_on()
        self.assertEqual(self.values("t"), list(range(100)))
        self.produce("t", [7])
        self.assertEqual(self.values("t"), [*range(100), 7])
        self.assertEqual(self.values("u"), list(range(100)))
        self.assertEqual(self.running.stop(), 0)

    def test_one_that_lies_about_everything_leaves_an_old_copy(self):
        self.fill("")
        self.go_on_without_what_it_lied_about()

    def test_one_that_lies_about_a_log_is_found_out(self):
        self.fill("/t-0/")
        self.assertEqual(self.running.stop(), 0)
        self.go_on_without_what_it_lied_about()
        self.assertIn("t-0: the log ends at offset 100, below its recovery point 200", self.running.text())


if __name__ == "__main__":
    Disk.weir_program, SYNCED_COPY = (os.path.abspath(path) for path in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
