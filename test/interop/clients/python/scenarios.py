"""What both Python clients share: the records of the README and the printing of results."""

import argparse
import json
import traceback

COUNT = 60
PARTITIONS = 3

# A client without null headers says so here.
nil_header = [("nil", None)]


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("--bootstrap", "--cut", "--prefix"):
        parser.add_argument(name, required=True)
    parser.add_argument("--base-ms", type=int, required=True)
    parser.add_argument("--read", help="only reads what another client wrote under the prefix")
    return parser.parse_args()


def record(index, base):
    """(partition, timestamp, key, value, headers) of record `index`."""
    key = None if index % 10 == 9 else b"k%d" % (index % 7)
    value = b"v%d" % index + b"x" * index
    if index % 20 == 18:
        value = None
    elif index % 10 == 5:
        value = b""
    headers = [("i", b"%d" % index), ("bin", b"\x00\xff"), ("empty", b""), *nil_header, ("i", b"again")]
    return index % PARTITIONS, base + 1000 * index, key, value, headers


def expected(base):
    """Per partition, the list of (offset, timestamp, key, value, headers) that reading must give."""
    rows = {partition: [] for partition in range(PARTITIONS)}
    for index in range(COUNT):
        partition, *rest = record(index, base)
        rows[partition].append((len(rows[partition]), *rest))
    return rows


def check(what, got, want):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, expected {want!r}")


def check_rows(got, base):
    want = expected(base)
    for partition in range(PARTITIONS):
        check(f"number of records of partition {partition}", len(got[partition]), len(want[partition]))
        for have, must in zip(got[partition], want[partition]):
            check(f"record {partition}/{must[0]}", have, must)


CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


def readings(compare):
    """The scenarios of --read."""
    return [(f"read-{name}", lambda name=name: compare(name)) for name in CODECS]


def run(client, scenarios):
    """Runs (name, function) pairs, one JSON line each."""
    for name, function in scenarios:
        line = {"client": client, "scenario": name, "ok": True, "detail": ""}
        try:
            line["detail"] = function() or ""
        except Exception as failure:  # every failure is this scenario's result, and the next one runs
            line["ok"] = False
            where = traceback.extract_tb(failure.__traceback__)[-1]
            line["detail"] = f"{type(failure).__name__}: {failure} (line {where.lineno})"[:2000]
        print(json.dumps(line), flush=True)
