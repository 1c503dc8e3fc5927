"""produce and consume: formats in both directions, positions, filters, groups, and the benchmarks."""

import base64
import json
import os
import random
import signal
import subprocess
import time

from cli import DONE, FAILED, INTERRUPTED, NOT_FOUND, PARTIAL, USAGE, Cli


class Formats(Cli):
    def test_lines_are_values(self):
        topic = self.topic()
        self.does("produce", topic, input="one\ntwo\n\nlast without an end")
        self.assertEqual(self.does("consume", topic).out, "one\ntwo\n\nlast without an end\n")

    def test_keys_headers_times_and_partitions_are_read_and_printed(self):
        topic = self.topic(2, retention_ms=-1)  # the records are of 1970
        self.does("produce", topic, "-f", "%p|%k|%h|%T|%v", input="1|k|a=1,b=2|1500|v=%\n0|||1000|w\n")
        out = self.does("consume", topic, "-p", 1, "-f", "%t/%p@%o %k %K %S [%h] %T %d %v%%\\t%s").out
        self.assertEqual(out, f"{topic}/1@0 k 1 3 [a=1,b=2] 1500 1970-01-01T00:00:01.500Z v=%%\tv=%\n")

    def test_a_letter_that_is_none_is_an_error(self):
        self.ends(USAGE, "consume", "any", "-f", "%q", says="%q")
        self.ends(USAGE, "produce", "any", "-f", "%v %q", says="%q")

    def test_a_format_that_input_cannot_be_read_by_is_found_before_anything_is_connected(self):
        nobody = ("-b", "127.0.0.1:1")
        self.ends(USAGE, "produce", "t", "-f", "%v%k", *nobody, says="between %v and %k")
        self.ends(USAGE, "produce", "t", "-f", "%v %v", *nobody, says="%v stands there twice")
        self.ends(USAGE, "produce", "t", "-f", "%k %v", "-k", "key", *nobody, says="either --key or %k")
        self.ends(USAGE, "produce", "t", "-f", "%p %v", "-p", "1", *nobody, says="either --partition or %p")
        self.ends(USAGE, "produce", "-", "-f", "%v", *nobody, says="no %t")
        self.ends(USAGE, "produce", "-", *nobody, says="by %t in -f")

    def test_ways_of_reading_and_printing_that_exclude_each_other(self):
        nobody = ("-b", "127.0.0.1:1")
        for words in (["-f", "%v", "--whole"], ["-f", "%v", "--format", "json"], ["--whole", "--format", "json"], ["--format", "csv"], ["--format", "wide"]):
            self.ends(USAGE, "produce", "t", *words, *nobody, says=words[0])
        for words in (["-f", "%v", "--format", "json"], ["--format", "csv"], ["--format", "wide"]):
            self.ends(USAGE, "consume", "t", *words, *nobody, says=words[0])

    def test_a_topic_in_the_record_that_is_not_the_one_of_the_command_line_is_an_error(self):
        one, two = self.topic(), self.topic()
        ended = self.ends(PARTIAL, "produce", one, "-f", "%t %v", input=f"{one} a\n{two} b\n", says=["standard input:2:", two, one])
        self.assertIn("1 record delivered", ended.err)
        self.assertEqual(self.does("consume", one).out, "a\n")
        self.assertEqual(self.does("consume", two).out, "")

    def test_headers_that_are_null_empty_or_no_text(self):
        source, target = self.topic(), self.topic()
        self.does("produce", source, "--format", "json", input='{"payload": "v", "headers": ["null", null, "empty", "", "full", "1"]}')
        shown = self.does("consume", source, "-f", "%h|%v").out
        self.assertEqual(shown, "null,empty=,full=1|v\n")
        self.does("produce", target, "-f", "%h|%v", input=shown)
        (record,) = self.does("consume", target, "--format", "json").objects()
        self.assertEqual(record["headers"], ["null", None, "empty", "", "full", "1"])
        self.ends(USAGE, "produce", target, "-H", "\udcff:1", says="UTF-8")
        self.ends(FAILED, "produce", target, "-f", "%h|%v", input=b"\xff=1|v\n", says=["standard input:1:", "UTF-8"])

    def test_json_round_trip_keeps_nulls_empties_and_binary(self):
        source, target = self.topic(), self.topic()
        chance = random.Random(1)
        records = [{"key": None, "payload": None}, {"key": "", "payload": ""}, {"key": "k\n\"\u00e9", "payload": "v\u0000"}]
        records += [{"key_base64": base64.b64encode(b"\xff\x00").decode(), "payload_base64": base64.b64encode(chance.randbytes(99)).decode()}]
        records += [{"key": "h", "payload": "x", "headers": ["a", "1", "a", "2", "null", None]}]
        self.does("produce", source, "--format", "json", input="".join(json.dumps(record) + "\n" for record in records))
        first = self.does("consume", source, "--format", "json")
        self.does("produce", target, "--format", "json", input=first.bytes)
        second = self.does("consume", target, "--format", "json")
        for had, sent, again in zip(records, first.objects(), second.objects(), strict=True):
            self.assertEqual({name: sent.get(name) for name in had}, had)
            for name in ("key", "key_base64", "payload", "payload_base64", "headers", "ts"):
                self.assertEqual(sent.get(name), again.get(name))
            self.assertEqual((again["topic"], again["partition"]), (target, 0))

    def test_topics_in_json_count_when_the_command_line_leaves_it_to_them(self):
        one, two, target = self.topic(), self.topic(), self.topic()
        lines = "".join(json.dumps({"topic": topic, "payload": topic}) + "\n" for topic in (one, two))
        self.does("produce", "-", "--format", "json", input=lines)
        self.assertEqual([self.does("consume", topic).out for topic in (one, two)], [one + "\n", two + "\n"])
        self.does("produce", target, "--format", "json", input=lines)
        self.assertEqual(self.does("consume", target).out, f"{one}\n{two}\n")
        self.ends(FAILED, "produce", "-", "--format", "json", input='{"payload": "x"}', says="standard input:1: the record names no topic")
        self.does("produce", "-", "-f", "%t:%v", input=f"{one}:again\n")
        self.assertEqual(self.does("consume", one, "-o", "-1").out, "again\n")

    def test_a_format_with_lengths_keeps_nulls_empties_and_binary(self):
        source, target, chance = self.topic(), self.topic(), random.Random(2)
        rows = [(None, None), (b"", b""), (None, b"\n\n"), (b"k", None)] + [(chance.randbytes(9), chance.randbytes(50)) for _ in range(50)]
        stream = b""
        for key, value in rows:
            sizes = [-1 if part is None else len(part) for part in (key, value)]
            stream += b"%d %d " % tuple(sizes) + (key or b"") + (value or b"") + b"\n"
        self.does("produce", source, "-f", "%K %S %k%v\\n", input=stream)
        first = self.does("consume", source, "-f", "%K %S %k%v\\n")
        self.assertEqual(first.bytes, stream)
        self.does("produce", target, "-f", "%K %S %k%v\\n", input=first.bytes)
        self.assertEqual(self.does("consume", target, "-f", "%K %S %k%v\\n").bytes, stream)

    def test_every_codec(self):
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            topic = self.topic()
            lines = "".join(f"{codec} {n}\n" for n in range(2000))
            self.does("produce", topic, "-z", codec, "-q", input=lines)
            self.assertEqual(self.does("consume", topic).out, lines)

    def test_options_give_keys_headers_and_tombstones(self):
        topic = self.topic(3)
        self.does("produce", topic, "-k", "key", "-H", "a:1", "-p", 2, "-Z", input="v\n\n")
        first, second = self.does("consume", topic, "--format", "json").objects()
        self.assertEqual((first["key"], first["headers"], first["partition"], first["payload"]), ("key", ["a", "1"], 2, "v"))
        self.assertIsNone(second["payload"])

    def test_whole_files_are_records(self):
        topic, content = self.topic(), os.urandom(5000)
        self.does("produce", topic, "--whole", self.file(content), self.file("b\n"))
        first, second = self.does("consume", topic, "--format", "json").objects()
        self.assertEqual(base64.b64decode(first["payload_base64"]), content)
        self.assertEqual(second["payload"], "b\n")

    def test_hexadecimal(self):
        topic = self.topic()
        self.does("produce", topic, "-k", "\u00e9", input="ab\n")
        self.assertEqual(self.does("consume", topic, "--hex", "-f", "%k %v").out, "c3a9 6162\n")

    def test_keys_go_where_javas_partitioner_puts_them(self):
        topic = self.topic(5)
        self.does("produce", topic, "-f", "%k,%v", input="".join(f"key-{n},{n}\n" for n in range(20)))
        rows = self.does("consume", topic, "-f", "%k %p").out.splitlines()
        where = dict(row.split() for row in rows)
        for key, partition in where.items():
            self.assertEqual(int(partition), (murmur2(key.encode()) & 0x7FFFFFFF) % 5, key)


class Positions(Cli):
    def test_where_nothing_is_said_auto_offset_reset_does(self):
        topic = self.topic()
        self.does("produce", topic, "-f", "%T %v", input=f"{int(time.time() - 7200) * 1000} old\n{int(time.time()) * 1000} new\n")
        for policy, values in (("earliest", "old\nnew\n"), ("latest", ""), ("by_duration:PT1H", "new\n")):
            self.assertEqual(self.does("consume", topic, "-X", f"auto.offset.reset={policy}").out, values, policy)
        self.assertEqual(self.does("consume", topic).out, "old\nnew\n")
        self.ends(USAGE, "consume", topic, "-X", "auto.offset.reset=none", says=["auto.offset.reset=none", "-o"])
        self.assertEqual(self.does("consume", topic, "-o", "1", "-X", "auto.offset.reset=none").out, "new\n")

    def test_ranges_by_offset(self):
        topic = self.filled(range(10))
        for words, values in (
            ("start", range(10)),
            ("3", range(3, 10)),
            ("-2", (8, 9)),
            ("2:5", (2, 3, 4)),
            ("start:-7", (0, 1, 2)),
            ("-3:end", (7, 8, 9)),
            ("end", ()),
            ("5:5", ()),
            ("100", ()),
        ):
            with self.subTest(words):
                self.assertEqual(self.does("consume", topic, "-o", words).out.split(), [str(value) for value in values])

    def test_ranges_by_time(self):
        topic = self.topic(retention_ms=-1)  # the records are of 1970
        self.does("produce", topic, "-f", "%T %v", input="".join(f"{second * 1000} {second}\n" for second in range(10)))
        for words, values in (
            ("@3000", range(3, 10)),
            ("@3000:@5000", (3, 4)),
            ("1970-01-01T00:00:08Z", (8, 9)),
            ("-2h", ()),
            ("start:-2h", range(10)),
        ):
            with self.subTest(words):
                self.assertEqual(self.does("consume", topic, "-o", words).out.split(), [str(value) for value in values])

    def test_a_position_that_is_none_is_an_error(self):
        for words in ("middle", "1:2:3x", "@", "5x"):
            self.ends(USAGE, "consume", "any", "-o", words, says=words.split(":")[-1])

    def test_count_partitions_and_patterns_of_topics(self):
        topic = self.topic(4)
        self.does("produce", topic, "-f", "%p %v", input="".join(f"{n % 4} {n}\n" for n in range(40)))
        self.assertEqual(len(self.does("consume", topic, "-n", 7).out.split()), 7)
        values = self.does("consume", topic, "-p", "0,2-3").out.split()
        self.assertEqual(sorted(map(int, values)), [n for n in range(40) if n % 4 != 1])
        other = self.filled(["x"])
        both = self.does("consume", "--regex", f"{topic[:-1]}.|{other}", "-o", "start", "-f", "%t").out.split()
        self.assertLessEqual({topic, other}, set(both))

    def test_filters(self):
        topic = self.topic()
        self.does("produce", topic, "-f", "%k|%h|%v", input="a1|x=1|apple.\nb2|x=2|pear\na3|y=1|plum.\n")
        for words, values in (
            (["--key", "^a"], ["apple.", "plum."]),
            (["--value", "^p.*[.]$"], ["plum."]),
            (["--value", "."], ["apple.", "pear", "plum."]),
            (["--value", ".", "--plain"], ["apple.", "plum."]),
            (["--header", "x"], ["apple.", "pear"]),
            (["--header", "x:2"], ["pear"]),
            (["--key", "a", "--header", "y"], ["plum."]),
        ):
            with self.subTest(words):
                self.assertEqual(self.does("consume", topic, *words).out.split(), values)
        self.ends(USAGE, "consume", topic, "--key", "(", says="(")


class Followers(Cli):
    def test_new_topics_that_match_and_new_partitions_are_followed(self):
        first, group = self.filled(["first"]), self.fresh("followed")
        words = ("--follow", "-X", "metadata.max.age.ms=100", "-f", "%t %p %v")
        reader = self.start("consume", "-r", f"{first}|{group}.*", *words, stdout=subprocess.PIPE)
        self.assertEqual(reader.stdout.readline().decode(), f"{first} 0 first\n")
        self.does("topic", "create", f"{group}-new")
        self.does("produce", f"{group}-new", input="second\n")
        self.assertEqual(reader.stdout.readline().decode(), f"{group}-new 0 second\n")
        self.does("topic", "add-partitions", first, "--num", 1)
        self.does("produce", first, "-p", 1, input="third\n")
        self.assertEqual(reader.stdout.readline().decode(), f"{first} 1 third\n")
        self.does("produce", first, "-p", 0, input="fourth\n")
        self.assertEqual(reader.stdout.readline().decode(), f"{first} 0 fourth\n")
        reader.send_signal(signal.SIGINT)
        self.assertEqual(reader.wait(60), INTERRUPTED)


class GroupReaders(Cli):
    def test_a_group_without_a_commit_begins_where_auto_offset_reset_says(self):
        topic = self.topic()
        self.does("produce", topic, "-f", "%T %v", input=f"{int(time.time() - 7200) * 1000} old\n{int(time.time()) * 1000} new\n")

        def first(*words):
            return self.does("consume", topic, "-g", self.fresh("group"), "-n", 1, *words).out

        self.assertEqual(first(), "old\n")
        self.assertEqual(first("-X", "auto.offset.reset=earliest"), "old\n")
        self.assertEqual(first("-X", "auto.offset.reset=by_duration:PT1H"), "new\n")
        for policy in ("none", "latest"):
            self.assertEqual(first("-o", "start", "-X", f"auto.offset.reset={policy}"), "old\n")
        ended = self.run_weir("consume", topic, "-g", self.fresh("group"), "-n", 1, "-X", "auto.offset.reset=none")
        self.assertEqual((ended.code, ended.out), (NOT_FOUND, ""), ended.err)
        self.assertIn("auto.offset.reset", ended.err)

    def test_a_group_that_begins_at_the_end_sees_only_what_is_new(self):
        topic, group = self.filled(["old"] * 3), self.fresh("group")
        reader = self.start("consume", topic, "-g", group, "-n", 1, "-X", "auto.offset.reset=latest", stdout=subprocess.PIPE)
        while reader.poll() is None:
            self.does("produce", topic, "-q", input="new\n")
        self.assertEqual((reader.returncode, reader.stdout.read()), (DONE, b"new\n"))

    def test_what_was_printed_is_committed_and_no_more(self):
        topic, group = self.filled(range(10)), self.fresh("group")
        self.assertEqual(self.does("consume", topic, "-g", group, "-o", "start", "-n", 4).out.split(), list("0123"))
        (row,) = self.does("group", "lag", group, "--format", "json").json()
        self.assertEqual(row["lag"], 6)
        self.assertEqual(self.does("consume", topic, "-g", group, "-n", 3).out.split(), list("456"))

    def test_a_position_beyond_the_end(self):
        topic = self.filled(range(5))
        self.assertEqual(self.does("consume", topic, "-o", "3:100").out, "3\n4\n")
        self.assertEqual(self.does("consume", topic, "-o", "100").out, "")
        self.ends(FAILED, "consume", topic, "-o", "100", "--follow", says="offset 100 is beyond its end, 5")
        self.ends(FAILED, "consume", topic, "-o", "100", "-n", 1, says="offset 100 is beyond its end, 5")

    def test_the_signals_of_timeout_are_one_order(self):
        topic, group = self.filled(["x"]), self.fresh("group")
        reader = self.start("consume", topic, "-g", group, "-o", "start", stdout=subprocess.PIPE)
        self.assertEqual(reader.stdout.readline(), b"x\n")
        reader.send_signal(signal.SIGTERM)
        reader.send_signal(signal.SIGTERM)
        self.assertEqual(reader.wait(60), INTERRUPTED)
        (row,) = self.does("group", "lag", group, "--format", "json").json()
        self.assertEqual(row["lag"], 0)

    def test_a_position_counts_only_where_nothing_was_committed(self):
        topic, group = self.filled(range(6)), self.fresh("group")
        self.does("consume", topic, "-g", group, "-o", "2", "-n", 1)
        self.assertEqual(self.does("consume", topic, "-g", group, "-o", "start", "-n", 1).out, "3\n")

    def test_an_interrupted_reader_commits_what_it_printed(self):
        topic, group = self.filled(range(5)), self.fresh("group")
        reader = self.start("consume", topic, "-g", group, "-o", "start", stdout=subprocess.PIPE)
        self.assertEqual([reader.stdout.readline() for _ in range(5)], [b"%d\n" % n for n in range(5)])
        reader.send_signal(signal.SIGINT)
        self.assertEqual(reader.wait(60), INTERRUPTED)
        (row,) = self.does("group", "lag", group, "--format", "json").json()
        self.assertEqual(row["lag"], 0)

    def test_two_members_share_the_partitions(self):
        topic, group = self.topic(2), self.fresh("group")
        readers = [self.start("consume", topic, "-g", group, "-o", "start", "-f", "%p", stdout=subprocess.PIPE) for _ in range(2)]
        while len({row["member"] for row in self.members(group) if row["partitions"]}) < 2:
            pass  # each look is an exchange with the broker
        self.does("produce", topic, "-f", "%p %v", input="0 a\n1 b\n")
        self.assertEqual({reader.stdout.readline() for reader in readers}, {b"0\n", b"1\n"})

    def members(self, group):
        ended = self.run_weir("group", "members", group, "--format", "json")
        return ended.json() if ended.code == DONE and ended.out else []


class Benchmarks(Cli):
    def test_produce_consume_and_e2e_report_in_each_format(self):
        topic = self.topic()
        made = self.does("bench", "produce", topic, "-n", 5000, "-s", 100, "--format", "json").json()
        self.assertEqual(made["records"], 5000)
        read = self.does("bench", "consume", topic, "--format", "json").json()
        self.assertEqual(read["records"], 5000)
        there = self.does("bench", "e2e", self.topic(), "-n", 200, "-s", 100, "--format", "json").json()
        self.assertEqual(there["records"], 200)
        text = self.does("bench", "produce", topic, "-n", 100).out
        self.assertRegex(text, r"(?m)^latency_p99 +[\d.]+(us|ms|s)$")
        self.assertRegex(text, r"(?m)^bytes +100.0 KiB$")
        self.assertRegex(self.does("bench", "produce", topic, "-n", 100, "--format", "wide").out, r"(?m)^bytes +102400$")
        self.ends(USAGE, "bench", "produce", topic, "-n", "many", says="--count many: ")
        self.ends(USAGE, "bench", "produce", topic, "-s", "1XB", says="--size: '1XB'")


def murmur2(data):
    """As Kafka's Utils.murmur2."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    if tail := data[whole:]:
        h = (h ^ int.from_bytes(tail, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15
