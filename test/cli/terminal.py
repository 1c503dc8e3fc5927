"""A terminal with a program on it."""

import contextlib
import os
import pty
import re
import select
import signal

from cli import SECONDS


class Terminal:
    """A program that a person types to."""

    def __init__(self, words, environment):
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            os.execvpe(words[0], words, environment)
        self._code = None

    def type(self, text):
        os.write(self._screen, text.encode())

    def read_until(self, words):
        """What it shows from here on until these words are there."""
        return self.read_until_match(re.escape(words))

    def read_until_match(self, pattern):
        shown = ""
        while not re.search(pattern, shown):
            more = self._read(shown)
            if not more:
                raise AssertionError(f"{pattern!r} does not come; shown is {shown!r}")
            shown += more
        return shown

    def wait(self):
        """What it shows until it ends, with lines as a program writes them, and its exit code."""
        shown = ""
        while more := self._read(shown):
            shown += more
        _, status = os.waitpid(self._pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        return shown.replace("\r\n", "\n"), self._code

    def _read(self, shown):
        """Nothing: it has ended."""
        if not select.select([self._screen], [], [], SECONDS)[0]:
            raise AssertionError(f"nothing more comes; shown is {shown!r}")
        try:
            return os.read(self._screen, 4096).decode(errors="replace")
        except OSError:  # as Linux has it
            return ""

    def end(self):
        os.close(self._screen)  # hangs up
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
