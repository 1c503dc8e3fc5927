#!/usr/bin/env python3
"""Compares what Weir (cases.weir) and Apache Kafka (cases.kafka) made of the same produced batches.

Every difference must be of a kind that src/wire/record/validator.h gives a reason for.
"""
import collections
import re
import sys


def load(path):
    with open(path, encoding="utf-8") as file:
        return [case.strip() for case in re.split(r"^case \d+: ", file.read(), flags=re.M)[1:]]


def offsets(outcome):
    return [int(offset) for offset in re.findall(r"record offset=(-?\d+)", outcome)]


def without_positions(outcome):
    return re.sub(r"(record offset|sequence|time)=-?\d+", r"\1", outcome)


def without_header_keys(outcome):
    return re.sub(r"'[0-9a-f]*':", ":", outcome)


def reason(ours, kafkas):
    """Why the two may differ, or nothing."""
    if ours.startswith("stored") and kafkas == "error -1 UnsupportedOperationException":
        return "wrong offset deltas in a compressed batch are put right"
    if ours.startswith("stored") and kafkas == "error -1 IllegalArgumentException":
        return "a negative timestamp is encoded anew"
    if ours.startswith("stored") and kafkas.startswith("stored") and "codec=0" in kafkas:
        if offsets(ours) == list(range(len(offsets(ours)))) and offsets(kafkas) != offsets(ours):
            if without_positions(ours) == without_positions(kafkas):
                return "wrong offset deltas in an uncompressed batch are put right"
    if ours == "error 87" and kafkas.startswith("stored") and "unreadable" in kafkas:
        return "a record that nobody can read is refused"
    if "'efbfbd':" in kafkas and without_header_keys(ours) == without_header_keys(kafkas):
        return "Java shows a header key that is not UTF-8 as a replacement character"
    return None


def main(directory):
    ours, kafkas = load(f"{directory}/cases.weir"), load(f"{directory}/cases.kafka")
    if not ours or len(ours) != len(kafkas):
        sys.exit(f"{len(ours)} cases of ours, {len(kafkas)} of Kafka's")
    kinds = collections.Counter()
    unexplained = 0
    for number, (mine, theirs) in enumerate(zip(ours, kafkas)):
        if mine == theirs:
            kinds["same: " + mine.split("\n")[0].split(" at")[0]] += 1
            continue
        why = reason(mine, theirs)
        if why:
            kinds["differs: " + why] += 1
            continue
        unexplained += 1
        print(f"case {number}\n--- Weir\n{mine}\n--- Kafka\n{theirs}")
    for kind, count in kinds.most_common():
        print(f"{count:6} {kind}")
    if unexplained:
        sys.exit(f"{unexplained} of {len(ours)} cases differ without a reason")


main(sys.argv[1])
