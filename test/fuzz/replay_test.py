#!/usr/bin/env python3
"""replay_test.py PROGRAM: what tests do with fuzz targets finds a planted bug, and says how to see it again."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop()).resolve()
GOOD = b"Wlen\0\0\0\x05hello"
OTHER = b"just something else"
BAD = b"Wlen\x7f\xff\xff\xffhello"


class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.corpus = self.folder / "corpus"
        self.corpus.mkdir()
        (self.corpus / "a").write_bytes(GOOD)
        (self.corpus / "b").write_bytes(OTHER)

    def run_it(self, *words):
        return subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, check=False)

    def test_a_planted_bug_is_found_kept_and_seen_again(self):
        done = self.run_it(self.corpus)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        command = done.stderr.splitlines()[done.stderr.splitlines().index(
            "error: the target fails on a mutation; run it again with") + 1].split()
        self.assertEqual(Path(command[0]), PROGRAM)
        found = self.folder / command[1]
        self.assertTrue(found.read_bytes().startswith(BAD[:8]))
        self.assertNotEqual(self.run_it(found).returncode, 0)

    def test_memory_for_what_is_not_there_is_found_where_memory_is_counted(self):
        (self.corpus / "a").write_bytes(b"Mlen\0\0\0\x05hello")
        done = self.run_it(self.corpus)
        if done.returncode == 0:
            self.assertNotIn("bytes of memory", done.stdout)
            self.skipTest("memory is not counted in this build")
        self.assertIn("error: more memory is taken than an input of this size may ask for", done.stderr)

    def test_an_input_that_is_kept_and_fails_is_named(self):
        (self.corpus / "c").write_bytes(BAD)
        done = self.run_it(self.corpus)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout.splitlines()[-1], "c")

    def test_a_run_depends_on_the_seed_and_on_nothing_else(self):
        (self.corpus / "a").unlink()
        runs = [self.run_it(self.corpus, "--mutations", "300", "--seed", seed) for seed in ("3", "3", "4")]
        for done in runs:
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(runs[0].stdout, runs[1].stdout)
        self.assertNotEqual(runs[0].stdout, runs[2].stdout)
        self.assertIn("1 inputs, 300 mutations", runs[0].stdout)

    def test_no_inputs_and_wrong_words_are_errors(self):
        empty = self.folder / "empty"
        empty.mkdir()
        self.assertEqual(self.run_it(empty).returncode, 1)
        self.assertEqual(self.run_it().returncode, 2)
        self.assertEqual(self.run_it(self.corpus, "--mutations", "many").returncode, 2)


if __name__ == "__main__":
    unittest.main()
