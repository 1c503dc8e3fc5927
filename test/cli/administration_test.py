"""Topics, groups, settings, the cluster: each command in text and in JSON, and what it says when it cannot."""

import pathlib
import re
import subprocess

from cli import DONE, FAILED, NOT_FOUND, PARTIAL, USAGE, Cli, table


class Topics(Cli):
    def test_a_topic_is_created_with_partitions_and_settings(self):
        name = self.fresh("topic")
        made = self.does("topic", "create", name, "-p", 3, "-r", 1, "--config", "retention.ms=7d", "--format", "json").json()
        self.assertEqual([(row["topic"], row["partitions"], row["created"]) for row in made], [(name, 3, True)])
        facts = self.does("topic", "describe", name, "--format", "json").json()
        self.assertEqual(facts["name"], name)
        self.assertEqual([row["partition"] for row in facts["partitions"]], [0, 1, 2])
        self.assertIn({"name": "retention.ms", "value": "604800000", "source": "DYNAMIC_TOPIC_CONFIG"}, facts["configs"])
        text = self.does("topic", "describe", name).out
        self.assertRegex(text, r"retention.ms +7d ")
        self.assertRegex(self.does("topic", "describe", name, "--format", "wide").out, r"retention.ms +604800000 ")
        self.assertIn("PARTITION", text)

    def test_a_topic_that_is_there_is_refused_unless_that_is_no_error(self):
        name = self.topic()
        self.ends(FAILED, "topic", "create", name, says=["TOPIC_ALREADY_EXISTS", name])
        self.assertEqual(self.ends(FAILED, "topic", "create", name).out, "")
        self.does("topic", "create", name, "--if-not-exists")

    def test_some_done_and_some_refused_is_5(self):
        there, new = self.topic(), self.fresh("topic")
        self.ends(PARTIAL, "topic", "create", there, new, says=there)
        self.assertIn(new, self.does("topic", "list").out.split())

    def test_a_dry_run_creates_nothing_and_finds_mistakes(self):
        name = self.fresh("topic")
        self.does("topic", "create", name, "--dry-run")
        self.ends(FAILED, "topic", "create", name, "--dry-run", "--config", "retention.ms=abc", says="INVALID_CONFIG")
        self.assertNotIn(name, self.does("topic", "list").out.split())

    def test_the_list_has_the_same_topics_in_each_format(self):
        name = self.topic(2)
        text = {row["NAME"]: row["PARTITIONS"] for row in table(self.does("topic", "list").out)}
        listed = {row["name"]: row["partitions"] for row in self.does("topic", "list", "--format", "json").json()}
        lines = [line.split(",") for line in self.does("topic", "list", "--format", "csv").out.splitlines()]
        self.assertEqual(text[name], "2")
        self.assertEqual(listed[name], 2)
        self.assertEqual(lines[0][:2], ["name", "partitions"])
        self.assertEqual({cells[0]: cells[1] for cells in lines[1:]}, text)
        self.assertEqual(set(listed), set(text))

    def test_partitions_are_added_by_number_or_in_total(self):
        name = self.topic(1)
        self.does("topic", "add-partitions", name, "--num", 2)
        self.does("topic", "add-partitions", name, "--total", 5)
        self.assertEqual(len(self.does("topic", "describe", name, "--format", "json").json()["partitions"]), 5)
        self.ends(FAILED, "topic", "add-partitions", name, "--total", 2, says=name)
        self.ends(USAGE, "topic", "add-partitions", name)
        self.ends(NOT_FOUND, "topic", "add-partitions", "no-such-topic", "--num", 1, says="no-such-topic")

    def test_settings_change_and_go_back(self):
        name = self.topic()
        self.does("topic", "alter", name, "--set", "retention.ms=1h", "--set", "segment.bytes=1MiB")
        self.does("topic", "alter", name, "--delete", "segment.bytes")
        configs = self.does("topic", "describe", name, "--format", "json").json()["configs"]
        self.assertIn(("retention.ms", "3600000"), [(row["name"], row["value"]) for row in configs])
        self.assertNotIn("segment.bytes", [row["name"] for row in configs if row["source"] == "DYNAMIC_TOPIC_CONFIG"])
        self.ends(FAILED, "topic", "alter", name, "--set", "retention.sm=1", says="retention.sm")

    def test_deletion_asks_and_says_what_is_not_there(self):
        name = self.topic()
        self.ends(USAGE, "topic", "delete", name, says="--yes")
        self.does("topic", "delete", name, "--dry-run")
        self.assertIn(name, self.does("topic", "list").out.split())
        self.ends(PARTIAL, "topic", "delete", name, "no-such-topic", "--yes", says="no-such-topic")
        self.assertNotIn(name, self.does("topic", "list").out.split())
        self.ends(NOT_FOUND, "topic", "delete", name, "--yes", says=name)
        self.does("topic", "delete", name, "--yes", "--if-exists")

    def test_trimming_deletes_what_is_below(self):
        name = self.filled(range(10))
        self.ends(USAGE, "topic", "trim", name, "--before", 4, says="--yes")
        self.does("topic", "trim", name, "--before", 4, "--yes")
        row = self.does("topic", "offsets", name, "--format", "json").json()[0]
        self.assertEqual((row["start_offset"], row["end_offset"]), (4, 10))
        self.does("topic", "trim", name, "--before", "-2", "--yes")
        self.assertEqual(self.does("consume", name).out, "8\n9\n")
        self.does("topic", "trim", f"{name}:0", "--before", "end", "--yes")
        self.assertEqual(self.does("consume", name).out, "")

    def test_offsets_at_a_time(self):
        name = self.topic(retention_ms=-1)  # the records are of 1970
        self.does("produce", name, "-f", "%T %v", input="1000 a\n2000 b\n3000 c\n")
        row = self.does("topic", "offsets", name, "--at", "@2000", "--format", "json").json()[0]
        self.assertEqual(row["offset_at"], 1)
        self.ends(NOT_FOUND, "topic", "offsets", "no-such-topic", says="no-such-topic")

    def test_a_topic_that_is_not_there_is_4_and_is_not_created(self):
        self.ends(NOT_FOUND, "topic", "describe", "no-such-topic", says=["no-such-topic", "weir topic list"])
        self.assertNotIn("no-such-topic", self.does("topic", "list").out.split())


class Groups(Cli):
    def group(self, values=range(6), read=4):
        """A group that read and committed some of a topic's records."""
        topic, group = self.filled(values), self.fresh("group")
        self.does("consume", topic, "-g", group, "-o", "start", "-n", read)
        return topic, group

    def test_a_group_is_listed_and_described(self):
        topic, group = self.group()
        rows = self.does("group", "list", "--format", "json").json()
        self.assertEqual([row["state"] for row in rows if row["group"] == group], ["Empty"])
        self.assertIn(group, self.does("group", "list").out)
        facts = self.does("group", "describe", group, "--format", "json").json()
        self.assertEqual((facts["group"], facts["state"], facts["members"]), (group, "Empty", []))
        (row,) = facts["partitions"]
        self.assertEqual((row["topic"], row["committed_offset"], row["end_offset"], row["lag"]), (topic, 4, 6, 2))
        self.assertIn(topic, self.does("group", "describe", group).out)

    def test_lag_by_topic(self):
        topic, group = self.group()
        (row,) = self.does("group", "lag", group, "--format", "json").json()
        self.assertEqual((row["topic"], row["lag"]), (topic, 2))

    def test_members_while_one_reads(self):
        topic, group = self.filled(range(3)), self.fresh("group")
        reader = self.start("consume", topic, "-g", group, "-o", "start", "-f", "%v", stdout=subprocess.PIPE)
        self.assertEqual(reader.stdout.readline(), b"0\n")
        (row,) = self.does("group", "members", group, "--format", "json").json()
        self.assertEqual((row["client_id"], row["partitions"]), ("weir", [f"{topic}:0"]))
        self.ends(FAILED, "group", "reset", group, topic, "--to", "start", "--yes", says=group)
        self.ends(FAILED, "group", "delete", group, "--yes", says="NON_EMPTY_GROUP")

    def test_offsets_are_moved(self):
        topic, group = self.group()
        self.ends(USAGE, "group", "reset", group, topic, "--to", "start", says="--yes")
        self.does("group", "reset", group, topic, "--to", "start", "--dry-run")
        self.assertEqual(self.does("consume", topic, "-g", group, "-n", 1).out, "4\n")
        for position, value in (("start", "0"), ("2", "2"), ("-1", "5")):
            self.does("group", "reset", group, topic, "--to", position, "--yes")
            self.assertEqual(self.does("consume", topic, "-g", group, "-n", 1).out, value + "\n")

    def test_deleted_groups_are_gone(self):
        topic, group = self.group()
        self.ends(USAGE, "group", "delete", group, says="--yes")
        self.ends(PARTIAL, "group", "delete", group, "no-such-group", "--yes", says="no-such-group")
        self.assertNotIn(group, self.does("group", "list").out.split())
        self.ends(NOT_FOUND, "group", "describe", group, says=group)


class Configs(Cli):
    def own(self, resource):
        """What is set at this topic itself."""
        rows = self.does("config", "get", resource, "--format", "json").json()
        return {row["name"]: row["value"] for row in rows if row["source"] == "DYNAMIC_TOPIC_CONFIG"}

    def test_settings_of_a_topic(self):
        name = f"topic/{self.topic()}"
        self.does("config", "set", name, "retention.ms=2h", "max.message.bytes=64KiB")
        self.comes(lambda: self.own(name), {"retention.ms": "7200000", "max.message.bytes": "65536"})
        self.assertRegex(self.does("config", "get", name, "retention.ms").out, r"retention.ms +2h ")
        self.assertRegex(self.does("config", "get", name, "max.message.bytes").out, r"max.message.bytes +64KiB ")
        self.assertRegex(self.does("config", "get", name, "retention.ms", "--format", "wide").out, r"retention.ms +7200000 ")
        self.assertIn("retention.ms,7200000,", self.does("config", "get", name, "retention.ms", "--format", "csv").out)
        everything = self.does("config", "get", name, "--all", "--format", "json").json()
        self.assertIn("cleanup.policy", [row["name"] for row in everything])
        self.does("config", "unset", name, "retention.ms")
        self.comes(lambda: self.own(name), {"max.message.bytes": "65536"})
        self.assertIn(name.partition("/")[2], self.does("config", "list", "topic").out.split())

    def test_settings_of_all_brokers_and_of_groups(self):
        self.does("config", "set", "broker", "log.cleaner.threads=1")
        self.addCleanup(self.does, "config", "unset", "broker", "log.cleaner.threads")
        rows = self.does("config", "get", "broker", "--format", "json").json()
        self.assertIn(("log.cleaner.threads", "1"), [(row["name"], row["value"]) for row in rows])
        self.does("config", "set", "group/g", "consumer.session.timeout.ms=50s")
        self.addCleanup(self.does, "config", "unset", "group/g", "consumer.session.timeout.ms")
        self.assertIn("50s", self.does("config", "get", "group/g").out)

    def test_mistakes_are_named(self):
        name = f"topic/{self.topic()}"
        self.ends(FAILED, "config", "set", name, "no.such.setting=1", says="no.such.setting")
        self.ends(FAILED, "config", "set", name, "retention.ms=soon", says="retention.ms")
        self.ends(USAGE, "config", "set", name, "retention.ms", says="retention.ms")
        self.ends(USAGE, "config", "get", "planet/x", says="planet")
        self.ends(NOT_FOUND, "config", "set", "topic/no-such-topic", "retention.ms=1", says="no-such-topic")


class Cluster(Cli):
    def test_the_cluster_tells_its_brokers(self):
        facts = self.does("cluster", "info", "--format", "json").json()
        self.assertEqual([f"{row['host']}:{row['port']}" for row in facts["brokers"]], [self.brokers])
        self.assertIn(facts["cluster_id"], self.does("cluster", "info").out)
        self.assertIn("metadata.version", [row["feature"] for row in facts["features"]])

    def test_health(self):
        facts = self.does("cluster", "health", "--format", "json").json()
        self.assertEqual((facts["healthy"], facts["brokers"], facts["leaderless_partitions"]), (True, 1, 0))

    def test_the_quorum_has_one_voter(self):
        facts = self.does("cluster", "quorum", "--format", "json").json()
        self.assertEqual([(row["node"], row["status"]) for row in facts["replicas"]], [(facts["leader"], "leader")])

    def test_directories_hold_the_topics(self):
        topic = self.filled(["x" * 1000])
        facts = self.does("cluster", "log-dirs", "--format", "json").json()
        sizes = [row["size"] for row in facts["replicas"] if row["topic"] == topic]
        self.assertEqual(len(sizes), 1)
        self.assertGreater(sizes[0], 1000)
        self.assertEqual([row["error"] for row in facts["directories"]], [None])
        human = [row["SIZE"] for row in table(self.does("cluster", "log-dirs", topic).out.partition("REPLICAS\n")[2])]
        self.assertRegex(human[0], r"^1.\d KiB$")
        exact = [row["SIZE"] for row in table(self.does("cluster", "log-dirs", topic, "--format", "wide").out.partition("REPLICAS\n")[2])]
        self.assertEqual(exact, [str(sizes[0])])


class Program(Cli):
    def test_profiles_keep_brokers_and_properties(self):
        self.does("profile", "create", "here", "-b", self.brokers, "-X", "client.id=kept")
        self.does("profile", "create", "nowhere", "-b", "127.0.0.1:1")
        self.does("profile", "use", "here")
        listed = self.does("profile", "list", "--format", "json").json()
        self.assertEqual({row["name"] for row in listed}, {"here", "nowhere"})
        self.does("topic", "list", "--profile", "here", brokers="127.0.0.1:1")
        self.ends(USAGE, "topic", "list", "--profile", "hree", says="here")
        for name in ("here", "nowhere"):
            self.does("profile", "delete", name)

    def test_manual_pages_and_help_say_the_same_options(self):
        page = self.does("man", "topic", "create").out
        self.assertTrue(page.startswith(".TH"))
        for option in ("partitions", "dry", "bootstrap"):
            self.assertIn(option, self.does("topic", "create", "--help").out)
            self.assertIn(option, page)

    def test_manual_pages_of_programs_nouns_and_commands(self):
        place = pathlib.Path(self.home.name) / self.fresh("man")
        self.does("man", "--write", place)
        written = {path.name: path.read_text() for path in place.iterdir()}
        for words in ([], ["topic"], ["server"], ["topic", "create"]):
            self.assertEqual(written["-".join(["weir", *words]) + ".1"], self.does("man", *words).out)
        for option in ("--listen", "--shards", "--log-format"):
            self.assertIn(option, self.does("server", "--help").out)
            self.assertIn(option.replace("-", "\\-"), written["weir-server.1"])
        self.assertIn("--listen", self.does("__complete", "server", "--l").out.split())
        self.ends(NOT_FOUND, "man", "nothing", says="nothing")

    def test_links_by_names_of_other_tools_replace_nothing_but_links_of_ours(self):
        place = pathlib.Path(self.home.name) / self.fresh("bin")
        made = self.does("compat", "install", place).out.split()
        self.assertIn(str(place / "kafka-topics.sh"), made)
        self.assertIn(str(place / "kcat"), made)
        self.assertFalse((place / "kcat.sh").exists())
        self.does("compat", "install", place)
        self.assertIn("1.7.1", subprocess.run([place / "kcat", "-V"], capture_output=True, text=True, check=True).stdout)
        for name in ("kcat", "kafka-topics"):
            (place / name).unlink()
        (place / "kcat").symlink_to("/usr/bin/env")
        (place / "kafka-topics").write_text("mine")
        refused = self.ends(PARTIAL, "compat", "install", place, says=["kcat", "kafka-topics"])
        self.assertNotIn(str(place / "kcat"), refused.out.split())
        self.assertEqual(str((place / "kcat").readlink()), "/usr/bin/env")
        self.assertEqual((place / "kafka-topics").read_text(), "mine")

    def test_every_option_of_kafkas_tools_stands_in_the_documentation(self):
        told = (pathlib.Path(__file__).resolve().parents[2] / "docs/kafka_tools.md").read_text()
        for tool in self.does("compat", "list").out.split():
            if tool in ("kcat", "kafka-server-start"):
                continue  # described by hand
            ended = self.run_weir(tool, "--help")
            options = set(re.findall(r"(?m)^ *(--[a-z][a-z.-]+)", ended.out + ended.err))
            if tool not in ("kafka-cluster", "kafka-metadata-quorum", "kafka-storage", "kafka-e2e-latency"):
                self.assertTrue(options, tool)  # those show them elsewhere
            for option in options:
                self.assertIn(option, told, tool)
            self.assertIn(tool, told)

    def test_the_version(self):
        self.assertRegex(self.does("version").out, r"^weir \d+\.\d+")
        self.assertEqual(self.ends(DONE, "--help").out, self.does("help").out)
