"""`weir` as somebody types it: arguments, standard input, what it prints, how it ends. One broker serves all the tests:
a `weir server` of our own, or the one that --brokers names (test/interop runs them against Apache Kafka so)."""

import array
import fcntl
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import termios
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

import program  # noqa: E402

SECONDS = 60
DONE, FAILED, USAGE, UNREACHABLE, NOT_FOUND, PARTIAL, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

_names = itertools.count(1)


class Ended:
    """How a command ended."""

    def __init__(self, code, out, err):
        self.code, self.bytes, self.out, self.err = code, out, out.decode(errors="replace"), err.decode(errors="replace")

    def json(self):
        return json.loads(self.out)

    def objects(self):
        """One a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Cli(unittest.TestCase):
    weir = None  # the program under test
    brokers = None
    server = None

    @classmethod
    def begin(cls, weir, brokers):
        Cli.weir, Cli.brokers = os.path.abspath(weir), brokers
        Cli.home = tempfile.TemporaryDirectory(prefix="weir-cli-")
        if brokers is None:
            settings = ("--set", "group.initial.rebalance.delay.ms=0")
            Cli.server = program.Program(Cli.weir, "--data", f"{Cli.home.name}/data", "--listen", "127.0.0.1:0", *settings)
            Cli.brokers = f"127.0.0.1:{Cli.server.port()}"

    @classmethod
    def end(cls):
        if Cli.server:
            assert Cli.server.stop() == 0, Cli.server.text()
        Cli.home.cleanup()

    def environment(self, brokers=None, **changes):
        """What a command finds; a variable that is changed to None is not there."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("WEIR_", "XDG_"))}
        ours = {"WEIR_BROKERS": brokers or self.brokers, "XDG_CONFIG_HOME": f"{self.home.name}/config"}
        return {name: value for name, value in {**clean, **ours, **changes}.items() if value is not None}

    def start(self, *arguments, program=None, brokers=None, variables=(), **streams):
        """A command that runs beside the test; ended at the test's end at the latest."""
        environment = self.environment(brokers, **dict(variables))
        started = subprocess.Popen([program or self.weir, *map(str, arguments)], env=environment, **streams)
        self.addCleanup(self.reap, started)
        return started

    @staticmethod
    def reap(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()

    def give(self, reader, lines):
        """Writes into a command's input until it has read them."""
        reader.stdin.write(lines)
        reader.stdin.flush()
        unread = array.array("i", [1])
        while unread[0]:
            fcntl.ioctl(reader.stdin, termios.FIONREAD, unread)
        self.does("version")  # what was read is on its way when another program has come and gone

    def run_weir(self, *arguments, input=b"", **options):
        given = input.encode() if isinstance(input, str) else input
        pipe = subprocess.PIPE
        started = self.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe, **options)
        out, err = started.communicate(given, SECONDS)
        return Ended(started.returncode, out, err)

    def does(self, *arguments, **options):
        """The command ends with 0 and says nothing on standard error that is not asked for."""
        return self.ends(DONE, *arguments, **options)

    def ends(self, code, *arguments, says=(), **options):
        """The command ends with this code, and its standard error has these words."""
        ended = self.run_weir(*arguments, **options)
        self.assertEqual(ended.code, code, f"weir {' '.join(map(str, arguments))}\n{ended.out}{ended.err}")
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, ended.err)
        return ended

    def comes(self, look, expected):
        """Looks until this is seen: Apache Kafka answers a change of settings that its broker may still be at work on."""
        end = time.monotonic() + SECONDS
        while (seen := look()) != expected and time.monotonic() < end:
            pass  # each look is an exchange with the broker
        self.assertEqual(seen, expected)

    def fresh(self, kind):
        return f"{kind}-{next(_names)}"

    def topic(self, partitions=1, **configs):
        name = self.fresh("topic")
        settings = [word for key, value in configs.items() for word in ("--config", f"{key.replace('_', '.')}={value}")]
        self.does("topic", "create", name, "-p", partitions, *settings)
        return name

    def filled(self, values, partitions=1):
        """A topic with these values, one a record."""
        name = self.topic(partitions)
        self.does("produce", name, "-q", input="".join(f"{value}\n" for value in values))
        return name

    def file(self, content):
        path = pathlib.Path(self.home.name) / self.fresh("file")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def table(text):
    """The rows of a table as dictionaries by heading, cells being apart by two spaces or more."""
    import re

    lines = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]
    return [dict(zip(lines[0], cells)) for cells in lines[1:]]
