"""The real program on disks that fail: disk_faults_test.py WEIR FAULTY_DISK [unittest's arguments].

FAULTY_DISK is the library of faulty_disk.cc. Each test fails unless what it ordered has been injected.
"""

import mmap
import os
import shutil
import struct
import subprocess
import sys
import unittest

from disk import SECONDS, Disk

FAULTY_DISK = ""
READS, WRITES, SYNCS, PIECES = range(4)
MANY = 1 << 40


class Orders:
    """What is to fail, shared with the program."""

    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(64))
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 64)

    def fail(self, kind, count):
        struct.pack_into("=q", self._memory, 8 * kind, count)

    def failed(self, kind):
        return struct.unpack_from("=q", self._memory, 32 + 8 * kind)[0]


class FaultyDisk(Disk):
    def setUp(self):
        super().setUp()
        self.orders = Orders(self.home / "orders")

    def faults(self, chosen):
        """Calls on files whose path has this in it fail as ordered."""
        return {"LD_PRELOAD": FAULTY_DISK, "FAULTY_DISK": str(self.orders.path), "FAULTY_DISK_PATH": chosen}


class Broken(FaultyDisk):
    def breaks(self, kind, word):
        """One call fails while producing: nothing of it is acknowledged, the program ends, a start serves what was acknowledged."""
        broken = self.start(env=self.faults("/t-0/"))
        self.weir("topic", "create", "t")
        self.produce("t", range(1000))
        self.orders.fail(kind, 1)
        self.assertNotEqual(self.produce("t", [1000], code=None).returncode, 0)
        self.assertEqual(broken.wait(), 1, broken.text())
        self.assertEqual(self.orders.failed(kind), 1)
        self.assertIn("t-0", broken.text())
        self.assertIn(word, broken.text())
        mended = self.start()
        found = self.begins_with("t", range(1000))
        self.produce("t", [2000])
        self.assertEqual(self.values("t"), [*found, 2000])
        self.assertEqual(mended.stop(), 0)

    def test_a_sync_that_fails_ends_it_and_loses_nothing(self):
        self.breaks(SYNCS, "sync")

    def test_a_write_that_fails_ends_it_and_loses_nothing(self):
        self.breaks(WRITES, "writ")

    def test_reads_that_fail_stop_only_readers_of_that_file(self):
        running = self.start(env=self.faults("/t-0/0"))
        self.weir("topic", "create", "t", "u")
        self.produce("t", range(100))
        self.produce("u", range(100))
        self.orders.fail(READS, MANY)
        reader = subprocess.Popen(self.command("consume", "t", "-n", 200), stdout=subprocess.PIPE)
        self.addCleanup(reader.stdout.close)
        self.addCleanup(reader.kill)
        while not self.orders.failed(READS):
            self.assertIsNone(running.process.poll())
        self.assertEqual(self.values("u"), list(range(100)))
        self.produce("t", range(100, 200))
        self.orders.fail(READS, 0)
        self.assertEqual([int(value) for value in reader.stdout.read().split()], list(range(200)))
        self.assertEqual(reader.wait(SECONDS), 0)
        self.assertEqual(self.values("t"), list(range(200)))
        self.assertEqual(running.stop(), 0)

    def test_metadata_that_cannot_be_read_refuses_to_start_and_deletes_nothing(self):
        running = self.start()
        self.weir("topic", "create", "t")
        self.produce("t", range(100))
        running.kill()
        before = {path: path.read_bytes() for path in self.data.rglob("*") if path.is_file()}
        self.orders.fail(READS, MANY)
        refused = self.start_with(self.faults("__cluster_metadata-0/0"))
        self.assertNotEqual(refused.wait(), 0)
        self.assertGreater(self.orders.failed(READS), 0)
        self.assertIn("__cluster_metadata", refused.text())
        after = {path: path.read_bytes() for path in self.data.rglob("*") if path.is_file()}
        self.assertEqual([path for path in before if path.suffix == ".log" and after.get(path) != before[path]], [])
        self.start()
        self.assertEqual(self.values("t"), list(range(100)))


class Interrupted(FaultyDisk):
    def test_what_is_read_and_written_in_pieces_is_whole(self):
        self.orders.fail(PIECES, MANY)
        for _ in range(2):
            running = self.start(env=self.faults("/data/"))
            self.weir("topic", "create", "t", "--if-not-exists")
            before = self.values("t")
            for batch in range(5):
                self.produce("t", range(1000 * batch, 1000 * batch + 1000))
            self.assertEqual(self.values("t"), [*before, *range(5000)])
            running.kill()
        self.assertGreater(self.orders.failed(PIECES), 100)
        mended = self.start()
        self.assertEqual(self.values("t"), [*range(5000), *range(5000)])
        self.assertEqual(mended.stop(), 0)


class Copies(Disk):
    def test_an_old_copy_serves_what_it_has(self):
        running = self.start()
        self.weir("topic", "create", "t")
        self.produce("t", range(100))
        self.assertEqual(running.stop(), 0)
        shutil.copytree(self.data, self.home / "copy")
        running = self.start()
        self.produce("t", range(100, 200))
        self.assertEqual(running.stop(), 0)
        shutil.rmtree(self.data)
        (self.home / "copy").rename(self.data)
        self.start()
        self.assertEqual(self.values("t"), list(range(100)))
        self.produce("t", [7])
        self.assertEqual(self.values("t"), [*range(100), 7])


class Damaged(Disk):
    """Files that something else has changed while the program was stopped: six batches of three records."""

    SETTINGS = ("--set", "log.index.interval.bytes=50")
    BATCHES, RECORDS = 6, 3

    def setUp(self):
        super().setUp()
        running = self.start(*self.SETTINGS)
        self.weir("topic", "create", "t", "u")
        self.produce("u", range(10))
        self.starts = []
        for batch in range(self.BATCHES):
            self.starts.append(self.file("log").stat().st_size)
            self.produce("t", range(batch * self.RECORDS, (batch + 1) * self.RECORDS))
        self.assertEqual(running.stop(), 0)
        self.starts.append(self.file("log").stat().st_size)
        shutil.copytree(self.data, self.home / "good")

    def file(self, suffix):
        return self.data / "t-0" / f"{0:020}.{suffix}"

    def damage(self, path, at):
        """Starts the program with one byte of a good copy changed."""
        shutil.rmtree(self.data)
        shutil.copytree(self.home / "good", self.data)
        content = bytearray(path.read_bytes())
        content[at] ^= 0x55
        path.write_bytes(content)
        return self.start(*self.SETTINGS)

    def read(self, positions, code=None):
        """(offset, value) of what a reader is given."""
        ended = self.weir("consume", "t", "-o", positions, "-f", "%o %v", "--timeout", "300ms", code=code)
        return [tuple(map(int, line.split())) for line in ended.stdout.splitlines()], ended

    def all(self, first=0):
        return [(number, number) for number in range(first, self.BATCHES * self.RECORDS)]

    def test_only_the_damaged_batch_is_refused(self):
        running = self.damage(self.file("log"), self.starts[3] - 2)
        found, ended = self.read("start", code=3)
        self.assertEqual(found, self.all()[:6])
        self.assertIn("KAFKA_STORAGE_ERROR", ended.stderr.decode())
        self.assertEqual(self.read("9", code=0)[0], self.all(9))
        self.produce("t", [18])
        self.assertEqual(self.read("18", code=0)[0], [(18, 18)])
        self.assertEqual(self.values("u"), list(range(10)))
        self.assertEqual(running.stop(), 0)
        self.assertEqual(running.text().count("is damaged"), 1)
        self.assertIn(f"{self.file('log').name}: the batch at position {self.starts[2]} (offset 6) is damaged", running.text())

    def test_no_damaged_byte_of_a_log_gives_a_reader_anything_that_was_not_written(self):
        # Not the last two: where a start has to walk through them, a damaged header refuses the partition.
        for at in range(7, self.starts[4], 23):
            with self.subTest(at=at):
                running = self.damage(self.file("log"), at)
                batch = max(i for i, start in enumerate(self.starts) if start <= at)
                before = self.read(f"0:{batch * self.RECORDS}")[0]
                self.assertEqual(before, self.all()[: batch * self.RECORDS])
                self.assertEqual(self.read(str((batch + 1) * self.RECORDS))[0], self.all((batch + 1) * self.RECORDS))
                # A leader epoch is not under the checksum, and no reader is misled by it.
                through = self.read("start")[0]
                self.assertEqual(through, self.all()[: len(through)])
                self.assertEqual(self.values("u"), list(range(10)))
                self.assertEqual(running.stop(), 0)

    def test_damaged_metadata_refuse_to_start_and_delete_nothing(self):
        log = next((self.data / "__cluster_metadata-0").glob("*.log"))
        files = sorted(path.relative_to(self.data) for path in self.data.rglob("*.log"))
        refused = 0
        for at in range(5, log.stat().st_size, 61):
            with self.subTest(at=at):
                try:
                    running = self.damage(log, at)
                except AssertionError as ended:
                    refused += 1
                    self.assertIn("__cluster_metadata-0", str(ended))
                    self.assertEqual(sorted(path.relative_to(self.data) for path in self.data.rglob("*.log")), files)
                    continue
                # Nothing of it was needed: a snapshot says it, or it is a leader epoch.
                self.assertEqual(self.read("start", code=0)[0], self.all())
                self.assertEqual(running.stop(), 0)
        self.assertGreater(refused, 0)

    def test_no_damaged_byte_of_an_index_matters(self):
        snapshot = next((self.data / "t-0").glob("*.snapshot"))
        for path in (self.file("index"), self.file("timeindex"), snapshot):
            for at in range(0, path.stat().st_size, 11):
                with self.subTest(path=path.name, at=at):
                    running = self.damage(path, at)
                    self.assertEqual(self.read("start", code=0)[0], self.all())
                    self.assertEqual(self.read("7", code=0)[0], self.all(7))
                    self.assertEqual(running.stop(), 0)


class Full(Disk):
    def setUp(self):
        super().setUp()
        self.disk = self.home / "disk"
        self.data = self.disk / "data"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "weir-test", str(self.disk)], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no file system can be mounted here: " + mounted.stderr.decode().strip())
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.disk)], check=True)

    def test_a_file_system_that_is_full_takes_records_again_once_it_has_room(self):
        ballast = self.disk / "ballast"
        ballast.write_bytes(bytes(40 << 20))
        running = self.start("--set", "log.segment.bytes=4194304")
        self.weir("topic", "create", "t")
        delivered, big = 0, "x" * 100_000
        for number in range(100):
            if self.produce("t", [f"{number}{big}"] * 10, code=None).returncode != 0:
                break
            delivered += 10
        self.assertLess(delivered, 1000, "it was never full")
        self.assertGreater(delivered, 0)
        full = len(self.weir("consume", "t").stdout.splitlines())
        self.assertGreaterEqual(full, delivered)
        ballast.unlink()
        self.produce("t", ["again"])
        running.kill()
        self.start()
        lines = self.weir("consume", "t").stdout.splitlines()
        self.assertGreaterEqual(len(lines), delivered + 1)
        self.assertEqual(lines[-1], b"again")


if __name__ == "__main__":
    Disk.weir_program, FAULTY_DISK = (os.path.abspath(path) for path in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
