"""What commands answer: words are taken as they stand, nothing is said to be known, healthy or done that is not, CSV is
one table, and who waits is told for what."""

import csv
import io
import json
import pathlib
import socket
import struct
import subprocess
import tempfile
import threading

import program
from cli import DONE, NOT_FOUND, PARTIAL, UNREACHABLE, USAGE, Cli

FETCH, DESCRIBE_TOPIC_PARTITIONS = 1, 75


class Words(Cli):
    def test_words_in_brackets_are_no_lists(self):
        self.ends(NOT_FOUND, "log", "dump", "[x,y]", says="[x,y]")
        self.ends(NOT_FOUND, "group", "describe", "[g,h]", says="[g,h]")
        topic = self.topic()
        self.does("produce", topic, "-q", "-H", "[a:b,c:d]", input="x\n")
        (record,) = self.does("consume", topic, "--format", "json").objects()
        self.assertEqual(record["headers"], ["[a", "b,c:d]"])

    def test_a_pattern_in_brackets_reads_the_topics_that_it_matches(self):
        name = self.fresh("brackets")
        for end in "012":
            self.does("topic", "create", f"{name}x{end}")
            self.does("produce", f"{name}x{end}", "-q", input=f"{end}\n")
        values = self.does("consume", "-r", f"[b]{name[1:]}x[0,1]").out.split()
        self.assertEqual(sorted(values), ["0", "1"])

    def test_help_for_a_noun_and_for_a_command(self):
        shown = self.does("help", "topic")
        self.assertEqual(shown.err, "")
        self.assertEqual(shown.out, self.does("topic", "--help").out)
        self.assertEqual(self.ends(USAGE, "topic", says="topic create").out, "")
        self.assertEqual(self.does("help", "topic", "list").out, self.does("topic", "list", "--help").out)
        self.ends(USAGE, "help", "topic", "lsit", says="weir topic list")
        self.ends(USAGE, "help", "tpoic", says="weir topic")

    def test_the_version_by_a_flag(self):
        for flag in ("--version", "-V"):
            self.assertEqual(self.does(flag).out, self.does("version").out)

    def test_a_time_to_wait_is_more_than_nothing(self):
        for time in ("0", "0s", "-5s"):
            self.ends(USAGE, "topic", "list", "--timeout", time, says=f"--timeout {time}: a time above 0")
        self.ends(USAGE, "topic", "list", "--timeout", "", says="--timeout: '' is no duration")

    def test_minus_nothing_is_the_end(self):
        topic, group = self.filled(range(3)), self.fresh("group")
        self.assertEqual(self.does("consume", topic, "-o", "-0").out, "")
        self.assertEqual(self.does("consume", topic, "-o", "1:-0").out, "1\n2\n")
        (row,) = self.does("group", "reset", group, topic, "--to", "-0", "--yes", "--format", "json").json()
        self.assertEqual(row["new_offset"], 3)

    def test_ranges_with_one_end_and_times_from_now(self):
        topic = self.filled(range(4))
        for words, values in ((":2", "01"), ("2:", "23"), (":", "0123"), ("now", ""), ("+2h", ""), ("-2h", "0123"), ("-2h:+2h", "0123"), (":now", "0123")):
            with self.subTest(words):
                self.assertEqual("".join(self.does("consume", topic, "-o", words).out.split()), values)

    def test_records_are_counted_in_units_of_sizes(self):
        made = self.does("bench", "produce", self.topic(), "-n", "1K", "-s", 10, "--format", "json").json()
        self.assertEqual(made["records"], 1024)
        self.assertIn("(10000)", self.does("bench", "e2e", "--help").out)

    def test_headers_of_every_record_are_added_to_those_in_json(self):
        topic = self.topic()
        self.does("produce", topic, "-q", "--format", "json", "-H", "a:1", input='{"payload": "v", "headers": ["b", "2"]}')
        (record,) = self.does("consume", topic, "--format", "json").objects()
        self.assertEqual(record["headers"], ["a", "1", "b", "2"])

    def test_the_key_of_every_record_counts_before_the_one_in_json(self):
        topic = self.topic(2)
        lines = "".join(json.dumps({"key": key, "payload": "v", "partition": 0}) + "\n" for key in ("own", None))
        self.does("produce", topic, "-q", "--format", "json", "-k", "given", "-p", 1, input=lines)
        self.assertEqual(self.does("consume", topic, "-f", "%k %p").out, "given 1\n" * 2)


class Swallowing:
    """Forwards connections to a broker, and of their requests with a certain key only the first ones."""

    def __init__(self, key, passing):
        self.key, self.passing, self.target = key, passing, None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            broker = socket.create_connection(("127.0.0.1", self.target))
            for work in (self._requests, self._answers):
                threading.Thread(target=work, args=(client, broker), daemon=True).start()

    def _requests(self, client, broker):
        with client.makefile("rb") as frames:
            while len(head := frames.read(4)) == 4:
                body = frames.read(struct.unpack(">i", head)[0])
                is_counted = struct.unpack_from(">h", body)[0] == self.key
                if not is_counted or self.passing > 0:
                    broker.sendall(head + body)
                self.passing -= is_counted
        broker.close()

    def _answers(self, client, broker):
        try:
            while piece := broker.recv(65536):
                client.sendall(piece)
        except OSError:
            pass
        client.close()


class Unanswered(Cli):
    """A broker that answers no more questions of one kind."""

    def broker(self, key, passing):
        proxy = Swallowing(key, passing)
        self.addCleanup(proxy.close)
        home = tempfile.TemporaryDirectory(prefix="weir-cli-")
        self.addCleanup(home.cleanup)
        advertised = f"advertised.listeners=PLAINTEXT://127.0.0.1:{proxy.port}"
        server = program.Program(self.weir, "--data", home.name, "--listen", "127.0.0.1:0", "--set", advertised)
        self.addCleanup(server.kill)
        proxy.target = server.port()
        return proxy, ("-b", f"127.0.0.1:{proxy.port}")

    def test_a_cluster_of_which_nothing_is_known_is_not_healthy(self):
        proxy, brokers = self.broker(DESCRIBE_TOPIC_PARTITIONS, passing=0)
        self.does("topic", "create", "t", *brokers)
        ended = self.ends(UNREACHABLE, "cluster", "health", *brokers, "--timeout", "1500ms", "--format", "json")
        self.assertEqual(ended.out, "")
        proxy.passing = 100
        self.assertTrue(self.does("cluster", "health", *brokers, "--format", "json").json()["healthy"])

    def test_a_measured_reader_that_gets_no_more_is_done_in_part(self):
        for passing, code in ((2, PARTIAL), (0, UNREACHABLE)):
            _, brokers = self.broker(FETCH, passing)
            self.does("topic", "create", "t", *brokers)
            for _ in range(20):
                self.does("produce", "t", "-q", *brokers, input="x" * 1000 + "\n")
            small = ("-X", "max.partition.fetch.bytes=1000", "-X", "fetch.max.bytes=1000")
            ended = self.ends(code, "bench", "consume", "t", *small, *brokers, "--timeout", "1500ms", "--format", "json", says="of 20 records")
            records = ended.json()["records"]
            self.assertEqual((records > 0, records < 20), (passing > 0, True))


class Knowledge(Cli):
    def lag(self, topic):
        """What is told of a group whose only member has not committed anything."""
        group = self.fresh("group")
        self.start("consume", topic, "-g", group, "-o", "end", stdout=subprocess.DEVNULL)
        while True:
            ended = self.run_weir("group", "lag", group, "--format", "json")
            if ended.code == DONE and ended.json():
                break  # it is there, and its partitions are given to it
        facts = self.does("group", "describe", group, "--format", "json").json()
        (partition,), (row,) = facts["partitions"], self.does("group", "lag", group, "--format", "json").json()
        self.assertEqual((partition["committed_offset"], row["topic"], row["partitions"]), (None, topic, 1))
        return partition["lag"], row["lag"], facts["total_lag"]

    def test_a_lag_that_is_not_known_is_null(self):
        self.assertEqual(self.lag(self.filled(range(3))), (None, None, None))
        self.assertEqual(self.lag(self.topic()), (0, 0, 0))

    def test_an_offset_that_is_not_in_the_log_is_said(self):
        topic, group = self.filled(range(6)), self.fresh("group")
        self.does("topic", "trim", topic, "--before", 2, "--yes")
        for to, given, said in (("100", 6, "100 is beyond its end, it gets 6"), ("1", 2, "1 is before its start, it gets 2"), ("-9", 2, "-9 is before its start, it gets 2")):
            for how in ("--yes", "--dry-run"):
                ended = self.ends(DONE, "group", "reset", group, topic, "--to", to, how, "--format", "json", says=f"{topic} partition 0: {said}")
                self.assertEqual([row["new_offset"] for row in ended.json()], [given])
        for to in ("start", "end", "4", "-2", "@0", "now"):
            self.assertEqual(self.does("group", "reset", group, topic, "--to", to, "--yes").err, "", to)


class Csv(Cli):
    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.does(*arguments, "--format", "csv").out)))

    def test_topics_are_their_partitions(self):
        one, two = self.topic(2, retention_ms=1000), self.filled(range(3))
        rows = self.rows("topic", "describe", one, two)
        self.assertEqual(list(rows[0])[:3], ["topic", "partition", "leader"])
        told = [(row["topic"], row["partition"], row["end_offset"]) for row in rows]
        self.assertEqual(told, [(one, "0", "0"), (one, "1", "0"), (two, "0", "3")])

    def test_groups_are_their_partitions_topics_or_members(self):
        topic, groups = self.filled(range(3)), [self.fresh("group") for _ in range(2)]
        for group in groups:
            self.does("consume", topic, "-g", group, "-n", 1)
        rows = self.rows("group", "describe", *groups)
        self.assertEqual(list(rows[0])[:3], ["group", "topic", "partition"])
        self.assertEqual([(row["group"], row["topic"], row["lag"]) for row in rows], [(group, topic, "2") for group in groups])
        self.assertEqual([row["group"] for row in self.rows("group", "lag", *groups)], groups)
        header = "group,member,instance,client_id,host,partitions\n"
        self.assertEqual(self.does("group", "members", *groups, "--format", "csv").out, header)

    def test_directories_are_their_replicas(self):
        topic = self.filled(["x" * 1000])
        (row,) = self.rows("cluster", "log-dirs", topic)
        self.assertEqual((row["topic"], row["partition"]), (topic, "0"))
        self.assertGreater(int(row["size"]), 1000)
        self.assertTrue(pathlib.PurePath(row["directory"]).is_absolute())

    def test_a_cluster_is_its_brokers(self):
        self.assertIn("port", self.rows("cluster", "info")[0])
        self.assertIn("node", self.rows("cluster", "quorum")[0])

    def test_text_and_json_have_no_columns_that_only_csv_has(self):
        topic = self.topic()
        self.assertNotIn("topic", self.does("topic", "describe", topic, "--format", "json").json()["partitions"][0])
        self.assertRegex(self.does("topic", "describe", topic).out, r"(?m)^PARTITION +LEADER ")


class Changes(Cli):
    """A change says what was done, also when it was only tried."""

    def changed(self, *arguments):
        return self.does(*arguments, "--format", "json").json()

    def test_settings(self):
        topic = self.topic()
        change = ("--set", "retention.ms=1h", "--delete", "segment.bytes")
        for words, altered in ((("--dry-run",), False), ((), True)):
            rows = [
                {"topic": topic, "name": "retention.ms", "value": "3600000", "altered": altered},
                {"topic": topic, "name": "segment.bytes", "value": None, "altered": altered},
            ]
            self.assertEqual(self.changed("topic", "alter", topic, *change, *words), rows)
            resource = f"topic/{topic}"
            row = {"resource": resource, "name": "retention.ms", "value": "7200000", "altered": altered}
            self.assertEqual(self.changed("config", "set", resource, "retention.ms=2h", *words), [row])
            self.assertEqual(self.changed("config", "unset", resource, "retention.ms", *words), [{**row, "value": None}])
        self.assertRegex(self.does("topic", "alter", topic, "--set", "retention.ms=1h").out, rf"(?m)^{topic} +retention.ms +1h +true$")

    def test_partitions(self):
        topic = self.topic()
        for words, added in ((("--dry-run",), False), ((), True)):
            made = self.changed("topic", "add-partitions", topic, "--num", 2, *words)
            self.assertEqual(made, [{"topic": topic, "partitions": 3, "added": added}])
        ended = self.ends(PARTIAL, "topic", "add-partitions", topic, "no-such-topic", "--num", 1, "--format", "json", says="no-such-topic")
        self.assertEqual([row["topic"] for row in ended.json()], [topic])


class Benchmarks(Cli):
    def test_a_topic_that_is_not_there_is_named_at_once(self):
        for bench in ("produce", "consume", "e2e"):
            ended = self.ends(NOT_FOUND, "bench", bench, "no-such-topic", "--timeout", "1h", says="no-such-topic")
            self.assertEqual(ended.out, "")
        self.assertNotIn("no-such-topic", self.does("topic", "list").out.split())

    def test_a_run_that_fails_in_the_middle_is_done_in_part(self):
        for bench in ("produce", "e2e"):
            topic = self.topic()
            running = self.start("bench", bench, topic, "-n", 100000, "--rate", 200, "--timeout", "1h", "--format", "json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while not self.does("consume", topic, "-n", 1).out:
                pass  # each look is an exchange with the broker
            self.does("topic", "alter", topic, "--set", "max.message.bytes=100")
            out, err = running.communicate(timeout=60)
            self.assertEqual(running.returncode, PARTIAL, err)
            self.assertIn(b"MESSAGE_TOO_LARGE", err)
            self.assertGreater(json.loads(out)["records"], 0)

    def test_a_run_of_which_nothing_was_done_is_no_part(self):
        topic = self.topic(max_message_bytes=100)
        for bench in ("produce", "e2e"):
            self.ends(1, "bench", bench, topic, "-n", 10, "--timeout", "1h", says="MESSAGE_TOO_LARGE")


class Waiting(Cli):
    said = "still trying (--timeout 3s)"

    def test_who_waits_is_told_for_what_once(self):
        nobody = ("-b", "127.0.0.1:1", "--timeout", "3s")
        ended = self.ends(UNREACHABLE, "topic", "list", *nobody, says=["127.0.0.1:1", "refused", self.said, "WEIR_BROKERS"])
        self.assertEqual((ended.out, ended.err.count(self.said), len(ended.err.splitlines())), ("", 1, 2), ended.err)

    def test_programs_are_told_the_outcome_only(self):
        ended = self.ends(UNREACHABLE, "topic", "list", "-b", "127.0.0.1:1", "--timeout", "3s", "--format", "json")
        self.assertEqual(len(ended.err.splitlines()), 1, ended.err)

    def test_a_broker_that_says_nothing_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            address = f"127.0.0.1:{deaf.getsockname()[1]}"
            self.ends(UNREACHABLE, "topic", "list", "-b", address, "-X", "default.api.timeout.ms=3000", says=[f"no answer from {address} yet", self.said])

    def test_who_waits_for_input_waits_for_no_broker(self):
        topic = self.topic()
        writer = self.start("produce", "-", "-q", "-f", "%t %v", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        with self.assertRaises(subprocess.TimeoutExpired):
            writer.wait(1.5)
        _, err = writer.communicate(f"{topic} x\n".encode(), timeout=60)
        self.assertEqual((writer.returncode, err), (DONE, b""))
