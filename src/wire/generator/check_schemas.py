#!/usr/bin/env python3
"""Compares our schemas with Kafka's, field by field.

    check_schemas.py SCHEMA_FOLDER KAFKA_FOLDER      (KAFKA_FOLDER/rpc/ProduceRequest.json and so on)

Passes with a message when KAFKA_FOLDER is not there. Not carried over, because nothing uses them:
"about" texts, "entityType" and "zeroCopy" (all our values are views).
"""

import pathlib
import sys

import kafka_json
import schema

HEADER = ("kind", "number", "name", "family", "unstable_latest", "listeners")
VERSIONS = ("versions", "flexible")
FIELD = ("name", "is_array", "element", "tag", "default", "ignorable", "key", "inflexible")
FIELD_VERSIONS = ("versions", "nullable")


def differences(ours, theirs):
    """Sentences; none when the two say the same."""
    found = []

    def compare(where, a, b, names, as_text=lambda value: value):
        for name in names:
            mine, other = as_text(getattr(a, name)), as_text(getattr(b, name))
            if mine != other:
                found.append(f"{where}: {name} is {mine}, Kafka has {other}")

    compare(ours.name, ours, theirs, HEADER)
    compare(ours.name, ours, theirs, VERSIONS, str)
    for name in sorted(set(ours.structs) ^ set(theirs.structs)):
        found.append(f"{ours.name}: only {'Weir' if name in ours.structs else 'Kafka'} has {name}")
    for name in ours.structs.keys() & theirs.structs.keys():
        mine, other = ours.structs[name], theirs.structs[name]
        where = f"{ours.name}.{name}"
        compare(where, mine, other, ("versions",), str)
        if [f.name for f in mine.fields] != [f.name for f in other.fields]:
            found.append(f"{where}: fields differ in name or order")
            continue
        for a, b in zip(mine.fields, other.fields):
            compare(f"{where}.{a.name}", a, b, FIELD)
            compare(f"{where}.{a.name}", a, b, FIELD_VERSIONS, lambda v: str(_clip(v, ours)))
    return found


def _clip(versions, message):
    """Without versions that the message does not have, unless nothing else is left."""
    return versions.intersect(message.versions) or versions


def main(schema_folder, kafka_folder):
    kafka = pathlib.Path(kafka_folder)
    if not kafka.is_dir():
        print(f"skipped: {kafka} is not there")
        return 0
    theirs = {}
    for path in sorted(kafka.glob("*/*.json")):
        message = kafka_json.read(path.read_text(encoding="utf-8"), path.parent.name)
        theirs[message.name] = message
    ours = {message.name: message for message in schema.load_all(schema_folder)}
    found = [f"only {'Weir' if name in ours else 'Kafka'} has {name}"
             for name in sorted(ours.keys() ^ theirs.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        found += differences(ours[name], theirs[name])
    for line in found:
        print(line)
    fields = sum(len(s.fields) for m in ours.values() for s in m.structs.values())
    print(f"{len(ours)} messages, {fields} fields compared, {len(found)} differences")
    return 1 if found or not theirs else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
