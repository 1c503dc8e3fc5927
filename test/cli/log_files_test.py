"""`weir log dump` and `weir log verify` on the files of a node: one at work, and damaged copies."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest

from cli import DONE, FAILED, NOT_FOUND, PARTIAL, USAGE, Cli

PASSED_OVER = (".lock", ".tmp")


class LogFiles(Cli):
    def setUp(self):
        if not Cli.server:
            self.skipTest("the files are another machine's")
        self.data = pathlib.Path(self.home.name) / "data"

    def copy(self):
        """The files of the node, to be damaged."""
        target = pathlib.Path(self.home.name) / self.fresh("copy")
        shutil.copytree(self.data, target)
        return target

    def partition(self, values=100):
        """The folder of a partition within a copy."""
        topic = self.filled(range(values))
        return self.copy() / f"{topic}-0"

    def test_every_file_of_a_node_is_shown(self):
        topic = self.filled(["one", "two"])
        self.does("consume", topic, "-g", self.fresh("group"), "-n", "2")
        copy = self.copy()
        text = self.does("log", "dump", copy).out
        for path in copy.rglob("*"):
            if path.is_file() and not path.name.endswith(PASSED_OVER):
                self.assertIn(f"# {path} (", text)
        shown = self.does("log", "dump", copy, "--data", "--format", "json").objects()
        values = [line["value"] for line in shown if line["type"] == "record" and f"/{topic}-0/" in line["file"]]
        self.assertEqual(values, ["one", "two"])
        groups = [line["key"] for line in shown if line["type"] == "record" and "__consumer_offsets" in line["file"]]
        self.assertTrue(any(key["data"].get("topic") == topic for key in groups), groups)

    def test_text_names_the_file_first(self):
        log = next(self.partition().glob("*.log"))
        lines = self.does("log", "dump", log).out.splitlines()
        self.assertEqual(lines[0], f"# {log} (segment)")
        self.assertTrue(lines[1].startswith("batch base_offset=0 last_offset="), lines[1])

    def test_beside_a_node_at_work_all_is_good(self):
        topic = self.topic(2, segment_bytes=1 << 20, retention_bytes=2 << 20, file_delete_delay_ms=1)
        producer = self.start("bench", "produce", topic, "-n", 60000, "-s", 300, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        looks = 0
        while producer.poll() is None or looks == 0:
            ended = self.run_weir("log", "verify", self.data)
            self.assertEqual(ended.code, DONE, ended.out)
            self.assertRegex(ended.out, r"^\d+ files, 0 problems\n$")
            looks += 1
        self.assertEqual(producer.returncode, 0)

    def test_damage_is_told_with_what_to_do(self):
        partition = self.partition()
        log = next(partition.glob("*.log"))
        content = bytearray(log.read_bytes())
        content[70] ^= 1
        log.write_bytes(content)
        ended = self.ends(FAILED, "log", "verify", partition)
        problem, advice, summary = ended.out.splitlines()
        self.assertTrue(problem.startswith(f"{log}: at 0, offset 0: the batch's checksum says "), problem)
        self.assertTrue(advice.startswith(f"{log}: to do: "), advice)
        self.assertTrue(summary.endswith(" files, 1 problems"), summary)
        problem, summary = self.ends(FAILED, "log", "verify", log, "--format", "json").objects()
        self.assertEqual((problem["file"], problem["kind"], problem["position"], problem["offset"]), (str(log), "segment", 0, 0))
        self.assertIn("stop the node", problem["advice"])
        self.assertEqual(summary, {"type": "summary", "files": 1, "problems": 1})
        log.write_bytes(content[:500])
        self.ends(FAILED, "log", "dump", log, says=[str(log), "at 0", "ends within a batch"])

    def test_nothing_is_written(self):
        copy = self.copy()
        state = lambda: {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in [copy, *copy.rglob("*")]}  # noqa: E731
        before = state()
        self.does("log", "verify", copy)
        self.does("log", "dump", "--data", copy)
        self.assertEqual(state(), before)

    def test_names_that_are_none(self):
        log = next(self.partition().glob("*.log"))
        missing, stray = f"{log}.nothing/here", self.file("x")
        self.ends(NOT_FOUND, "log", "verify", missing, says=["there is no", missing])
        self.ends(NOT_FOUND, "log", "dump", missing, says=missing)
        self.ends(USAGE, "log", "verify", stray, says=str(stray))
        self.ends(USAGE, "log", "dump", "--format", "csv", log, says="text or json")
        self.ends(PARTIAL, "log", "verify", log, missing, says=missing)
        self.ends(PARTIAL, "log", "dump", missing, log, says=missing)
        empty = pathlib.Path(self.home.name) / self.fresh("empty")
        empty.mkdir()
        self.ends(NOT_FOUND, "log", "verify", empty, says="holds no file of a node")

    def test_standard_output_that_is_full(self):
        with open("/dev/full", "wb") as full:
            started = self.start("log", "dump", self.data, stdout=full, stderr=subprocess.PIPE)
            err = started.communicate(timeout=60)[1].decode()
        self.assertEqual(started.returncode, FAILED, err)
        self.assertIn("cannot write to standard output: No space left", err)

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_a_file_that_may_not_be_read(self):
        log = next(self.partition().glob("*.log"))
        log.chmod(0)
        self.ends(FAILED, "log", "dump", log, says=str(log))
        self.assertIn(str(log), json.dumps(self.ends(FAILED, "log", "verify", log).out))
