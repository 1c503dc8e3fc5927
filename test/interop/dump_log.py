"""`weir` as kafka-dump-log beside Kafka's DumpLogSegments: the same files, option by option, output against output.

Files: what Apache Kafka 4.4.0 left behind (captured directories in the source tree), batches made here of what these do
not have, and damaged copies of both. Standard output and the exit code have to be equal; standard error too, without
the stack traces of Java. What differs on purpose stands in DIFFERENT, and in docs/kafka_tools.md.
"""

import os
import random
import re
import shutil
import struct
import subprocess

import paths
import tools

CAPTURED = paths.ROOT / "src" / "log" / "testdata" / "kafka-4.4.0"
TRACE = re.compile(r"^(\s+at .*|\s*\.\.\. \d+ .*|Caused by: .*)$")

# How the JVM says that a tool died. Of most exceptions only it is compared that there is one: the words are Java's own.
FATAL = re.compile(r'^Exception in thread "main" ([\w.$]+)(?:: (.*))?$')
SAME_WORDS = ("CorruptIndexException", "RuntimeException", "NoSuchFileException", "NumberFormatException", "CorruptRecordException")
# Why a record could not be decoded is said in Java's words, too.
REASON = re.compile(r"(?<=, skipping\. ).*|(?<=failed schema validation: )(?!Snapshot).*")


# --- files ---


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def varint(value):
    value = (value << 1) ^ (value >> 63)
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def blob(data):
    return varint(-1) if data is None else varint(len(data)) + data


def record(delta, key, value, headers=()):
    body = b"\0" + varint(delta * 10) + varint(delta) + blob(key) + blob(value) + varint(len(headers))
    for name, content in headers:
        body += blob(name) + blob(content)
    return varint(len(body)) + body


def batch(base, records, attributes=0, producer=(-1, -1, -1), deltas=None, timestamp=1_700_000_000_000, epoch=3):
    last = (deltas or [len(records)])[-1] - (0 if deltas else 1)
    after_crc = struct.pack(">hiqqqhii", attributes, last, timestamp, timestamp + last * 10, *producer, len(records))
    after_crc += b"".join(record(delta, *content) for delta, content in zip(deltas or range(len(records)), records))
    head = struct.pack(">qiibI", base, 9 + len(after_crc), epoch, 2, crc32c(after_crc))
    return head + after_crc


def text(data):
    return struct.pack(">h", len(data)) + data


def made(directory):
    """Files of batches that the captured directories lack."""
    plain = directory / "made-0"
    plain.mkdir(parents=True)
    odd = [b"", None, b"\xff\xfe", "grüße 😀".encode(), b"\xe2\x82", b"\xf0\x9f\x98\x41", b"\xed\xa0\x80", b"a\tb\nc", b"\xc0\xaf\xf4\x90\x80\x80"]
    records = [(key, value, [("h".encode(), key), (b"\xff", None), (b"", b"x")][: index % 4]) for index, (key, value) in enumerate(zip(odd, reversed(odd)))]
    numbers = [(struct.pack(">i", 7), struct.pack(">i", -1)), (struct.pack(">q", 1 << 40), struct.pack(">q", -(1 << 40)))]
    control = [(struct.pack(">hh", 0, 99), b"\0\0"), (struct.pack(">hh", 0, 1), struct.pack(">hi", 0, 8))]
    log = batch(5, records) + batch(20, records, attributes=8) + batch(40, numbers, producer=(9, 1, 2147483647))
    log += batch(50, [(b"k", b"v")], attributes=0x40) + batch(60, [(b"k", b"a"), (b"k", b"b")], deltas=[3, 9]) + batch(80, [])
    (plain / "00000000000000000005.log").write_bytes(log)
    (plain / "00000000000000000100.log").write_bytes(b"")
    for index, one in enumerate(control):
        (plain / f"0000000000000000020{index}.log").write_bytes(batch(200 + index, [one], attributes=0x30, producer=(9, 1, -1)))
    (plain / "00000000000000000300.log").write_bytes(batch(300, numbers[:1]))
    (plain / "00000000000000000400.log").write_bytes(batch(400, numbers[1:]))
    (plain / "notanumber.log").write_bytes(b"")
    (plain / "00000000000000000005.log.deleted").write_bytes(b"")
    internal(directory)


def internal(directory):
    entry = lambda kind, body: struct.pack(">h", kind) + body  # noqa: E731
    transactions = directory / "__transaction_state-0"
    transactions.mkdir()
    state = struct.pack(">hqhib", 0, 7, 1, 60000, 1) + struct.pack(">i", 1) + text(b"orders") + struct.pack(">ii", 1, 2) + struct.pack(">qq", 5, 6)
    keys = [(entry(0, text(b"tx-1")), state), (entry(0, text(b"tx-1")), None), (entry(77, b""), None), (entry(0, text(b"x")), b""), (b"", b"")]
    (transactions / "00000000000000000000.log").write_bytes(batch(0, keys))
    (transactions / "00000000000000000050.log").write_bytes(batch(50, [(None, state)]))
    share = directory / "__share_group_state-0"
    share.mkdir()
    key = entry(0, text(b"g") + bytes(range(16)) + struct.pack(">i", 3))
    value = struct.pack(">hiiiqqq", 0, 1, 2, 3, 4, 6, 7) + b"\x02" + struct.pack(">qqbhb", 4, 9, 2, 1, 0) + b"\0"
    (share / "00000000000000000000.log").write_bytes(batch(0, [(key, None), (key, value), (entry(9, b""), None)]))
    metadata = directory / "__cluster_metadata-1"
    metadata.mkdir()
    values = [b"\x01\x14\x00" + b"\0", b"\x01\x7f\x00", b"\x02\x00\x00", b"\x01\x14\x00\x00\x00\x00", b"\x01\x63\x00"]
    (metadata / "00000000000000000000.log").write_bytes(batch(0, [(None, value) for value in values]))


def captured(directory):
    for state in ("clean", "crashed"):
        shutil.copytree(CAPTURED / state, directory / state)
    metadata = directory / "__cluster_metadata-0"
    metadata.mkdir()
    source = paths.ROOT / "src"
    for index, name in enumerate(("standalone", "static")):
        quorum = source / "replication" / "quorum" / "testdata"
        shutil.copy(quorum / f"kafka-{name}.checkpoint", metadata / f"0000000000000000000{index}-0000000000.checkpoint")
        shutil.copy(quorum / f"kafka-{name}.log", metadata / f"0000000000000000000{index}.log")
        life = source / "metadata" / "image" / "testdata" / f"kafka-{name}-life.log"
        shutil.copy(life, metadata / f"0000000000000000010{index}.log")
    shutil.copy(quorum / "kafka-static.checkpoint", metadata / "bootstrap.checkpoint")
    shutil.copy(quorum / "kafka-static.checkpoint", metadata / "other.checkpoint")
    offsets = directory / "__consumer_offsets-0"
    offsets.mkdir()
    header = (source / "coordinator" / "group" / "kafka_log_test_support.h").read_text()
    digits = "".join(re.findall(r'"([0-9a-f]+)"', header))
    (offsets / "00000000000000000000.log").write_bytes(bytes.fromhex(digits))


DAMAGED = ("clean/plain-0", "clean/txn-0", "crashed/txn-0")


def damaged(directory, seed):
    """A copy of captured partitions with a few bytes or the end of each file changed."""
    chance = random.Random(seed)
    target = directory / f"damaged-{seed}"
    for name in DAMAGED:
        shutil.copytree(directory / name, target / name)
    for path in sorted(target.rglob("0*")):
        data = bytearray(path.read_bytes())
        if not data:
            continue
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        else:
            for _ in range(chance.randrange(1, 3)):
                data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
        path.write_bytes(data)
    return target


# --- comparing ---


def ours(link, arguments):
    done = subprocess.run([str(link), *arguments], capture_output=True, timeout=60)
    return tools.Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def first_difference(what, kafka, weir):
    if kafka == weir:
        return []
    at = next((i for i, pair in enumerate(zip(kafka, weir)) if pair[0] != pair[1]), min(len(kafka), len(weir)))
    return [f"{what}, line {at + 1}\n  Kafka {kafka[at : at + 1]}\n  Weir  {weir[at : at + 1]}"]


def difference(kafka, weir):
    out = [REASON.sub("REASON", done.out).splitlines() for done in (kafka, weir)]
    err = [[REASON.sub("REASON", line) for line in done.err.splitlines() if not TRACE.match(line)] for done in (kafka, weir)]
    problems = [] if kafka.code == weir.code else [f"exit code: Kafka {kafka.code}, Weir {weir.code}"]
    fatal = FATAL.match(err[0][0]) if err[0] else None
    if not fatal:
        return "\n".join(problems + first_difference("output", *out) + first_difference("complaints", *err))
    if fatal[1].endswith(SAME_WORDS):
        return "\n".join(problems + first_difference("output", *out) + first_difference("complaints", [fatal[2]], err[1]))
    # What was printed before it died: one may have seen it earlier than the other.
    shorter = min(len(lines) for lines in out)
    if shorter and out[0][shorter - 1] != out[1][shorter - 1]:  # an unfinished line
        shorter -= 1
    return "\n".join(problems + first_difference("output", out[0][:shorter], out[1][:shorter]))


RECORDS = (
    ["--print-data-log"],
    ["--deep-iteration"],
    ["--print-data-log", "--skip-record-metadata"],
    ["--deep-iteration", "--skip-record-metadata"],
    ["--max-bytes", "200", "--print-data-log"],
    ["--max-bytes=0"],
    ["--offsets-decoder"],
    ["--offsets-decoder", "--skip-record-metadata"],
    ["--transaction-log-decoder"],
    ["--cluster-metadata-decoder"],
    ["--cluster-metadata-decoder", "--skip-record-metadata"],
    ["--share-group-state-decoder"],
    ["--value-decoder-class", "org.apache.kafka.tools.api.StringDecoder"],
    [],
)
INDEXES = ([], ["--verify-index-only"], ["--index-sanity-check"], ["--max-message-size", "100"], ["--max-message-size=60", "--verify-index-only"])
DECODERS = ["--key-decoder-class", "org.apache.kafka.tools.api.{0}Decoder", "--value-decoder-class", "org.apache.kafka.tools.api.{0}Decoder"]


def cases(directory):
    for path in sorted(path for path in directory.rglob("*") if path.is_file() and "." in path.name[1:]):
        name = str(path)
        if path.suffix in (".log", ".checkpoint"):
            for options in RECORDS:
                yield path, [*options, "--files", name]
        elif path.suffix.endswith("index"):
            for options in INDEXES:
                yield path, ["--files", name, *options]
        else:
            yield path, ["--files", name]


def command_lines(directory):
    """Several files at once, and mistakes."""
    txn = directory / "clean" / "txn-0"
    some = [txn / f"00000000000000000019{suffix}" for suffix in (".log", ".index", ".timeindex", ".txnindex", ".snapshot")]
    yield ["--files", ",".join(map(str, some)), "--print-data-log"]
    yield ["--files", f"{some[0]},{some[0]}", "--deep-iteration"]
    yield ["--files", str(some[0]) + ",", "--deep"]
    yield ["--files", os.path.relpath(some[0]), "--print-data-log", "stray"]
    yield ["--files", os.path.relpath(some[0]), "-deep-iteration"]
    yield ["--files", str(txn / "missing.log")]
    yield ["--files", str(txn / "00000000000000000777.log")]
    yield ["--files", str(txn / "00000000000000000777.index")]
    yield ["--files", str(txn / "00000000000000000777.timeindex")]
    yield ["--files", str(txn / "00000000000000000777.txnindex")]
    yield ["--files", str(txn / "00000000000000000777.snapshot")]
    yield ["--files"]
    yield ["--nonsense", "--files", str(some[0])]
    yield ["--files", str(some[0]), "--files", str(some[0])]
    yield ["--files", str(some[0]), "--max-bytes", "many"]
    yield ["--files", str(some[0]), "--deep-iteration=yes"]
    made_log = str(directory / "made-0" / "00000000000000000300.log")
    yield ["--files", made_log, *(word.format("Integer") for word in DECODERS)]
    yield ["--files", made_log.replace("300", "400"), *(word.format("Long") for word in DECODERS)]
    yield ["--files", made_log, "--print-data-log", "--key-decoder-class", "--value-decoder-class"]


def compare(jvm, link, arguments):
    return arguments, difference(jvm.run("kafka-dump-log", *arguments), ours(link, arguments))


def suite(weir, quick=False):
    """Yields (label, ok, detail)."""
    directory = paths.RUNS / "dump-log"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    link = directory / "kafka-dump-log.sh"
    link.symlink_to(weir)
    captured(directory)
    made(directory)
    with tools.Jvm() as jvm:
        groups = {"command lines": [compare(jvm, link, arguments) for arguments in command_lines(directory)]}
        for path, arguments in cases(directory):
            groups.setdefault(path.parent.relative_to(directory), []).append(compare(jvm, link, arguments))
        for seed in range(3 if quick else 20):
            label = f"damaged files, seed {seed}"
            groups[label] = [compare(jvm, link, arguments) for _, arguments in cases(damaged(directory, seed))]
    for label, results in groups.items():
        wrong = [f"{' '.join(arguments)}\n{problem}" for arguments, problem in results if problem]
        yield f"kafka-dump-log, {label}: {len(results)} runs", not wrong, f"{len(wrong)} differ\n" + "\n".join(wrong[:12])
