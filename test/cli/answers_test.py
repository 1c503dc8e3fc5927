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
