"""Options that change what is asked, listed or sent: each seen by its effect."""

import signal
import subprocess
import tempfile

import program
from cli import FAILED, INTERRUPTED, NOT_FOUND, PARTIAL, USAGE, Cli
from recorder import Recorder


class Listings(Cli):
    def test_internal_topics_are_listed_when_they_are_asked_for(self):
        self.does("consume", self.filled(["x"]), "-g", self.fresh("group"), "-n", 1)  # makes one
        self.assertNotIn("__consumer_offsets", self.does("topic", "list").out)
        for words in (["--internal"], ["-i"]):
            listed = {row["name"]: row["internal"] for row in self.does("topic", "list", *words, "--format", "json").json()}
            self.assertIs(listed["__consumer_offsets"], True)
            self.assertIn("__consumer_offsets", self.does("topic", "list", *words).out)
        listed = {row["internal"] for row in self.does("topic", "list", "--format", "json").json()}
        self.assertLessEqual(listed, {False})

    def test_settings_with_their_default_are_described_when_they_are_asked_for(self):
        topic = self.topic(retention_ms="1h")
        own = self.does("topic", "describe", topic, "--format", "json").json()["configs"]
        self.assertEqual({row["source"] for row in own}, {"DYNAMIC_TOPIC_CONFIG"})
        for words in (["-a"], ["--all-configs"]):
            every = self.does("topic", "describe", topic, *words, "--format", "json").json()["configs"]
            sources = {row["name"]: row["source"] for row in every}
            self.assertEqual((sources["retention.ms"], sources["cleanup.policy"]), ("DYNAMIC_TOPIC_CONFIG", "DEFAULT_CONFIG"))
            self.assertRegex(self.does("topic", "describe", topic, *words).out, r"(?m)^cleanup.policy +delete +DEFAULT_CONFIG$")

    def test_groups_are_listed_by_state_and_type(self):
        topic, idle, busy = self.filled(["x"]), self.fresh("group"), self.fresh("group")
        self.does("consume", topic, "-g", idle, "-n", 1)
        reader = self.start("consume", topic, "-g", busy, stdout=subprocess.PIPE)
        self.assertEqual(reader.stdout.readline(), b"x\n")
        for words, expected in (
            ([], {idle, busy}),
            (["--state", "Empty"], {idle}),
            (["-s", "Stable"], {busy}),
            (["--state", "empty", "--state", "stable"], {idle, busy}),
            (["--state", "Dead"], set()),
            (["--type", "classic"], {idle, busy}),
            (["--type", "consumer"], set()),
            (["--type", "consumer", "--type", "Classic", "--state", "Stable"], {busy}),
        ):
            with self.subTest(words):
                rows = self.does("group", "list", *words, "--format", "json").json()
                self.assertEqual({row["group"] for row in rows} & {idle, busy}, expected)


class Asked(Cli):
    """What the broker is asked, seen on the way."""

    def setUp(self):
        home = tempfile.TemporaryDirectory(prefix="weir-cli-")
        self.addCleanup(home.cleanup)
        self.recorder = Recorder()
        self.addCleanup(self.recorder.close)
        told = f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.recorder.port}"
        broker = program.Program(self.weir, "--data", home.name, "--listen", "127.0.0.1:0", "--set", told)
        self.addCleanup(lambda: self.assertEqual(broker.stop(), 0))
        self.recorder.forward_to(broker.port())
        self.address = f"127.0.0.1:{self.recorder.port}"
        self.does("topic", "create", "t", brokers=self.address)

    def test_acks_of_what_is_produced(self):
        for words, acks in (((), -1), (("--acks", "all"), -1), (("--acks", 1), 1), (("--acks", 0), 0), (("-X", "acks=1"), 1)):
            with self.subTest(words):
                self.recorder.forget()
                self.does("produce", "t", *words, "-q", input="x\n", brokers=self.address)
                self.assertEqual(self.recorder.acks, {acks})
        self.ends(USAGE, "produce", "t", "--acks", 2, input="x\n", brokers=self.address, says=["acks", "all, 1 or 0"])
        self.ends(USAGE, "produce", "t", "--acks", 1, "-X", "enable.idempotence=true", input="x\n", brokers=self.address, says="acks")

    def test_committed_asks_for_what_is_committed_only(self):
        self.does("produce", "t", "-q", input="x\n", brokers=self.address)
        for words in (("consume", "t"), ("consume", "t", "-o", "start:-1"), ("topic", "offsets", "t")):
            for more, isolation in (((), 0), (("--committed",), 1)):
                with self.subTest((*words, *more)):
                    self.recorder.forget()
                    self.does(*words, *more, brokers=self.address)
                    self.assertEqual(self.recorder.isolations, {isolation})


class Sending(Cli):
    def test_a_record_beyond_the_clients_own_bound_is_named_and_was_not_written(self):
        for bound, batches in (("max.request.size", []), ("buffer.memory", ["-X", "batch.size=500"])):
            with self.subTest(bound):
                topic, words = self.topic(), ("-X", f"{bound}=1000", *batches)
                says = ["standard input:2: ", "MESSAGE_TOO_LARGE", "max.request.size or buffer.memory"]
                ended = self.ends(PARTIAL, "produce", topic, *words, input="a\n" + "x" * 2000 + "\nb\n", says=says)
                self.assertRegex(ended.err, r"^1 record delivered, .*; 1 record not delivered\n")  # and not in doubt
                self.assertEqual(self.does("consume", topic).out, "a\n")
                self.ends(FAILED, "produce", topic, *words, input="x" * 2000, says="standard input:1: ")

    def test_keys_of_a_benchmark_have_8_digits(self):
        for words, pattern in ((["--keys"], r"8 \d{8}"), ([], "-1 ")):
            topic = self.topic()
            self.does("bench", "produce", topic, "-n", 20, "-s", 10, *words)
            lines = self.does("consume", topic, "-f", "%K %k|%S").out.splitlines()
            self.assertEqual(len(lines), 20)
            for line in lines:
                self.assertRegex(line, rf"^{pattern}\|10$")

    def test_a_rate_keeps_back_what_would_be_sent_at_once(self):
        count = 50  # a second each
        file = self.file("x\n" * count)
        for words in (["produce", file], ["bench", "produce", "-n", count], ["bench", "e2e", "-n", count]):
            with self.subTest(words):
                topic = self.topic()
                at = 1 if words[0] == "produce" else 2
                sender = self.start(*words[:at], topic, *words[at:], "--rate", 1, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                while not self.does("consume", topic, "-n", 1, "-o", "0:1").out:
                    self.assertIsNone(sender.poll())  # each look is an exchange with the broker
                sender.send_signal(signal.SIGINT)
                self.assertEqual(sender.wait(60), INTERRUPTED)
                self.assertLess(len(self.does("consume", topic).out.splitlines()), count)
        for words in (["produce", topic], ["bench", "produce", topic]):
            self.ends(USAGE, *words, "--rate", 0, says="--rate 0")


class StoredPositions(Cli):
    def test_stored_goes_on_where_the_group_committed_or_at_the_start(self):
        topic, group = self.filled(range(6)), self.fresh("group")
        self.assertEqual(self.does("consume", topic, "-g", group, "-o", "stored", "-n", 2).out, "0\n1\n")
        self.assertEqual(self.does("consume", topic, "-g", group, "-o", "stored", "-n", 2).out, "2\n3\n")
        unknown = self.run_weir("consume", topic, "-g", self.fresh("group"), "-o", "stored", "-n", 1, "-X", "auto.offset.reset=none")
        self.assertEqual((unknown.code, unknown.out), (NOT_FOUND, ""), unknown.err)

    def test_positions_that_need_a_group_or_have_no_place_with_one(self):
        topic, group = self.filled(range(6)), self.fresh("group")
        for words in ("stored", "stored:4"):
            self.ends(USAGE, "consume", topic, "-o", words, says=["stored", "-g GROUP"])
        for words in ("start:4", "stored:end", ":-1"):
            self.ends(USAGE, "consume", topic, "-g", group, "-o", words, says="a group has no END")
        self.ends(USAGE, "consume", topic, "-g", group, "-p", 0, says="either --group or --partitions")
        self.assertNotIn(group, self.does("group", "list").out.split())


class Resources(Cli):
    """Settings of what is neither a topic nor a group."""

    def settings(self, resource, source):
        rows = self.does("config", "get", resource, "--all", "--format", "json").json()
        return {row["name"]: row["value"] for row in rows if row["source"] == source}

    def broker(self):
        return self.does("cluster", "info", "--format", "json").json()["brokers"][0]["broker"]

    def test_a_broker_by_its_number(self):
        one, source = f"broker/{self.broker()}", "DYNAMIC_BROKER_CONFIG"
        before = self.settings(one, source)
        self.assertNotIn("log.cleaner.threads", before)
        self.does("config", "set", one, "log.cleaner.threads=2")
        self.comes(lambda: self.settings(one, source), {**before, "log.cleaner.threads": "2"})
        self.assertNotIn("log.cleaner.threads", self.does("config", "get", "broker").out)
        self.does("config", "unset", one, "log.cleaner.threads")
        self.comes(lambda: self.settings(one, source), before)
        self.assertIn(one, [f"{row['type']}/{row['name']}" for row in self.does("config", "list", "broker", "--format", "json").json()])
        self.ends(FAILED, "config", "set", one, "log.cleaner.threads=many", says="log.cleaner.threads")
        self.ends(NOT_FOUND, "config", "set", "broker/12345", "log.cleaner.threads=2", says="12345")

    def test_subscriptions_of_client_metrics(self):
        name = self.fresh("subscription")
        resource = f"client-metrics/{name}"
        self.does("config", "set", resource, "interval.ms=30s", "metrics=org.apache.kafka.producer.")
        rows = {row["name"]: row["value"] for row in self.does("config", "get", resource, "--format", "json").json()}
        self.assertEqual((rows["interval.ms"], rows["metrics"]), ("30000", "org.apache.kafka.producer."))
        self.assertEqual(self.does("config", "list", "client-metrics", "--format", "csv").out, f"type,name\nclient-metrics,{name}\n")
        self.ends(FAILED, "config", "set", resource, "interval.ms=1ms", says="interval.ms")
        self.does("config", "unset", resource, "interval.ms", "metrics")
        self.assertNotIn(name, self.does("config", "list").out)

    def test_loggers_of_a_broker(self):
        number = self.broker()
        listed = self.does("config", "list", "broker-logger", "--format", "json").json()
        self.assertEqual(listed, [{"type": "broker-logger", "name": str(number)}])

    def test_words_that_name_no_resource(self):
        for word in ("client-metrics", "client-metrics/", "broker-logger", "topic", "group/"):
            self.ends(USAGE, "config", "get", word, says=[f"'{word}'", "topic/NAME"])
        self.ends(USAGE, "config", "list", "planet", says="planet")
