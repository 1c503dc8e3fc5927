"""Completion: what the program proposes, and what bash, zsh and fish make of it."""

import os
import shutil
import socket
import subprocess
import unittest

from cli import SECONDS, Cli
from terminal import Terminal


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

    def test_completion_names_groups(self):
        topic, group = self.filled(["x"]), self.fresh("named") + "-group"
        self.does("consume", topic, "-g", group, "-n", 1)
        for words in (("group", "describe"), ("group", "reset"), ("consume", topic, "-g"), ("consume", topic, "--group")):
            self.assertEqual(self.proposed(*words, group[:-1]), [group], words)
        self.assertEqual(self.in_time(lambda: self.completed(f"weir group lag {group[:-3]}")), [group])

    def test_nothing_is_proposed_and_nothing_said_when_no_broker_answers(self):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            silent = "127.0.0.1:%d" % deaf.getsockname()[1]
            for brokers in ("127.0.0.1:1", silent):
                for words in (("topic", "describe", ""), ("group", "describe", "")):
                    ended = self.does("__complete", *words, brokers=brokers)
                    self.assertEqual((ended.out, ended.err), ("", ""), (brokers, words))

    def test_the_cluster_in_the_line_is_asked(self):
        topic = self.topic()
        profiles = {"XDG_CONFIG_HOME": f"{self.home.name}/{self.fresh('config')}"}
        self.does("profile", "create", "there", "-b", self.brokers, variables=profiles)
        self.does("profile", "create", "nowhere", "-b", "127.0.0.1:1", variables=profiles)
        nowhere = {**profiles, "WEIR_BROKERS": "127.0.0.1:1"}
        for there, elsewhere in (
            (["-b", self.brokers], ["-b", "127.0.0.1:1"]),
            (["--brokers", self.brokers], ["--brokers", "127.0.0.1:1"]),
            (["--bootstrap-server", self.brokers], ["--bootstrap-server", "127.0.0.1:1"]),
            (["--profile", "there"], ["--profile", "nowhere"]),
            ([f"--brokers={self.brokers}"], ["--brokers=127.0.0.1:1"]),
            ([f"-b{self.brokers}"], ["-b127.0.0.1:1"]),
            (["-X", f"bootstrap.servers={self.brokers}"], ["-X", "bootstrap.servers=127.0.0.1:1"]),
            (["--profile=there"], ["--profile=nowhere"]),
        ):
            with self.subTest(there):
                self.assertIn(topic, self.proposed("topic", "describe", *there, topic[:-1], variables=nowhere))
                self.assertEqual(self.does_propose("topic", "describe", *elsewhere, topic[:-1], variables=profiles), [])
        self.assertEqual(self.does_propose("topic", "describe", topic[:-1], variables=nowhere), [])
        self.assertIn(topic, self.proposed("topic", "describe", topic[:-1], variables=profiles))

    def proposed(self, *words, **options):
        """What the program proposes for the last of these words."""
        return self.in_time(lambda: self.does_propose(*words, **options))

    def does_propose(self, *words, **options):
        return self.run_weir("__complete", *words, **options).out.split()

    @staticmethod
    def in_time(ask):
        """Nothing is an answer, too, where the broker took too long: it is asked again."""
        return next((words for words in (ask() for _ in range(10)) if words), [])

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
