"""kcat through the scenarios of ../README.md, as its users call it: one process a step.

kcat sets no timestamps, repeats no header and cannot produce to one of several partitions by record, so records are
produced one process a partition with the topic made by auto-creation, and timestamps are compared with the clock.
"""

import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import scenarios as s  # noqa: E402

ARGS = s.arguments()
SECONDS = 30
WRITTEN = {}


def topic(name):
    return f"{ARGS.prefix}-{name}"


def kcat(*arguments, data=None, server=None):
    command = ["kcat", "-b", server or ARGS.bootstrap, *map(str, arguments)]
    done = subprocess.run(command, input=data, capture_output=True, timeout=2 * SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} gave {done.returncode}: {done.stderr.decode()[-500:]}")
    return done.stdout.decode()


def messages(text):
    return [json.loads(line) for line in text.splitlines() if line]


def make():
    # Asking for its metadata creates a topic, as everywhere with auto.create.topics.enable.
    end = time.monotonic() + SECONDS
    while True:
        listed = json.loads(kcat("-L", "-J", "-t", topic("made"), "-X", "allow.auto.create.topics=true"))
        found = listed["topics"][0]
        if found["partitions"]:
            break
        if time.monotonic() > end:
            raise AssertionError(f"not created: {found}")
    s.check("partitions", [p["partition"] for p in found["partitions"]], [0])
    s.check("brokers", len(listed["brokers"]), 1)


def value(index):
    return "" if index % 10 == 5 else f"v{index}" + "x" * index


def codec(name):
    began = int(time.time() * 1000)
    lines = "".join(f"k{index % 7}\t{value(index)}\n" for index in range(s.COUNT))
    kcat(
        *("-P", "-t", topic(name), "-p", 0, "-K", "\t", "-z", name, "-H", "a=one", "-H", "b=", "-X", "linger.ms=50"),
        data=lines.encode(),
    )
    WRITTEN[name] = (began, int(time.time() * 1000))
    compare(messages(kcat("-C", "-t", topic(name), "-p", 0, "-o", "beginning", "-e", "-J", "-X", "check.crcs=true")), name)


def compare(found, name):
    began, ended = WRITTEN[name]
    s.check("number of records", len(found), s.COUNT)
    for index, message in enumerate(found):
        s.check("headers", message["headers"], ["a", "one", "b", ""])
        s.check("timestamp type", message["tstype"], "create")
        s.check("timestamp in its bounds", began <= message["ts"] <= ended, True)
        got = (message["offset"], message["partition"], message["key"], message["payload"])
        # kcat shows an empty payload as null.
        s.check("record", (*got[:3], got[3] or ""), (index, 0, f"k{index % 7}", value(index)))


def group():
    text = kcat(
        *("-G", topic("reader"), "-c", s.COUNT, "-J", "-X", "auto.offset.reset=earliest"), topic("none")
    )
    compare(messages(text), "none")


def timestamp():
    began, ended = WRITTEN["none"]
    for when, offset in ((began, 0), (ended + 3_600_000, -1)):
        text = kcat("-Q", "-t", f"{topic('none')}:0:{when}")
        s.check(f"look-up of {when}", re.findall(r"offset (-?\d+)", text), [str(offset)])
    first = messages(kcat("-C", "-t", topic("none"), "-p", 0, "-o", f"s@{began}", "-c", 1, "-J"))
    s.check("reading from a time", first[0]["offset"], 0)


def resume():
    kcat("-P", "-t", topic("resume"), data="".join(f"{index}\n" for index in range(40)).encode())
    more = ("-J", "-X", "auto.offset.reset=earliest")
    first = messages(kcat("-G", topic("resume"), "-c", 15, *more, topic("resume")))
    s.check("first offsets", [m["offset"] for m in first], list(range(15)))
    second = messages(kcat("-G", topic("resume"), "-c", 25, *more, topic("resume")))
    s.check("offsets after coming back", [m["offset"] for m in second], list(range(15, 40)))


class Member:
    """A kcat -G process; `parts` is what it last said it was given."""

    def __init__(self, topics):
        self.parts = []
        self._process = subprocess.Popen(
            ["kcat", "-b", ARGS.bootstrap, "-G", topic("members"), "-X", "session.timeout.ms=6000"]
            + ["-X", "heartbeat.interval.ms=300", "-X", "partition.assignment.strategy=roundrobin", *topics],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        for line in self._process.stderr:
            if "assigned:" in line:
                self.parts = re.findall(r"(\S+ \[\d+\])", line.split("assigned:")[1])
            elif "revoked:" in line:
                self.parts = []

    def leave(self):
        self._process.send_signal(signal.SIGTERM)
        s.check("exit of a member", self._process.wait(SECONDS), 0)


def members():
    # kcat makes topics of one partition (num.partitions), so four topics stand for four partitions.
    topics = [topic(f"members-{number}") for number in range(4)]
    for name in topics:
        kcat("-P", "-t", name, data=b"x\n")
    one, two = Member(topics), Member(topics)

    def until(what, condition):
        end = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what}: {one.parts} {two.parts}")
            time.sleep(0.02)

    until(
        "two members share", lambda: bool(one.parts) and bool(two.parts) and len(set(one.parts + two.parts)) == 4
    )
    one.leave()
    until("the one that stays has all", lambda: len(set(two.parts)) == 4)
    two.leave()


# kcat gives up when every broker it knows is down; more names for the same one keep it trying.
OTHER_NAMES = ("localhost", "Localhost", "LOCALHOST", "localhosT")


def idempotent():
    kcat("-P", "-t", topic("idempotent"), data=b"first\n")
    lines = "".join(f"{index:06d}{'.' * 200}\n" for index in range(3000))
    kcat(
        *("-P", "-t", topic("idempotent"), "-p", 0, "-X", "enable.idempotence=true", "-X", "linger.ms=1"),
        *("-X", "batch.num.messages=20", "-X", "reconnect.backoff.ms=10", "-X", "reconnect.backoff.max.ms=50"),
        *("-X", "retry.backoff.ms=10", "-X", "message.timeout.ms=60000"),
        data=lines.encode(),
        server=",".join([ARGS.cut] + [ARGS.cut.replace("127.0.0.1", name) for name in OTHER_NAMES]),
    )
    found = messages(kcat("-C", "-t", topic("idempotent"), "-p", 0, "-o", "beginning", "-e", "-J"))
    s.check("records", [m["payload"][:6] for m in found], ["first"] + [f"{index:06d}" for index in range(3000)])


s.run(
    "kcat",
    [("create", make)]
    + [(f"codec-{name}", lambda name=name: codec(name)) for name in ("none", "gzip", "snappy", "lz4", "zstd")]
    + [
        ("group", group),
        ("timestamp", timestamp),
        ("resume", resume),
        ("members", members),
        ("idempotent", idempotent),
    ],
)
