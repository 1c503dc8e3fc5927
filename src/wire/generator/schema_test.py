"""python3 -m unittest, from this folder: the parser, and the plans that tables.py makes of it."""

import unittest

import kafka_json
import schema
import tables

EXAMPLE = """
# A made-up API.
request 7 Example
versions 1-4
flexible 3+
listeners broker controller

Name string?2+ = null
Count int32 2-3 = -1 ignorable
Late int16 4+
Items []Item key
  Id uuid
  Parts []Part? 3+ tag 0 = null
Extra bytes 3+ tag 0

struct Part 3+
  Size int64
"""


def problem(text):
    try:
        schema.parse(text, "rpc", "x")
    except schema.SchemaError as error:
        return str(error)
    return ""


class Parser(unittest.TestCase):
    def test_every_part_of_the_notation_is_understood(self):
        message = schema.parse(EXAMPLE, "rpc")
        self.assertEqual(message.name, "ExampleRequest")
        self.assertEqual((message.number, str(message.versions)), (7, "1-4"))
        self.assertEqual(message.first_flexible, 3)
        self.assertEqual(list(message.structs), ["Part", "Item", "ExampleRequest"])
        name, count, late, items, extra = message.root.fields
        self.assertEqual((str(name.versions), str(name.nullable), name.default), ("1-4", "2-4", "null"))
        self.assertEqual((str(count.versions), count.default, count.ignorable), ("2-3", "-1", True))
        self.assertEqual(str(late.versions), "4")
        self.assertTrue(items.is_array and items.key and items.is_struct)
        self.assertEqual((extra.tag, str(extra.versions)), (0, "3-4"))
        self.assertEqual(str(message.structs["Item"].fields[1].nullable), "3-4")

    def test_mistakes_name_their_line(self):
        head = "data X\nversions 0\n"
        self.assertIn("x:3: a field needs", problem(head + "Name\n"))
        self.assertIn("x:3: bad field name", problem(head + "name int8\n"))
        self.assertIn("x:3: unknown word 'ignore'", problem(head + "Name int8 ignore\n"))
        self.assertIn("x:3: bad versions '1-'", problem(head + "Name int8 1-\n"))
        self.assertIn("x:4: Name stands twice", problem(head + "Name int8\nName int8\n"))
        self.assertIn("x:4: bad indentation", problem(head + "Name int8\n  Other int8\n"))
        self.assertIn("default null but is not nullable", problem(head + "Name string = null\n"))
        self.assertIn("x:1: the first line", problem("message X\n"))
        self.assertIn("empty", problem("\n"))

    def test_structs_are_defined_once_used_and_not_within_themselves(self):
        head = "data X\nversions 0\nflexible 0+\n"
        self.assertIn("unknown type T", problem(head + "A []T\n"))
        self.assertIn("struct T is not used", problem(head + "A int8\nstruct T\n  B int8\n"))
        self.assertIn("defined twice", problem(head + "A []T\n  B int8\nstruct T\n  B int8\n"))
        self.assertIn("contains itself", problem(head + "A []T\nstruct T\n  B []T\n"))
        self.assertIn("tags of X are not 0 to 0", problem(head + "A int8 tag 1\n"))
        self.assertIn("before the message is flexible",
                      problem("data X\nversions 0-1\nflexible 1+\nA int8 tag 0\n"))


class Names(unittest.TestCase):
    def test_camel_case_becomes_snake_case(self):
        for name, expected in (("TopicId", "topic_id"), ("KRaftVersionRecord", "kraft_version_record"),
                               ("Enable2Pc", "enable2_pc"), ("LastKnownElr", "last_known_elr"),
                               ("V3AndBelowTopics", "v3_and_below_topics")):
            self.assertEqual(schema.snake(name), expected)


class Plans(unittest.TestCase):
    def test_versions_that_look_alike_share_a_plan(self):
        made = tables.MessageTables(schema.parse(EXAMPLE, "rpc"))
        self.assertEqual(len(set(made.by_version)), 4)
        self.assertEqual(len(made.by_version), 4)
        one = tables.MessageTables(schema.parse("data X\nversions 0-9\nA int8\nB int8 5+\n", "rpc"))
        self.assertEqual(one.by_version, [0] * 5 + [1] * 5)

    def test_absent_fields_are_listed_unless_ignorable(self):
        made = tables.MessageTables(schema.parse(EXAMPLE, "rpc"))
        plan = made.plans[made.by_version[0]]
        self.assertEqual([field.name for _, field in plan.absent], ["Late", "Extra"])

    def test_least_sizes_never_exceed_the_smallest_message(self):
        made = tables.MessageTables(schema.parse(EXAMPLE, "rpc"))
        self.assertEqual([made.plans[i].least for i in made.by_version],
                         [2 + 4, 2 + 4 + 4, 1 + 4 + 1 + 1, 1 + 2 + 1 + 1])


class KafkaJson(unittest.TestCase):
    def test_comments_trailing_commas_and_quoted_words_are_read(self):
        message = kafka_json.read("""
            // a comment
            { "type": "data", "name": "X", /* another */ "validVersions": "0-2",
              "flexibleVersions": "1+", "fields": [
              { "name": "url", "type": "string", "versions": "0+", "ignorable": "false",
                "default": "null", "nullableVersions": "0+", "about": "http://x, }" },
            ]}""", "rpc")
        field = message.root.fields[0]
        self.assertEqual((field.name, field.ignorable, field.default), ("Url", False, "null"))


if __name__ == "__main__":
    unittest.main()
