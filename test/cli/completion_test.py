"""Completion: what the program proposes, and what bash, zsh and fish make of it."""

import os
import pty
import select
import shutil
import subprocess
import unittest

from cli import SECONDS, Cli


class Completion(Cli):
    def test_completion_names_topics(self):
        topic = self.topic()
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("weir", self.does("completion", shell).out)
        other = self.fresh("group").replace("group", "other")
        self.does("topic", "create", other)
        words = self.does("__complete", "topic", "describe", topic[:-1]).out.split()
        self.assertIn(topic, words)
        self.assertNotIn(other, words)
        self.assertIn("describe", self.does("__complete", "topic", "desc").out.split())

    def test_completion_in_bash_knows_words_with_colons(self):
        topic = self.topic()
        line = f"weir consume -b {self.brokers} {topic[:-1]}"
        self.assertIn(topic, self.completed(line))
        colon = f"weir topic trim {topic}:"
        self.assertEqual([word for word in self.completed(colon) if word.startswith(topic)], [])

    def completed(self, line):
        """What bash is given for this line; it ends words at colons, too."""
        script = """
            PATH="$(dirname "$WEIR"):$PATH"; source <("$WEIR" completion bash); compopt() { :; }
            COMP_LINE="$LINE_TYPED" COMP_POINT=${#LINE_TYPED}
            read -ra COMP_WORDS <<< "${LINE_TYPED//:/ : }"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _weir; printf '%s\n' "${COMPREPLY[@]}"
        """
        env = {**self.environment(None), "WEIR": str(self.weir), "LINE_TYPED": line}
        return subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True, timeout=60, check=True).stdout.split()

    def shell_environment(self):
        """The program under its own name is on the path, so that its script finds it."""
        return {**self.environment(None), "PATH": f"{os.path.dirname(self.weir)}:{os.environ['PATH']}", "TERM": "dumb"}

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_completion_in_fish(self):
        for line, expected in self.lines_and_words():
            script = f'weir completion fish | source; complete -C "{line}"'
            done = subprocess.run(["fish", "--no-config", "-c", script], env=self.shell_environment(), capture_output=True, text=True, timeout=SECONDS, check=True)
            self.assertEqual((done.stdout.split(), done.stderr), ([expected], ""), line)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_completion_in_zsh(self):
        shell = Terminal(["zsh", "-f", "-i"], self.shell_environment())
        self.addCleanup(shell.end)
        shell.type("PS1=; stty columns 500; autoload -U compinit; compinit -u -D; source <(weir completion zsh); echo rea''dy\n")
        shell.read_until("ready")
        for line, expected in self.lines_and_words():
            shell.type(line + "\t")
            shell.read_until(line.rpartition(" ")[0] + f" {expected} ")
            shell.type("\x15")  # Ctrl-U: the line is empty again

    def lines_and_words(self):
        """What is typed, and the one word that its last one becomes."""
        topic, file = self.fresh("shell") + "-topic", self.file("x")
        file = file.rename(file.with_name(file.name + "-named"))
        self.does("topic", "create", topic)
        return (
            ("weir topic desc", "describe"),
            (f"weir topic describe {topic[:-3]}", topic),
            ("weir topic create --part", "--partitions"),
            (f"weir produce {topic} {str(file)[:-3]}", str(file)),
        )


class Terminal:
    """A program that a person types to."""

    def __init__(self, words, environment):
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            os.execvpe(words[0], words, environment)

    def type(self, text):
        os.write(self._screen, text.encode())

    def read_until(self, words):
        shown = ""
        while words not in shown:
            if not select.select([self._screen], [], [], SECONDS)[0]:
                raise AssertionError(f"{words!r} does not come; shown is {shown!r}")
            shown += os.read(self._screen, 4096).decode(errors="replace")

    def end(self):
        os.close(self._screen)  # hangs up
        os.waitpid(self._pid, 0)
