"""The script of command lines that runs with kcat and with Weir's program of that name, on one broker.

In arguments {b} is the broker, {x} what names of topics and groups begin with (another prefix for each of the two), {t} a
scratch directory with FILES; both have the property file KCAT_CONF in their home. Every option stands in a step.
"""

import dataclasses

KCAT_CONF = "# read without a word\nfetch.wait.max.ms=10\n"

FILES = {
    "lines.txt": b"one\ntwo\n\nthree\nfour",
    "keyed.txt": b"k1:v1\nk2:\n:v3\nwhole\n:\nk6:a:b\n",
    "whole.bin": b"\x00\x01 all\nof it\xff",
    "second.bin": b"another",
    "empty": b"",
    "long.txt": b"y" * 6000,
    "packed.bin": b"\x01\x02\x03\x04\x05\x06\x07\x08rest",
    "nul.bin": b"ab\x00cd",
    "odd.bin": b'\x01\x02\xff"\\/\x7f\x1f\x08\x0c\t\r\nend',
    "client.conf": b"# a comment\n\n  client.id=me\ntopic.acks=1\n",
    "bad.conf": b"client.id=me\n\nno.such=1\n",
    "worse.conf": b"client.id\n",
}


@dataclasses.dataclass
class Step:
    name: str
    args: str
    input: bytes = b""
    unordered: bool = False  # partitions come in any order
    plain: bool = False  # names of both are in the output, and stay
    interrupted_after: bytes = b""  # Ctrl-C when standard output has this; then the input ends
    closed_after: int = 0  # standard output is closed when so many bytes came
    errors: bool = True  # false: kcat itself says now this, now that on standard error
    environment: dict = dataclasses.field(default_factory=dict)
    first_error: bool = False  # of standard error one line counts: help follows


def usage(name, args, **more):
    return Step(f"usage: {name}", args, first_error=True, **more)


USAGE = [
    usage("nothing", ""),
    usage("no topic", "-b {b} -C"),
    usage("no topic, and no mode", "-b {b}"),
    usage("unknown option", "-b {b} -y -t x"),
    usage("an option without its value", "-b {b} -C -t x -p"),
    usage("an operand for a consumer", "-b {b} -C -t x more"),
    usage("no question", "-b {b} -Q"),
    usage("a question before its mode", "-b {b} -t x:0:0 -Q"),
    usage("a bad question", "-b {b} -Q -t x"),
    usage("a bad partition", "-b {b} -Q -t x:y:1"),
    usage("a bad time", "-b {b} -Q -t x:0:y"),
    usage("a bad format", "-b {b} -C -t x -f %x"),
    usage("a format that ends in a percent sign", "-b {b} -C -t x -f abc%"),
    usage("a bad delimiter", "-b {b} -C -t x -D ab\\\\xzz"),
    usage("a delimiter that is a percent sign", "-b {b} -C -t x -D %"),
    usage("an empty delimiter", "-b {b} -P -t x -D ''"),
    usage("avro", "-b {b} -C -t x -s key=avro"),
    usage("a schema registry", "-b {b} -C -t x -r http://127.0.0.1:1"),
    usage("a schema registry as a property", "-b {b} -C -t x -X schema.registry.url=http://127.0.0.1:1"),
    usage("a bad pack format", "-b {b} -C -t x -s iz"),
    usage("an empty pack format", "-b {b} -C -t x -s value="),
    usage("a pack format for a producer", "-b {b} -P -t x -s i"),
    usage("a header without a name", "-b {b} -P -t x -H =x"),
    usage("two files of lines", "-b {b} -P -t x -l one two"),
    usage("a file of lines that is not there", "-b {b} -P -t x -l {t}/nowhere"),
    usage("a time for a group", "-b {b} -G g -o s@5 x"),
    usage("a stop time for a group", "-b {b} -G g -o e@5 x"),
    usage("a group without topics", "-b {b} -G {x}none"),
    usage("a group with a bad pattern", "-b {b} -G {x}none '^('"),
    usage("unknown property", "-b {b} -L -X no.such=1"),
    usage("unknown property of topics", "-b {b} -L -X topic.client.id=1"),
    usage("a property without a value", "-b {b} -L -X acks"),
    usage("a property that is no number", "-b {b} -L -X retries=many"),
    usage("a property out of its range", "-b {b} -L -X acks=9999"),
    usage("a wait out of its range", "-b {b} -L -X linger.ms=9999999"),
    usage("a property that is neither true nor false", "-b {b} -L -X enable.idempotence=maybe"),
    usage("a property that is none of its values", "-b {b} -L -X auto.offset.reset=foo"),
    usage("an empty property", "-b {b} -L -X isolation.level="),
    usage("a bad partitioner", "-b {b} -L -X partitioner=foo"),
    usage("a callback", "-b {b} -L -X error_cb=x"),
    usage("a bad codec", "-b {b} -L -z foo"),
    usage("a bad level", "-b {b} -L -X compression.level=99"),
    usage("too many requests for idempotence", "-b {b} -P -t x -X enable.idempotence=1 -X max.in.flight=7"),
    usage("a property file that is not there", "-b {b} -L -F {t}/nowhere"),
]

CREATES = [
    # {x}many has three partitions, {x}timed records of known times; +create and +timed are made for both.
    Step("+create", "{x}many 3"),
    Step("+create", "{x}one 1"),
    Step("+create", "{x}quiet 1"),
    Step("+timed", "{x}timed"),
    # The first question about a group finds no coordinator yet, of which kcat makes an error.
    Step("+read", "-b {b} -G {x}first -e {x}quiet"),
]

TO = "-b {b} -P -t {x}one"
PRODUCE = [
    Step("produce: lines", TO, b"a\nb\n\nc"),
    Step("produce: lines by themselves", "-b {b} -t {x}one", b"no mode\n"),
    Step("produce: keys", f"{TO} -K:", FILES["keyed.txt"]),
    Step("produce: keys and nulls", f"{TO} -K : -Z", FILES["keyed.txt"]),
    Step("produce: nulls without keys", f"{TO} -Z", b"a\n\n"),
    Step("produce: a key for all", f"{TO} -k fixed", b"a\nb\n"),
    Step("produce: a key for those without one", f"{TO} -K: -k fixed", FILES["keyed.txt"]),
    Step("produce: an empty key for all", f"{TO} -k ''", b"a\n"),
    Step("produce: headers", f"{TO} -H a=1 -H b -H c= -H a=x=y", b"with headers\n"),
    Step("produce: another delimiter", f"{TO} -D ;;", b"a;b;;c\n;;;;;d"),
    Step("produce: a delimiter with escapes", f"{TO} -D '\\x41\\tB\\n'", b"1A\tB\n2A\tB3A\tB\n\n"),
    Step("produce: a key delimiter with escapes", f"{TO} -K '\\t'", b"k\tv\nv\n"),
    Step("produce: tee", f"{TO} -T", b"a\nb\n\nc"),
    Step("produce: tee of keys", f"{TO} -T -K :", FILES["keyed.txt"]),
    Step("produce: a count", f"{TO} -c 2 -T", b"a\nb\nc\nd\n"),
    Step("produce: files", f"{TO} {{t}}/whole.bin {{t}}/second.bin"),
    Step("produce: an empty file", f"{TO} -vv {{t}}/empty"),
    Step("produce: a file that is not there", f"{TO} {{t}}/nowhere"),
    Step("produce: some files that are not there", f"{TO} {{t}}/nowhere {{t}}/second.bin {{t}}/else -k k"),
    Step("produce: the lines of a file", f"{TO} -l {{t}}/lines.txt"),
    Step("produce: the lines of a file, options behind", "-P {t}/lines.txt -l -t {x}one -b {b}"),
    *[Step(f"produce: {codec}", f"{TO} -z {codec}", b"packed\n" * 20) for codec in ("gzip", "snappy", "lz4", "zstd")],
    Step("produce: a partition", "-b {b} -P -t {x}many -p 2 -vv", b"a\n"),
    Step("produce: a partition that is not there", "-b {b} -P -t {x}many -p 9", b"a\nb\n", errors=False),
    Step("produce: by key", "-b {b} -P -t {x}many -K:", b"".join(b"key%d:%d\n" % (n, n) for n in range(40))),
    Step("produce: by key, as Java", "-b {b} -P -t {x}many -K: -X topic.partitioner=murmur2_random", b"".join(b"key%d:j%d\n" % (n, n) for n in range(40))),
    Step("produce: verbose", f"{TO} -v -v", b"a\nb\n"),
    Step("produce: more verbose", f"{TO} -vvv {{t}}/second.bin"),
    Step("produce: quiet about failures", "-b {b} -P -t {x}many -p 9 -q", b"a\n"),
    Step("produce: a bad topic", "-b {b} -P -t bad/name", b"a\n", errors=False),
    Step("produce: a message that is too large", f"{TO} -X message.max.bytes=5000 {{t}}/long.txt"),
    Step("produce: a line that is too large", f"{TO} -X message.max.bytes=5000", FILES["long.txt"]),
    Step("produce: nothing", TO),
    Step("produce: properties", f"{TO} -X acks=1 -X linger.ms=0.5 -X retries=3 -X batch.size=1000 -X client.id=x -X queue.buffering.max.kbytes=2048 -X message.timeout.ms=20000", b"p\n"),
    Step("produce: acknowledged by none", f"{TO} -X acks=0", b"p\n"),
    Step("produce: idempotent", f"{TO} -X enable.idempotence=true -X acks=all", b"p\n"),
    Step("produce: a property file", f"{TO} -F {{t}}/client.conf", b"p\n"),
    Step("produce: a property file with a mistake", f"{TO} -F {{t}}/bad.conf", b"p\n"),
    Step("produce: a property file with a line that is none", f"{TO} -F {{t}}/worse.conf", b"p\n"),
    Step("produce: a property file of the environment", TO, b"p\n", environment={"KCAT_CONFIG": "{t}/client.conf"}),
    Step("produce: no property file", f"{TO} -F none", b"p\n"),
    Step("produce: binary", f"{TO} {{t}}/odd.bin -k '\\q\"' -H 'h\"=\\'"),
    Step("produce: what is packed", "-b {b} -P -t {x}packed {t}/packed.bin {t}/nul.bin -k ' k'"),
    Step("produce: a lot", "-b {b} -P -t {x}lot", b"".join(b"line %d\n" % n for n in range(40000))),
    Step("produce: a long time ago kcat came twice", "kcat -b {b} -P -t {x}one", b"p\n"),
]

FROM = "-b {b} -C -t {x}one -e"
ALL = "%t [%p] %o: k=%k(%K) v=%s(%S) h=%h %%\\n"
PRINT = [
    Step("consume: all", FROM),
    Step("consume: all, with a format", f"{FROM} -f '{ALL}'"),
    Step("consume: as JSON", f"{FROM} -J"),
    Step("consume: as JSON with a delimiter", f"{FROM} -J -D '|'"),
    Step("consume: as JSON with a format", f"{FROM} -J -c 2 -f 'x\\n%s'"),
    Step("consume: as JSON with a format without a literal", f"{FROM} -J -c 2 -f '%s'"),
    Step("consume: keys", f"{FROM} -K ': '"),
    Step("consume: nulls", f"{FROM} -Z -K '\\t' -D '\\x41\\n'"),
    Step("consume: nulls with a format", f"{FROM} -Z -f '%k %s\\n'"),
    Step("consume: nulls as JSON", f"{FROM} -Z -J -o 5"),
    Step("consume: delimiters with formats in them", f"{FROM} -K '%t' -D '\\r%o\\n'"),
    Step("consume: delimiters that are too long", f"{FROM} -c 2 -K {'k' * 40} -D {'d' * 40}"),
    Step("consume: no delimiter", f"{FROM} -D ''"),
    Step("consume: lengths in binary", f"{FROM} -f '%R%s'"),
    Step("consume: escapes", f"{FROM} -c 1 -f '\\q\\x\\\\ \\x0ag \\08 z\\102 \\0x41|\\065\\n'"),
    Step("consume: a zero byte", f"{FROM} -c 2 -f 'a\\x00b%%c\\n'"),
    Step("consume: a backslash at the end", f"{FROM} -c 2 -f '%s\\'"),
    Step("consume: an empty format", f"{FROM} -c 2 -f ''"),
    Step("consume: offsets with -O", f"{FROM} -O -c 2"),
]

CONSUME = [
    Step("consume: a count", f"{FROM} -c 3"),
    Step("consume: an offset", f"{FROM} -o 4 -c 2"),
    Step("consume: the last ones", f"{FROM} -o -2"),
    Step("consume: more than there are", f"{FROM} -o -2000 -c 2"),
    Step("consume: from the end", f"{FROM} -o end"),
    Step("consume: from the beginning", f"{FROM} -o beginning -c 1 -u"),
    Step("consume: beyond the end", f"{FROM} -o 100000"),
    Step("consume: beyond the end, from the beginning", f"{FROM} -o 100000 -X auto.offset.reset=earliest -c 1"),
    Step("consume: what is no offset", f"{FROM} -o middle -c 1"),
    Step("consume: quietly", f"{FROM} -q -c 2"),
    Step("consume: quietly to the end", f"{FROM} -q -o -1"),
    Step("consume: stored without a group", f"{FROM} -o stored"),
    Step("consume: stored", f"{FROM} -o stored -X group.id={{x}}stored -X auto.offset.reset=smallest -c 5"),
    Step("consume: stored again", f"{FROM} -o stored -X group.id={{x}}stored -f '%o\\n'"),
    Step("consume: stored at the end", f"{FROM} -o stored -X group.id={{x}}stored"),
    Step("consume: an empty topic", "-b {b} -C -t {x}quiet -e"),
    Step("consume: several partitions", "-b {b} -C -t {x}many -e -f '%p %o %k %s\\n'", unordered=True),
    Step("consume: one of several partitions", "-b {b} -C -t {x}many -e -p 1 -f '%p %o %k %s\\n'"),
    Step("consume: a partition that is not there", "-b {b} -C -t {x}many -e -p 9"),
    Step("consume: a topic that is not there", "-b {b} -C -t {x}nowhere -e"),
    Step("consume: a bad topic", "-b {b} -C -t bad/name -e"),
    Step("consume: from a time", "-b {b} -C -t {x}timed -e -o s@1700000002000 -f '%o %T %s\\n'"),
    Step("consume: from a time to come", "-b {b} -C -t {x}timed -e -o s@1800000002000"),
    Step("consume: to a time", "-b {b} -C -t {x}timed -o e@1700000003000 -f '%o %T %s\\n'"),
    Step("consume: between times", "-b {b} -C -t {x}timed -e -o s@1700000001000 -o e@1700000003000 -J"),
    Step("consume: to a time to come", "-b {b} -C -t {x}timed -e -o e@1800000003000"),
    Step("consume: properties", f"{FROM} -c 1 -X fetch.min.bytes=1 -X check.crcs=true -X isolation.level=read_uncommitted -X fetch.message.max.bytes=100000 -X queued.min.messages=10"),
]

ENDS = [
    Step("end: a consumer is interrupted", "-b {b} -C -q -u -t {x}timed", interrupted_after=b"value 5\n"),
    Step("end: a member is interrupted", "-b {b} -G {x}ends -q -u -X auto.offset.reset=earliest {x}timed", interrupted_after=b"value 5\n"),
    Step("end: it has committed", "-b {b} -G {x}ends -e -X auto.offset.reset=earliest {x}timed"),
    Step("end: nobody reads what a consumer prints", "-b {b} -C -e -t {x}lot", closed_after=10, errors=False),
    Step("end: nobody reads what a member prints", "-b {b} -G {x}lots -X auto.offset.reset=earliest -e {x}lot", closed_after=10, errors=False),
    Step("end: a member cannot print a message", "-b {b} -G {x}packs -X auto.offset.reset=earliest -s value=qi -e {x}packed"),
]

PACKED = [
    Step("packed: text", "-b {b} -C -t {x}packed -e -s s"),
    Step("packed: big and little", "-b {b} -C -t {x}packed -c 1 -s 'value=<i >h H'"),
    Step("packed: small", "-b {b} -C -t {x}packed -c 1 -s 'value=b B c I'"),
    Step("packed: large", "-b {b} -C -t {x}packed -c 1 -s value=Q"),
    Step("packed: signed and large", "-b {b} -C -t {x}packed -c 1 -s 'value=q s$'"),
    Step("packed: keys", "-b {b} -C -t {x}packed -c 1 -s key=h -K:"),
    Step("packed: too short", "-b {b} -C -t {x}packed -e -s 'value=b i'"),
    Step("packed: too short, but go on", "-b {b} -C -t {x}packed -e -E -s 'value=b i\\n'"),
    Step("packed: too long", "-b {b} -C -t {x}packed -e -s 'value=h$'"),
    Step("packed: too long, but go on", "-b {b} -C -t {x}packed -e -E -s 'value=ccccc$'"),
    Step("packed: as JSON", "-b {b} -C -t {x}packed -o 1 -c 1 -s h -J"),
]

GROUP = [
    Step("group: nothing is committed", "-b {b} -G {x}late -e {x}one"),
    Step("group: from the beginning", "-b {b} -G {x}early -e -X auto.offset.reset=earliest {x}one -f '%o %s\\n'"),
    Step("group: what is committed", "-b {b} -G {x}early -e {x}one"),
    Step("group: from the beginning in spite of it", "-b {b} -G {x}early -e -o beginning -c 3 {x}one"),
    Step("group: where a count left it", "-b {b} -G {x}early -c 2 {x}one"),
    Step("group: an offset", "-b {b} -G {x}early -o 7 -c 2 {x}one -f '%o\\n'"),
    Step("group: the last ones", "-b {b} -G {x}early -o -2 -e {x}one -J"),
    Step("group: the end", "-b {b} -G {x}early -o end -e {x}one"),
    Step("group: stored", "-b {b} -G {x}early -o stored -e {x}one"),
    Step("group: several topics", "-b {b} -G {x}more -e -o beginning {x}one {x}timed -f '%t %o\\n'", unordered=True),
    Step("group: a pattern", "-b {b} -G {x}pattern -e -o beginning '^{x}(timed|qui.t)$' -f '%t %o\\n'", unordered=True),
    Step("group: patterns and names", "-b {b} -G {x}patterns -e -o beginning ^{x}ti {x}quiet -K:", unordered=True),
    Step("group: another group.id", "-b {b} -G {x}this -X group.id={x}that -e {x}timed"),
    Step("group: a topic that is not there", "-b {b} -G {x}late -e {x}nowhere"),
    Step("group: a session that is too short", "-b {b} -G {x}late -X session.timeout.ms=1 -X heartbeat.interval.ms=1 -e {x}one"),
    Step("group: cooperative", "-b {b} -G {x}coop -X partition.assignment.strategy=cooperative-sticky -e -X auto.offset.reset=earliest {x}timed"),
    Step("group: quiet", "-b {b} -G {x}late -q -e -o -1 {x}one"),
    Step("group: nothing is committed by itself", "-b {b} -G {x}never -X enable.auto.commit=false -X auto.offset.reset=earliest -c 2 {x}one"),
    Step("group: nothing was", "-b {b} -G {x}never -X auto.offset.reset=earliest -c 2 {x}one"),
]

QUESTIONS = [
    Step("query: a time", "-b {b} -Q -t {x}timed:0:1700000002000"),
    Step("query: several", "-b {b} -Q -t {x}timed:0:1700000001001 -t {x}many:1:0 -t {x}many:0:0"),
    Step("query: as JSON", "-b {b} -Q -J -t {x}timed:0:1700000001000 -t {x}many:1:0 -t {x}many:0:0"),
    Step("query: the end", "-b {b} -Q -t {x}timed:0:-1"),
    Step("query: the beginning", "-b {b} -Q -t {x}timed:0:-2"),
    Step("query: a time to come", "-b {b} -Q -t {x}timed:0:1800000001000"),
    Step("query: a partition that is not there", "-b {b} -Q -t {x}timed:4:0"),
    Step("query: a topic that is not there", "-b {b} -Q -t {x}nowhere:0:0"),
    Step("list: a topic", "-b {b} -L -t {x}many"),
    Step("list: a topic as JSON", "-b {b} -L -J -t {x}many"),
    Step("list: a topic that is not there", "-b {b} -L -t {x}nowhere -X allow.auto.create.topics=false"),
    Step("list: a bad topic", "-b {b} -L -t bad/name"),
    Step("list: a topic, by a property", "-X bootstrap.servers={b} -L -t {x}quiet"),
    Step("list: a topic, with properties of idle things", "-b {b} -L -t {x}quiet -X log.connection.close=false -X socket.keepalive.enable=true -X api.version.request=true -X statistics.interval.ms=0"),
    Step("list: all", "-b {b} -L", plain=True),
    Step("list: all as JSON", "-b {b} -L -J", plain=True),
]

NOBODY = [
    Step("list: nobody there", "-b 127.0.0.1:1 -L -m 1"),
    Step("consume: nobody there", "-b 127.0.0.1:1 -C -t x -m 1"),
    Step("produce: nobody there", "-b 127.0.0.1:1 -P -t x -m 1", b"a\n"),
    Step("query: nobody there", "-b 127.0.0.1:1 -Q -t x:0:1 -m 1"),
    Step("group: nobody there", "-b 127.0.0.1:1 -G {x} -m 1 x"),
    Step("help", "-h"),
    Step("version", "-V"),
]

# Phases, one after the other, of chains that know nothing of each other and are played side by side.
PHASES = [[USAGE + NOBODY, CREATES + PRODUCE], [PRINT, CONSUME, ENDS + PACKED + QUESTIONS, GROUP]]
