"""The script of command lines that runs with Kafka's own tools and with Weir's, each against a fresh Weir.

A step is (name, tool, arguments); tools that begin with + or - prepare something. In arguments {b} is the broker,
{t} a scratch directory with FILES. Every option of every tool stands in at least one step.
"""

import json

from tool_steps import Step

LONG = "a-topic-with-a-name-of-more-than-fifteen-letters"

FILES = {
    "delete.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 0, "offset": 2}, {"topic": "work", "partition": 1, "offset": -1}]}),
    "delete-no-version.json": json.dumps({"partitions": [{"topic": "work", "partition": 0, "offset": 3}]}),
    "delete-far.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 0, "offset": 900}]}),
    "delete-twice.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 0, "offset": 1}, {"topic": "work", "partition": 0, "offset": 2}]}),
    "delete-v2.json": json.dumps({"version": 2, "partitions": []}),
    "delete-bad.json": "{",
    "delete-empty.json": "{}",
    "client.properties": "client.id=me\nrequest.timeout.ms=20000\n",
    "offsets.csv": "work,0,3\nwork,1,1\n",
    "groups.csv": "readers,work,0,2\nreaders,work,1,1\nothers,work,2,1\n",
    "reader.properties": "parse.key=true\nkey.separator=|\n",
    "formatter.properties": "print.key=true\nprint.offset=true\nkey.separator=\\:\n",
    "topic.properties": "retention.ms=7300000\nmax.message.bytes=65432\n",
}


def topics(name, args, server=True, **more):
    return Step(f"topics: {name}", "kafka-topics", f"{'--bootstrap-server {b} ' if server else ''}{args}", **more)


TOPICS = [
    topics("nothing", "", server=False),
    topics("help", "--help", server=False),
    topics("version", "--version", server=False),
    topics("no server", "--list", server=False),
    topics("no action", ""),
    topics("two actions", "--list --describe"),
    topics("unknown option", "--list --no-such"),
    topics("option without its value", "--create --topic"),
    topics("list of nothing", "--list"),
    topics("create", "--create --topic work --partitions 4 --replication-factor 1"),
    topics("create with equals signs", f"--create --topic={LONG} --partitions=2 --config=retention.ms=1234567 --config=cleanup.policy=compact,delete"),
    topics("create with one dash", "-create -topic one"),
    topics("create what exists", "--create --topic work"),
    topics("create if not exists", "--create --if-not-exists --topic work"),
    topics("create without a topic", "--create"),
    topics("create a bad name", "--create --topic bad/name"),
    topics("create a dotted name", "--create --topic dot.ted"),
    topics("create a colliding name", "--create --topic dot_ted"),
    topics("create with too many replicas", "--create --topic many --replication-factor 2"),
    topics("create with no partition", "--create --topic none --partitions 0"),
    topics("create with a word for a number", "--create --topic none --partitions many"),
    topics("create with no replica", "--create --topic none --replication-factor 0"),
    topics("create with an unknown config", "--create --topic none --config no.such.config=1"),
    topics("create with a bad config", "--create --topic none --config retention.ms"),
    topics("create with a bad value", "--create --topic none --config retention.ms=soon"),
    topics("create with an assignment", "--create --topic placed --replica-assignment 1,1,1"),
    topics("create with an unknown broker", "--create --topic none --replica-assignment 7"),
    topics("create with a broker twice", "--create --topic none --replica-assignment 1:1"),
    topics("create with uneven replicas", "--create --topic none --replica-assignment 1,1:2"),
    topics("create with assignment and partitions", "--create --topic none --replica-assignment 1 --partitions 1"),
    topics("create with two topics", "--create --topic one --topic two"),
    topics("create with if-exists", "--create --topic none --if-exists"),
    topics("list", "--list"),
    topics("list some", "--list --topic w.*,one"),
    topics("list with a bad pattern", "--list --topic w(*"),
    topics("list without internal ones", "--list --exclude-internal"),
    topics("list with a config file", "--list --command-config {t}/client.properties"),
    topics("list with a config file that is not there", "--list --command-config {t}/nowhere"),
    topics("list with partitions", "--list --partitions 2"),
    topics("describe all", "--describe"),
    topics("describe one", "--describe --topic work"),
    topics("describe by pattern", "--describe --topic (work|one)"),
    topics("describe what is not there", "--describe --topic nowhere"),
    topics("describe if exists", "--describe --topic nowhere --if-exists"),
    topics("describe if exists without a topic", "--describe --if-exists"),
    topics("describe by a bad id", "--describe --topic-id x"),
    topics("describe by an unknown id", "--describe --topic-id AAAAAAAAAAAAAAAAAAAACQ"),
    topics("describe by an unknown id if exists", "--describe --topic-id AAAAAAAAAAAAAAAAAAAACQ --if-exists"),
    topics("describe by the zero id", "--describe --topic-id AAAAAAAAAAAAAAAAAAAAAA --topic one"),
    topics("describe with a page size", "--describe --topic work --partition-size-limit-per-response 2"),
    topics("describe with overrides", "--describe --topics-with-overrides"),
    topics("describe under-replicated", "--describe --under-replicated-partitions"),
    topics("describe unavailable", "--describe --unavailable-partitions"),
    topics("describe under min isr", "--describe --under-min-isr-partitions"),
    topics("describe at min isr", "--describe --at-min-isr-partitions --topic work"),
    topics("describe overrides and under-replicated", "--describe --topics-with-overrides --under-replicated-partitions"),
    topics("describe without internal ones", "--describe --exclude-internal --topic placed"),
    topics("more partitions", "--alter --topic work --partitions 5"),
    topics("fewer partitions", "--alter --topic work --partitions 2"),
    topics("partitions of what is not there", "--alter --topic nowhere --partitions 4"),
    topics("partitions of what is not there, if exists", "--alter --topic nowhere --partitions 4 --if-exists"),
    topics("more partitions, placed", "--alter --topic one --partitions 3 --replica-assignment 1,1,1"),
    topics("alter without partitions", "--alter --topic one"),
    topics("alter a config", "--alter --topic one --config retention.ms=1"),
    topics("delete-config", "--alter --topic one --partitions 4 --delete-config retention.ms"),
    topics("delete", "--delete --topic dot.ted"),
    topics("delete what is not there", "--delete --topic nowhere"),
    topics("delete if exists", "--delete --if-exists --topic nowhere"),
    topics("delete by pattern", "--delete --topic (placed|one)"),
    topics("list after deletion", "--list"),
]



def offsets(name, args, server=True, **more):
    return Step(f"offsets: {name}", "kafka-get-offsets", f"{'--bootstrap-server {b} ' if server else ''}{args}", **more)


def delete_records(name, args, **more):
    return Step(f"delete records: {name}", "kafka-delete-records", args, **more)


def log_dirs(name, args):
    return Step(f"log dirs: {name}", "kafka-log-dirs", args)


RECORDS = [
    *[Step(f"records in {n}", "+produce", f"work {n}", input="".join(f"value {i}\n" for i in range(3 + n))) for n in range(4)],
    offsets("nothing", "", server=False),
    offsets("help", "--help", server=False),
    offsets("no server", "--topic work", server=False),
    offsets("a server without a port", "--bootstrap-server here", server=False),
    offsets("unknown option", "--broker-list x"),
    offsets("all", ""),
    offsets("latest", "--topic work"),
    offsets("latest by name", "--topic work --time latest"),
    offsets("latest by number", "--topic work --time -1"),
    offsets("earliest", "--topic work --time earliest"),
    offsets("earliest by number", "--topic work --time=-2"),
    offsets("of a bad time", "--topic work --time soon"),
    offsets("of a time long ago", "--topic work --time 1000"),
    offsets("of a time to come", "--topic work --time 4000000000000"),
    offsets("earliest local", "--topic work --time earliest-local"),
    offsets("earliest pending upload", "--topic work --time earliest-pending-upload"),
    offsets("latest tiered", "--topic work --time -5"),
    offsets("of partitions", "--topic work --partitions 0,2,99"),
    offsets("of bad partitions", "--topic work --partitions 0,x"),
    offsets("of a pattern", "--topic wo.*"),
    offsets("of a bad pattern", "--topic w(*"),
    offsets("of some partitions", "--topic-partitions work:1-3"),
    offsets("of one partition of each", "--topic-partitions :1"),
    offsets("of a lower part", "--topic-partitions work:-2"),
    offsets("of an upper part", "--topic-partitions work:3-"),
    offsets("of partitions by pattern", "--topic-partitions wor.*:0,a-.*:1"),
    offsets("of bad partitions of a list", "--topic-partitions work:x"),
    offsets("of a list and a topic", "--topic-partitions work:1 --topic work"),
    offsets("of all but internal ones", "--exclude-internal-topics --command-config {t}/client.properties"),
    offsets("of what is not there", "--topic nowhere"),
    delete_records("help", "--help"),
    delete_records("no file", "--bootstrap-server {b}"),
    delete_records("a file that is not there", "--bootstrap-server {b} --offset-json-file {t}/nowhere"),
    delete_records("below 2, and all", "--bootstrap-server {b} --offset-json-file {t}/delete.json --command-config {t}/client.properties", unordered=True),
    delete_records("without a version", "--bootstrap-server {b} --offset-json-file {t}/delete-no-version.json"),
    delete_records("too far", "--bootstrap-server {b} --offset-json-file {t}/delete-far.json"),
    delete_records("twice", "--bootstrap-server {b} --offset-json-file {t}/delete-twice.json"),
    delete_records("another version", "--bootstrap-server {b} --offset-json-file {t}/delete-v2.json"),
    delete_records("no JSON", "--bootstrap-server {b} --offset-json-file {t}/delete-bad.json"),
    delete_records("no partitions", "--bootstrap-server {b} --offset-json-file {t}/delete-empty.json"),
    offsets("earliest after deletion", "--topic work --time earliest"),
    log_dirs("help", "--help"),
    log_dirs("no describe", "--bootstrap-server {b}"),
    log_dirs("all", "--bootstrap-server {b} --describe"),
    log_dirs("some topics", "--bootstrap-server {b} --describe --topic-list work,nowhere --command-config {t}/client.properties"),
    log_dirs("no such topic", "--bootstrap-server {b} --describe --topic-list nowhere"),
    log_dirs("a broker", "--bootstrap-server {b} --describe --broker-list 1 --topic-list work"),
    log_dirs("unknown brokers", "--bootstrap-server {b} --describe --broker-list 1,8"),
    log_dirs("bad brokers", "--bootstrap-server {b} --describe --broker-list x"),
    Step("api versions: help", "kafka-broker-api-versions", "--help"),
    Step("api versions: no server", "kafka-broker-api-versions", "--command-config {t}/client.properties"),
    Step("api versions", "kafka-broker-api-versions", "--bootstrap-server {b} --command-config {t}/client.properties"),
]



def produce(name, args, text="", server=True, **more):
    return Step(f"produce: {name}", "kafka-console-producer", f"{'--bootstrap-server {b} ' if server else ''}{args}", input=text, **more)


def consume(name, args, server=True, **more):
    return Step(f"consume: {name}", "kafka-console-consumer", f"{'--bootstrap-server {b} ' if server else ''}{args}", **more)


# What was written into a topic, whole.
def written(topic, count, **more):
    shown = " ".join(f"--formatter-property print.{part}=true" for part in ("key", "headers", "offset", "partition"))
    return consume(f"what stands in {topic}", f"--topic {topic} --from-beginning --max-messages {count} --timeout-ms 20000 {shown}", **more)


KEYED = "--reader-property parse.key=true --reader-property parse.headers=true"
OTHER_SEPARATORS = (
    "--property parse.key=true --property key.separator=:: --property parse.headers=true --property headers.delimiter=;"
    " --property headers.separator=/ --property headers.key.separator=- --property null.marker=NIL"
)
DESERIALIZERS = "org.apache.kafka.common.serialization"
EARLIEST = "--partition 0 --offset earliest"

CONSOLE = [
    produce("nothing", "", server=False),
    produce("help", "--help", server=False),
    produce("version", "--version", server=False),
    produce("no server", "--topic lines", server=False),
    produce("no topic", ""),
    produce("a server without a port", "--bootstrap-server here --topic lines", server=False),
    produce("unknown option", "--topic lines --broker-list x"),
    produce("a word for a number", "--topic lines --timeout soon"),
    produce("two topics", "--topic lines --topic more"),
    produce("lines", "--topic lines", "one\n\ntwo words\r\nlast without an end"),
    written("lines", 4),
    produce("in step", "--topic steps --sync --request-required-acks all --timeout 0", "one\ntwo\nthree\n"),
    produce("with keys and headers", f"--topic keyed {KEYED}", "a:1,b:2\tk1\tv1\n:x\tk2\tv2\tmore\n"),
    produce("with other separators", f"--topic keyed {OTHER_SEPARATORS}", "a-1/b-NIL;k3::v3\nNIL;NIL::NIL\n"),
    produce("a reader's file", "--topic keyed --reader-config {t}/reader.properties", "k5|v5\n"),
    written("keyed", 5),
    produce("a line without a key", "--topic broken --property parse.key=true", "k\tv\nno key\nk\tw\n"),
    produce("a line without headers", "--topic broken --reader-property parse.headers=true", "nothing\n"),
    produce("a header without a value", "--topic broken --reader-property parse.headers=true", "a\tv\n"),
    produce("errors passed over", f"--topic broken {KEYED} --reader-property ignore.error=true", "nothing\na\tv\n"),
    produce("equal separators", "--topic broken --reader-property headers.separator=:", "x\n"),
    produce("a marker that separates", "--topic broken --reader-property null.marker=:", "x\n"),
    written("broken", 3),
    *[produce(f"with {codec}", f"--topic {codec} --compression-codec {codec}", "one\ntwo\n") for codec in ("none", "gzip", "snappy", "lz4", "zstd")],
    produce("with a codec of nobody's", "--topic lines --compression-codec brotli", "x\n"),
    produce("with the codec unnamed", "--topic gzip --compression-codec", "three\n"),
    produce("with every number", "--topic steps --batch-size 1000 --retry-backoff-ms 50 --timeout 3 --request-timeout-ms 3000 --metadata-expiry-ms 60000 --max-block-ms 5000 --max-memory-bytes 1000000", "four\n"),
    produce("with another batch size", "--topic steps --max-partition-memory-bytes 2000", "five\n"),
    produce("with properties", "--topic steps --command-property acks=1 --command-property enable.idempotence=false --command-config {t}/client.properties", "six\n"),
    produce("with properties by old names", "--topic steps --producer-property linger.ms=1 --producer.config {t}/client.properties", "seven\n"),
    produce("with properties by both names", "--topic steps --producer-property linger.ms=1 --command-property linger.ms=1", "x\n"),
    produce("with files by both names", "--topic steps --producer.config {t}/client.properties --command-config {t}/client.properties", "x\n"),
    produce("with reader's properties by both names", "--topic steps --property parse.key=true --reader-property parse.key=true", "x\n"),
    produce("acknowledged by none", "--topic steps --request-required-acks 0 --command-property enable.idempotence=false", "eight\n"),
    produce("too large a record", "--topic steps --command-property max.request.size=2000000", "x" * 1500000 + "\n"),
    produce("too large a record in step", "--topic steps --sync --command-property max.request.size=2000000", "x" * 1500000 + "\n"),
    produce("larger than the producer may", "--topic steps", "x" * 1500000 + "\n"),
    produce("a number for others to read", "--topic numbers", "\0\0\0\0\0\0\1\2\n"),
    produce("nothing to write", "--topic steps"),
    written("steps", 8),
    consume("nothing", "", server=False),
    consume("help", "--help", server=False),
    consume("version", "--version", server=False),
    consume("no server", "--topic lines", server=False),
    consume("no topic", ""),
    consume("topic and pattern", "--topic lines --include lines"),
    consume("unknown option", "--topic lines --zookeeper x"),
    consume("a partition of no topic", "--include lines --partition 0"),
    consume("an offset of no partition", "--topic lines --offset 1"),
    consume("two beginnings", "--topic lines --partition 0 --from-beginning --offset 1"),
    consume("a bad offset", "--topic lines --partition 0 --offset soon"),
    consume("a negative offset", "--topic lines --partition 0 --offset=-3"),
    consume("a word for a number", "--topic lines --max-messages many"),
    consume("a group and a partition", "--topic lines --partition 0 --group g"),
    consume("two groups", "--topic lines --group g --command-property group.id=h"),
    consume("two resets", "--topic lines --from-beginning --command-property auto.offset.reset=latest"),
    consume("properties by both names", "--topic lines --consumer-property a=b --command-property a=b"),
    consume("files by both names", "--topic lines --consumer.config {t}/client.properties --command-config {t}/client.properties"),
    consume("formatter's properties by both names", "--topic lines --property print.key=true --formatter-property print.key=true"),
    consume("a partition", "--topic lines --partition 0 --offset earliest --max-messages 2 --timeout-ms 20000"),
    consume("a partition from its beginning", "--topic lines --partition 0 --from-beginning --max-messages 1 --timeout-ms 20000"),
    consume("a partition from an offset", "--topic lines --partition 0 --offset 2 --timeout-ms 2000"),
    consume("a partition from its end", "--topic lines --partition 0 --timeout-ms 1500"),
    consume("a partition from beyond", "--topic lines --partition 0 --offset 900 --timeout-ms 2000 --command-property auto.offset.reset=earliest --max-messages 1"),
    consume("no record at all", "--topic lines --from-beginning --max-messages 0"),
    consume("every column", f"--topic keyed {EARLIEST} --max-messages 5 --timeout-ms 20000 --formatter-property print.timestamp=true --formatter-property print.partition=true --formatter-property print.offset=true --formatter-property print.delivery=true --formatter-property print.epoch=true --formatter-property print.headers=true --formatter-property print.key=true"),
    consume("by old names", f"--topic keyed {EARLIEST} --max-messages 5 --timeout-ms 20000 --property print.key=true --property print.value=false --consumer-property client.id=c --consumer.config {{t}}/client.properties"),
    consume("other separators", f"--topic keyed {EARLIEST} --max-messages 5 --timeout-ms 20000 --formatter-property print.key=true --formatter-property print.headers=true --formatter-property key.separator=| --formatter-property line.separator=; --formatter-property headers.separator=/ --formatter-property null.literal=NIL"),
    consume("a formatter's file", f"--topic keyed {EARLIEST} --max-messages 5 --timeout-ms 20000 --formatter-config {{t}}/formatter.properties"),
    consume("strings by name", f"--topic keyed {EARLIEST} --max-messages 1 --timeout-ms 20000 --formatter-property print.key=true --key-deserializer {DESERIALIZERS}.StringDeserializer --value-deserializer {DESERIALIZERS}.StringDeserializer"),
    consume("numbers that are none", f"--topic lines {EARLIEST} --max-messages 2 --timeout-ms 20000 --value-deserializer {DESERIALIZERS}.LongDeserializer"),
    consume("numbers that are none, passed over", f"--topic lines {EARLIEST} --max-messages 2 --timeout-ms 20000 --skip-message-on-error --value-deserializer {DESERIALIZERS}.LongDeserializer"),
    consume("numbers", f"--topic numbers {EARLIEST} --max-messages 1 --timeout-ms 20000 --formatter-property value.deserializer={DESERIALIZERS}.LongDeserializer"),
    consume("for nobody", f"--topic lines {EARLIEST} --max-messages 2 --timeout-ms 20000 --formatter org.apache.kafka.tools.consumer.NoOpMessageFormatter"),
    consume("a pattern", "--include l.nes --from-beginning --max-messages 4 --timeout-ms 20000"),
    consume("a group", "--topic lines --group console --from-beginning --max-messages 2 --timeout-ms 20000"),
    consume("a group again", "--topic lines --group console --max-messages 2 --timeout-ms 20000"),
    consume("a group by property", "--topic lines --command-property group.id=console --timeout-ms 3000"),
    consume("read committed", f"--topic lines {EARLIEST} --isolation-level read_committed --max-messages 4 --timeout-ms 20000"),
    consume("a level of nobody's", f"--topic lines {EARLIEST} --isolation-level strict --max-messages 4 --timeout-ms 20000"),
    consume("the end told", f"--topic lines {EARLIEST} --max-messages 1 --timeout-ms 20000 --enable-systest-events"),
    *[consume(f"what {codec} packed", f"--topic {codec} {EARLIEST} --max-messages 2 --timeout-ms 20000") for codec in ("gzip", "snappy", "lz4", "zstd")],
]

STEPS = TOPICS + RECORDS + CONSOLE
