"""Who reads what a consumer prints goes away, or takes nothing: what was printed is committed, no more."""

import fcntl
import os
import re
import select
import signal
import subprocess

from cli import DONE, FAILED, INTERRUPTED, Cli

WIDTH = 100  # of a line
POLL = 10  # records that are printed, and committed, at a time


class ClosedOutput(Cli):
    def setUp(self):
        self.lines = [f"{n:0{WIDTH - 1}}" for n in range(2000)]
        self.source, self.group = self.filled(self.lines), self.fresh("group")

    def reader(self, *words, **options):
        """A consumer that prints into a small pipe; it, and the end that is read."""
        out, into = os.pipe()
        self.room = fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, 1)  # a page
        started = self.start(*words, stdout=into, stderr=subprocess.PIPE, **options)
        os.close(into)
        return started, out

    def weir_reader(self):
        return self.reader("consume", self.source, "-g", self.group, "-X", f"max.poll.records={POLL}")

    def kafka_reader(self):
        """The same by the name of Kafka's tool."""
        place = f"{self.home.name}/{self.fresh('bin')}"
        self.does("compat", "install", place)
        words = ["--bootstrap-server", self.brokers, "--topic", self.source, "--group", self.group, "--from-beginning"]
        return self.reader(*words, "--command-property", f"max.poll.records={POLL}", program=f"{place}/kafka-console-consumer.sh")

    def take(self, out, size):
        """Reads so much, and goes away."""
        taken = b""
        with open(out, "rb", buffering=0) as pipe:
            while len(taken) < size:
                taken += pipe.read(size - len(taken))
        self.assertEqual(taken.decode(), "".join(f"{line}\n" for line in self.lines)[:size])

    def committed(self):
        (row,) = self.does("group", "describe", self.group, "--format", "json").json()["partitions"]
        return row["committed_offset"]

    def check_committed(self, taken):
        """All but the last few that were taken, and what stood in the pipe at most."""
        committed = self.committed()
        self.assertGreaterEqual(committed, (taken - 1) // WIDTH // POLL * POLL)
        self.assertLessEqual(committed, (taken + self.room) // WIDTH)
        return committed

    def test_a_closed_pipe_ends_a_member_that_says_how_far_it_came_and_commits_that(self):
        reader, out = self.weir_reader()
        self.take(out, 25 * WIDTH)
        self.assertEqual(reader.wait(60), FAILED)
        told = reader.stderr.read().decode()
        printed = int(re.fullmatch(r"weir consume: standard output was closed after (\d+) records\n", told).group(1))
        self.assertEqual(self.check_committed(25 * WIDTH), printed)

    def test_the_next_member_goes_on_where_the_one_before_head_ended(self):
        script = 'set -o pipefail; "$@" | head -n 1'
        words = [self.weir, "consume", self.source, "-g", self.group, "-X", f"max.poll.records={POLL}"]
        ended = subprocess.run(["bash", "-c", script, "-", *words], env=self.environment(), capture_output=True, text=True, timeout=60)
        self.assertEqual((ended.returncode, ended.stdout), (FAILED, self.lines[0] + "\n"))
        printed = int(re.fullmatch(r"weir consume: standard output was closed after (\d+) records\n", ended.stderr).group(1))
        self.assertLess(printed, len(self.lines))
        following = self.does("consume", self.source, "-g", self.group, "-n", 1).out
        self.assertEqual(following, self.lines[printed] + "\n")

    def test_a_closed_pipe_ends_who_reads_alone(self):
        for more in ([], ["--follow"]):
            reader, out = self.reader("consume", self.source, *more)
            self.take(out, WIDTH)
            self.assertEqual(reader.wait(60), FAILED)
            self.assertRegex(reader.stderr.read().decode(), r"^weir consume: standard output was closed after \d+ records\n$")

    def test_a_closed_pipe_ends_kafkas_console_consumer_as_it_does_the_original(self):
        reader, out = self.kafka_reader()
        self.take(out, 25 * WIDTH)
        self.assertEqual(reader.wait(60), DONE)
        self.assertIn("Unable to write to standard out, closing consumer.", reader.stderr.read().decode())
        self.check_committed(25 * WIDTH)

    def test_an_interrupt_ends_who_writes_into_a_full_pipe(self):
        for begin in (self.weir_reader, self.kafka_reader):
            with self.subTest(begin.__name__):
                self.group = self.fresh("group")
                reader, out = begin()
                self.fill(reader, out)
                reader.send_signal(signal.SIGINT)
                self.assertEqual(reader.wait(60), INTERRUPTED)
                with open(out, "rb") as printed:
                    lines = printed.read().splitlines()
                self.assertEqual(self.committed(), len(lines))

    @staticmethod
    def fill(reader, out):
        """Until nothing more goes into the pipe."""
        into = os.open(f"/proc/self/fd/{out}", os.O_WRONLY)
        while select.select([], [into], [], 0)[1] and reader.poll() is None:
            pass
        os.close(into)
