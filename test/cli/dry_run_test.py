"""--dry-run does everything but the change: it says what would be, and finds what would be refused."""

from cli import FAILED, NOT_FOUND, USAGE, Cli


class DryRuns(Cli):
    def own_settings(self, topic):
        rows = self.does("config", "get", f"topic/{topic}", "--format", "json").json()
        return {row["name"]: row["value"] for row in rows if row["source"] == "DYNAMIC_TOPIC_CONFIG"}

    def test_settings_of_a_topic(self):
        topic = self.topic(segment_bytes=1 << 20)
        before = {"segment.bytes": str(1 << 20)}
        for words in (
            ("topic", "alter", topic, "--set", "retention.ms=1h", "--delete", "segment.bytes"),
            ("config", "set", f"topic/{topic}", "retention.ms=1h", "segment.bytes=2MiB"),
            ("config", "unset", f"topic/{topic}", "segment.bytes"),
        ):
            with self.subTest(words):
                self.does(*words, "--dry-run")
                self.assertEqual(self.own_settings(topic), before)
                self.does(*words)
                self.assertNotEqual(self.own_settings(topic), before)
                self.does("config", "set", f"topic/{topic}", f"segment.bytes={1 << 20}")
                self.does("config", "unset", f"topic/{topic}", "retention.ms")

    def test_settings_that_would_be_refused(self):
        topic = self.topic()
        for words in (("topic", "alter", topic, "--set"), ("config", "set", f"topic/{topic}")):
            self.ends(FAILED, *words, "retention.ms=soon", "--dry-run", says=["retention.ms", "INVALID_CONFIG"])
        self.ends(NOT_FOUND, "topic", "alter", "no-such-topic", "--set", "retention.ms=1h", "--dry-run", says="no-such-topic")
        self.assertEqual(self.own_settings(topic), {})

    def test_partitions(self):
        topic = self.topic(2)
        self.does("topic", "add-partitions", topic, "--total", 5, "--dry-run")
        self.does("topic", "add-partitions", topic, "--num", 1, "--dry-run")
        self.ends(FAILED, "topic", "add-partitions", topic, "--total", 1, "--dry-run", says=topic)
        self.ends(NOT_FOUND, "topic", "add-partitions", "no-such-topic", "--num", 1, "--dry-run", says="no-such-topic")
        self.assertEqual(len(self.does("topic", "describe", topic, "--format", "json").json()["partitions"]), 2)
        self.ends(USAGE, "topic", "add-partitions", topic, "--num", 1, "--total", 5, says="--num")

    def test_records(self):
        topic = self.filled(range(6))
        for before, start in (("4", 4), ("-1", 5)):
            rows = self.does("topic", "trim", topic, "--before", before, "--dry-run", "--format", "json").json()
            self.assertEqual(rows, [{"topic": topic, "partition": 0, "start_offset": start}])
        far = self.does("topic", "trim", topic, "--before", "@99999999999999", "--dry-run", "--format", "json").json()
        self.assertEqual(far, [{"topic": topic, "partition": 0, "start_offset": 6}])
        self.ends(FAILED, "topic", "trim", topic, "--before", "100", "--dry-run", says="OFFSET_OUT_OF_RANGE")
        (row,) = self.does("topic", "offsets", topic, "--format", "json").json()
        self.assertEqual(row["start_offset"], 0)
        self.ends(NOT_FOUND, "topic", "trim", "no-such-topic", "--before", "end", "--dry-run", says="no-such-topic")

    def test_offsets_and_groups(self):
        topic, group = self.filled(range(6)), self.fresh("group")
        self.does("consume", topic, "-g", group, "-n", 4)
        rows = self.does("group", "reset", group, topic, "--to", "-5", "--dry-run", "--format", "json").json()
        self.assertEqual(rows, [{"group": group, "topic": topic, "partition": 0, "new_offset": 1}])
        rows = self.does("group", "delete", group, "--dry-run", "--format", "json").json()
        self.assertEqual(rows, [{"group": group, "deleted": False}])
        (row,) = self.does("group", "describe", group, "--format", "json").json()["partitions"]
        self.assertEqual(row["committed_offset"], 4)
        self.ends(NOT_FOUND, "group", "delete", "no-such-group", "--dry-run", says="no-such-group")

    def test_topics(self):
        topic = self.topic()
        rows = self.does("topic", "delete", topic, "--dry-run", "--format", "json").json()
        self.assertEqual(rows, [{"topic": topic, "deleted": False}])
        self.assertIn(topic, self.does("topic", "list").out.split())
