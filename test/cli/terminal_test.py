"""What a person at a terminal sees: the question before something is lost, the progress of a file, the summary."""

import re

from cli import DONE, FAILED, INTERRUPTED, Cli
from terminal import Terminal


class Terminals(Cli):
    def terminal(self, *words):
        terminal = Terminal([self.weir, *map(str, words)], self.environment())
        self.addCleanup(terminal.end)
        return terminal

    def topics(self):
        return self.does("topic", "list").out.split()


class Questions(Terminals):
    def answered(self, answer, *words):
        """The question, and how the command ends when this is typed."""
        terminal = self.terminal(*words)
        question = terminal.read_until("Go on? [y/N] ")
        terminal.type(answer)
        shown, code = terminal.wait()
        return question, shown, code

    def test_yes_in_each_spelling_does_it(self):
        for answer in ("y\n", "Y\n", "yes\n"):
            name = self.topic()
            question, _, code = self.answered(answer, "topic", "delete", name)
            self.assertEqual((question, code), (f"This will delete {name} with all records. Go on? [y/N] ", DONE))
            self.assertNotIn(name, self.topics())

    def test_no_or_nothing_or_the_end_of_input_does_nothing(self):
        name = self.topic()
        for answer in ("n\n", "\n", "yess\n", "\x04"):
            _, shown, code = self.answered(answer, "topic", "delete", name)
            self.assertEqual(code, FAILED, answer)
            self.assertIn("weir topic delete: nothing was done\n", shown)
        self.assertIn(name, self.topics())

    def test_an_interrupt_does_nothing(self):
        name = self.topic()
        self.assertEqual(self.answered("\x03", "topic", "delete", name)[2], INTERRUPTED)
        self.assertIn(name, self.topics())

    def test_every_command_that_loses_something_says_what_and_waits_for_an_answer(self):
        topic, group = self.filled(range(6)), self.fresh("group")
        self.does("consume", topic, "-g", group, "-n", 4)
        for words, loss in (
            (("topic", "trim", topic, "--before", 2), "delete the oldest records of 1 partitions"),
            (("group", "reset", group, topic, "--to", "start"), f"move 1 offsets of group {group}"),
            (("group", "delete", group), f"delete {group} with all offsets"),
        ):
            with self.subTest(words):
                question, _, code = self.answered("n\n", *words)
                self.assertEqual((question, code), (f"This will {loss}. Go on? [y/N] ", FAILED))
        (row,) = self.does("group", "describe", group, "--format", "json").json()["partitions"]
        self.assertEqual((row["start_offset"], row["committed_offset"]), (0, 4))
        self.assertEqual(self.answered("y\n", "group", "reset", group, topic, "--to", "1")[2], DONE)
        self.assertEqual(self.does("consume", topic, "-g", group, "-n", 1).out, "1\n")

    def test_who_says_yes_before_or_only_tries_is_not_asked(self):
        name = self.topic()
        for word in ("--dry-run", "--yes"):
            shown, code = self.terminal("topic", "delete", name, word).wait()
            self.assertEqual(code, DONE, shown)
            self.assertNotIn("Go on?", shown)
        self.assertNotIn(name, self.topics())


class Progress(Terminals):
    def test_a_file_shows_how_much_is_acknowledged_at_what_rate_and_what_is_left(self):
        topic, lines = self.topic(), 1000
        file = self.file("".join(f"{n:03}\n" for n in range(lines)))
        terminal = self.terminal("produce", topic, file, "--rate", 200)
        pattern = r"\r\x1b\[K\[(#+)(\.+)\] +(\d+)% (\d+) records delivered, (\d+)/s, (\d+)s left"
        bar = re.search(pattern, terminal.read_until_match(pattern))
        full, empty, percent, delivered, rate, left = bar.groups()
        share, rate = int(delivered) / lines, int(rate)
        self.assertEqual(len(full + empty), 24)
        self.assertEqual((len(full), percent), (int(share * 24), f"{share * 100:.0f}"))
        behind = lines - int(delivered)
        self.assertGreaterEqual(int(left), behind / (rate + 0.5) - 1)  # the rate is rounded, the time cut
        self.assertLessEqual(int(left), behind / max(rate - 0.5, 0.1))
        terminal.type("\x03")
        shown, code = terminal.wait()
        self.assertEqual(code, INTERRUPTED)
        told = int(re.search(r"(?m)^(\d+) records delivered, ", shown).group(1))
        self.assertEqual(len(self.does("consume", topic).out.split()), told)

    def test_it_ends_full_and_the_summary_stands_below(self):
        shown, code = self.terminal("produce", self.topic(), self.file("a\nb\nc\n")).wait()
        self.assertEqual(code, DONE)
        self.assertRegex(shown, r"\[#{24}\] 100% 3 records delivered, .*\n3 records delivered, 3 B in ")

    def test_it_is_there_for_files_on_a_terminal_only(self):
        topic, file = self.topic(), self.file("a\n")
        self.assertEqual(self.terminal("produce", topic, file, "-q").wait(), ("", DONE))
        typed = self.terminal("produce", topic)
        typed.type("a\n\x04")
        shown, code = typed.wait()
        self.assertEqual(code, DONE)
        self.assertIn("1 record delivered", shown)
        self.assertNotIn("\x1b", shown)
        self.assertTrue(self.does("produce", topic, file).err.startswith("1 record delivered"))

    def test_the_summary_has_amount_rate_and_latencies(self):
        told = self.does("produce", self.topic(), input="one\ntwo\n").err
        time = r"[\d.]+(?:us|ms|s)"
        pattern = rf"2 records delivered, 6 B in {time}, \d+ records/s, [\d.]+ [KM]?i?B/s; latency p50 ({time}), p99 ({time}), max ({time})\n"
        latencies = [in_seconds(text) for text in re.fullmatch(pattern, told).groups()]
        self.assertEqual(latencies, sorted(latencies))
        self.assertGreater(latencies[0], 0)


def in_seconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", text).groups()
    return float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1}[unit]
