"""Kafka's DumpLogSegments over a whole data directory: what it finds wrong, if anything."""

import re

SUFFIXES = (".log", ".index", ".timeindex", ".txnindex", ".snapshot", ".checkpoint")

# What the tool prints when it does not like something.
WRONG = re.compile(
    r"isvalid: false|[Mm]ismatch|out of order|Out of order|[Cc]orrupt|Exception|[Cc]ould not|\d is followed by|not found"
    r"|[Ii]nvalid|incomplete|trailing|UNKNOWN_RECORD|unknown"
)
# A compacted log has gaps, and so has its time index; the tool says so of Apache Kafka's own files too.
GAPS = re.compile(r"is followed by|timestamp mismatch")
# The tool takes a segment that does not begin at 0 for a gap after offset -1.
START = re.compile(r"^\s*-1 is followed by")


def wrong(jvm, data, indexes):
    """Runs the tool over every file under `data`; returns (number of files, lines that tell of something wrong).

    After a kill -9 the indexes may be anything (Apache Kafka's are full of zeros then): they are hints, and left out.
    One file at a time: the tool carries the last offset from file to file, in no order.
    """
    found = []
    files = 0
    for directory in sorted(path for path in data.iterdir() if path.is_dir() and not path.name.endswith("-delete")):
        for path in sorted(directory.iterdir()):
            if path.suffix not in SUFFIXES or path.suffix != ".log" and path.stat().st_size == 0:
                continue
            if not indexes and path.suffix.endswith("index"):
                continue
            files += 1
            extra = _decoder(directory.name) if path.suffix in (".log", ".checkpoint") else []
            done = jvm.run("kafka-dump-log", "--deep-iteration", *extra, "--files", str(path))
            if done.code != 0:
                found.append(f"{directory.name}/{path.name}: exit {done.code}: {done.err[-500:]}")
            lines = (done.out + done.err).splitlines()
            for number, line in enumerate(lines):
                if WRONG.search(line) and not _expected(directory.name, line):
                    found.append(f"{directory.name}/{path.name}: {line[:300]} {' '.join(lines[number + 1 : number + 2])[:200]}")
    return files, found


def _decoder(name):
    if name.startswith("__cluster_metadata"):
        return ["--cluster-metadata-decoder"]
    if name.startswith("__consumer_offsets"):
        return ["--offsets-decoder"]
    if name.startswith("__transaction_state"):
        return ["--transaction-log-decoder"]
    return ["--print-data-log"]


def _expected(name, line):
    return bool(START.search(line)) or bool(GAPS.search(line)) and name.startswith(("compacted-", "__consumer_offsets", "__transaction_state"))
