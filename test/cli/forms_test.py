"""Commands in the form that other tests leave out: what deletes and moves in JSON, what shows in text."""

import signal
import subprocess

from cli import PARTIAL, Cli, table


class Json(Cli):
    def test_topics_that_are_deleted(self):
        one, two = sorted((self.topic(), self.topic()))
        rows = self.does("topic", "delete", one, two, "--yes", "--format", "json").json()
        self.assertEqual(rows, [{"topic": one, "deleted": True}, {"topic": two, "deleted": True}])
        ended = self.ends(PARTIAL, "topic", "delete", self.filled(["x"]), "no-such-topic", "--yes", "--format", "json", says="no-such-topic")
        self.assertEqual([row["deleted"] for row in ended.json()], [True])

    def test_records_that_are_trimmed(self):
        topic = self.topic(2)
        self.does("produce", topic, "-q", "-f", "%p %v", input="".join(f"{n % 2} {n}\n" for n in range(10)))
        rows = self.does("topic", "trim", topic, "--before", 3, "--yes", "--format", "json").json()
        expected = [{"topic": topic, "partition": index, "start_offset": 3} for index in (0, 1)]
        self.assertEqual(sorted(rows, key=lambda row: row["partition"]), expected)
        rows = self.does("topic", "trim", f"{topic}:1", "--before", "end", "--yes", "--format", "json").json()
        self.assertEqual(rows, [{"topic": topic, "partition": 1, "start_offset": 5}])

    def test_offsets_that_are_moved_and_groups_that_are_deleted(self):
        topic, group = self.filled(range(6)), self.fresh("group")
        self.does("consume", topic, "-g", group, "-n", 4)
        rows = self.does("group", "reset", group, topic, "--to", "end", "--yes", "--format", "json").json()
        self.assertEqual(rows, [{"group": group, "topic": topic, "partition": 0, "new_offset": 6}])
        rows = self.does("group", "reset", group, "--to", 1, "--yes", "--format", "json").json()
        self.assertEqual(rows, [{"group": group, "topic": topic, "partition": 0, "new_offset": 1}])
        ended = self.ends(PARTIAL, "group", "delete", group, "no-such-group", "--yes", "--format", "json", says="no-such-group")
        self.assertEqual(ended.json(), [{"group": group, "deleted": True}])

    def test_what_has_settings(self):
        topic, group = self.topic(), self.fresh("group")
        self.does("config", "set", f"group/{group}", "consumer.session.timeout.ms=50s")
        self.addCleanup(self.does, "config", "unset", f"group/{group}", "consumer.session.timeout.ms")
        rows = self.does("config", "list", "--format", "json").json()
        self.assertEqual({tuple(row) for row in rows}, {("type", "name")})
        kinds = {(row["type"], row["name"]) for row in rows}
        self.assertLessEqual({("topic", topic), ("group", group)}, kinds)
        self.assertIn("broker", {kind for kind, _ in kinds})
        rows = self.does("config", "list", "topic", "--format", "json").json()
        self.assertEqual({row["type"] for row in rows}, {"topic"})


class Text(Cli):
    def fields(self, text):
        """Lines of a name and a value."""
        return dict(line.split(None, 1) for line in text.partition("\n\n")[0].splitlines())

    def test_offsets_of_topics(self):
        topic = self.topic(retention_ms=-1)  # the records are of 1970
        self.does("produce", topic, "-q", "-f", "%T %v", input="1000 a\n2000 b\n3000 c\n")
        row = {"TOPIC": topic, "PARTITION": "0", "START-OFFSET": "0", "END-OFFSET": "3"}
        self.assertEqual(table(self.does("topic", "offsets", topic).out), [row])
        found = {**row, "OFFSET-AT": "1", "TIMESTAMP": "1970-01-01T00:00:02.000Z"}
        self.assertEqual(table(self.does("topic", "offsets", topic, "--at", "@1500").out), [found])
        missing = {**row, "OFFSET-AT": "-", "TIMESTAMP": "-"}
        self.assertEqual(table(self.does("topic", "offsets", topic, "--at", "@3001").out), [missing])
        line = f"{topic},0,0,3,1,2000"
        self.assertEqual(self.does("topic", "offsets", topic, "--at", "@1500", "--format", "csv").out.splitlines()[1], line)

    def test_lag_and_members_of_groups(self):
        topic, group = self.filled(range(6), partitions=1), self.fresh("group")
        self.does("consume", topic, "-g", group, "-n", 4)
        row = {"GROUP": group, "TOPIC": topic, "PARTITIONS": "1", "LAG": "2"}
        self.assertEqual(table(self.does("group", "lag", group).out), [row])
        self.assertEqual(self.does("group", "members", group).out, "")
        reader = self.start("consume", topic, "-g", group, "-X", "client.id=me", stdout=subprocess.PIPE)
        self.assertEqual(reader.stdout.readline(), b"4\n")
        (row,) = table(self.does("group", "members", group).out)
        self.assertEqual((row["CLIENT-ID"], row["PARTITIONS"]), ("me", f"{topic}:0"))
        self.assertTrue(row["MEMBER"].startswith("me-"), row)
        reader.send_signal(signal.SIGINT)
        reader.wait(60)

    def test_the_cluster(self):
        health = self.does("cluster", "health", "--format", "json").json()
        shown = self.fields(self.does("cluster", "health").out)
        self.assertEqual(list(shown), list(health))
        self.assertEqual((shown["healthy"], shown["brokers"], shown["leaderless_partitions"]), ("true", "1", "0"))
        quorum = self.does("cluster", "quorum", "--format", "json").json()
        text = self.does("cluster", "quorum").out
        self.assertEqual(self.fields(text)["leader"], str(quorum["leader"]))
        (row,) = table(text.partition("REPLICAS\n")[2])
        self.assertEqual((row["NODE"], row["STATUS"], row["LAG"]), (str(quorum["leader"]), "leader", "0"))
