"""The script of command lines that runs with Kafka's own tools and with Weir's, each against a fresh Weir.

A step is (name, tool, arguments); tools that begin with + or - prepare something. In arguments {b} is the broker,
{t} a scratch directory with FILES, {s} the broker that the step +serve starts. Every option of every tool stands in at
least one step that succeeds, or is refused by name: own_tool_options.py sees to it.
"""

import json

from tool_steps import Step

LONG = "a-topic-with-a-name-of-more-than-fifteen-letters"

SERVER = """process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:19093
"""

# {t} is the scratch directory, {s} where the step +serve listens, {sc} its controller.
FILES = {
    "delete.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 0, "offset": 2}, {"topic": "work", "partition": 1, "offset": -1}]}),
    "delete-no-version.json": json.dumps({"partitions": [{"topic": "work", "partition": 0, "offset": 3}]}),
    "delete-far.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 0, "offset": 900}]}),
    "delete-twice.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 0, "offset": 1}, {"topic": "work", "partition": 0, "offset": 2}]}),
    "delete-v2.json": json.dumps({"version": 2, "partitions": []}),
    "delete-bad.json": "{",
    "delete-empty.json": "{}",
    "client.properties": "client.id=me\nrequest.timeout.ms=20000\n",
    "offsets.csv": "read,0,1\nread,1,2\n",
    "groups.csv": "readers,read,0,2\nreaders,read,1,1\nothers,read,2,1\n",
    "reader.properties": "parse.key=true\nkey.separator=|\n",
    "formatter.properties": "print.key=true\nprint.offset=true\nkey.separator=\\:\n",
    "payloads.txt": "one\ntwo\nthree\n",
    "server.properties": SERVER + "log.dirs={t}/data\n",
    "plain.properties": SERVER + "log.dirs={t}/plain\n",
    "voters.properties": SERVER.replace("bootstrap.servers=", "voters=1@") + "log.dirs={t}/voters\n",
    "served.properties": SERVER.replace("127.0.0.1:19092", "{s}").replace("127.0.0.1:19093", "{sc}") + "log.dirs={t}/served\n",
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
    offsets("version", "--version", server=False),
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
    delete_records("version", "--version"),
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
    log_dirs("version", "--version"),
    log_dirs("no describe", "--bootstrap-server {b}"),
    log_dirs("all", "--bootstrap-server {b} --describe"),
    log_dirs("some topics", "--bootstrap-server {b} --describe --topic-list work,nowhere --command-config {t}/client.properties"),
    log_dirs("no such topic", "--bootstrap-server {b} --describe --topic-list nowhere"),
    log_dirs("a broker", "--bootstrap-server {b} --describe --broker-list 1 --topic-list work"),
    log_dirs("unknown brokers", "--bootstrap-server {b} --describe --broker-list 1,8"),
    log_dirs("bad brokers", "--bootstrap-server {b} --describe --broker-list x"),
    Step("api versions: help", "kafka-broker-api-versions", "--help"),
    Step("api versions: version", "kafka-broker-api-versions", "--version"),
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
    produce("by a reader's name", "--topic steps --line-reader org.apache.kafka.tools.LineMessageReader --message-send-max-retries 2", "nine\n"),
    produce("by a reader of nobody's", "--topic steps --line-reader no.such.Reader", "x\n"),
    written("steps", 9),
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
    consume("a pattern", "--include l.nes --from-beginning --max-messages 4 --timeout-ms 20000 --command-config {t}/client.properties"),
    consume("a group", "--topic lines --group console --from-beginning --max-messages 2 --timeout-ms 20000"),
    consume("a group again", "--topic lines --group console --max-messages 2 --timeout-ms 20000"),
    consume("a group by property", "--topic lines --command-property group.id=console --timeout-ms 3000"),
    consume("read committed", f"--topic lines {EARLIEST} --isolation-level read_committed --max-messages 4 --timeout-ms 20000"),
    consume("a level of nobody's", f"--topic lines {EARLIEST} --isolation-level strict --max-messages 4 --timeout-ms 20000"),
    consume("the end told", f"--topic lines {EARLIEST} --max-messages 1 --timeout-ms 20000 --enable-systest-events"),
    *[consume(f"what {codec} packed", f"--topic {codec} {EARLIEST} --max-messages 2 --timeout-ms 20000") for codec in ("gzip", "snappy", "lz4", "zstd")],
]



def groups(name, args, server=True, **more):
    return Step(f"groups: {name}", "kafka-consumer-groups", f"{'--bootstrap-server {b} ' if server else ''}{args}", **more)


def reset(name, args, group="readers", **more):
    return groups(f"reset {name}", f"--reset-offsets --group {group} {args}", **more)


GROUPS = [
    topics("some for groups", "--create --topic read --partitions 3"),
    *[Step(f"groups: records in {n}", "+produce", f"read {n}", input="".join(f"value {i}\n" for i in range(2 + n))) for n in range(3)],
    Step("groups: readers read", "+read", "readers read"),
    groups("nothing", "", server=False),
    groups("help", "--help", server=False),
    groups("version", "--version", server=False),
    groups("no server", "--list", server=False),
    groups("no action", ""),
    groups("two actions", "--list --validate-regex x"),
    groups("unknown option", "--list --no-such"),
    groups("a regular expression", "--validate-regex a.*b", server=False),
    groups("a bad regular expression", "--validate-regex a(b", server=False),
    groups("list", "--list"),
    groups("list states", "--list --state"),
    groups("list by state", "--list --state empty,Stable"),
    groups("list by a state of nobody's", "--list --state asleep"),
    groups("list types", "--list --type"),
    groups("list by type", "--list --type classic --state"),
    groups("list by a type of nobody's", "--list --type modern"),
    groups("list with a group", "--list --group readers"),
    groups("list with members", "--list --members"),
    groups("describe nothing", "--describe"),
    groups("describe", "--describe --group readers"),
    groups("describe with a config file", "--describe --group readers --command-config {t}/client.properties --timeout 10000"),
    groups("describe with a word for a number", "--describe --group readers --timeout soon"),
    groups("describe offsets, all of it", "--describe --group readers --offsets --verbose"),
    groups("describe state", "--describe --group readers --state"),
    groups("describe state, all of it", "--describe --group readers --state --verbose"),
    groups("describe members of none", "--describe --group readers --members"),
    groups("describe with a state named", "--describe --group readers --state Stable"),
    groups("describe members and offsets", "--describe --group readers --members --offsets"),
    groups("describe a group and all", "--describe --group readers --all-groups"),
    groups("describe with a topic", "--describe --group readers --topic read"),
    groups("describe what is not there", "--describe --group nobody"),
    groups("describe members of what is not there", "--describe --group nobody --members"),
    groups("describe state of what is not there", "--describe --group nobody --state"),
    reset("of nothing", "--to-earliest --execute"),
    reset("without a scenario", "--topic read --dry-run"),
    reset("by two scenarios", "--topic read --to-earliest --to-latest --dry-run"),
    reset("both ways", "--topic read --to-earliest --dry-run --execute"),
    groups("reset without a group", "--reset-offsets --topic read --to-earliest --dry-run"),
    reset("without saying how", "--topic read --to-earliest"),
    reset("to earliest, dry", "--topic read --to-earliest --dry-run"),
    reset("to earliest", "--topic read --to-earliest --execute"),
    reset("by shift", "--topic read:2 --shift-by 2 --execute"),
    reset("by shift back", "--topic read:2 --shift-by -1 --execute"),
    reset("by shift too far", "--topic read:2 --shift-by=-100 --execute"),
    reset("by shift of what is not committed", "--topic work --shift-by 1 --execute"),
    reset("to an offset", "--topic read:1,2 --to-offset 1 --execute"),
    reset("to an offset too far", "--topic read:1 --to-offset 1000 --execute"),
    reset("to a word", "--topic read:1 --to-offset many --execute"),
    reset("to latest", "--topic read:0 --topic read:1 --to-latest --execute"),
    reset("to a time", "--all-topics --to-datetime 2020-01-01T00:00:00.000 --execute"),
    reset("to a time to come", "--topic read:1 --to-datetime 2120-01-01T00:00:00.000+02:00 --dry-run"),
    reset("to no time", "--topic read --to-datetime yesterday --dry-run"),
    reset("to half a time", "--topic read --to-datetime 2020-01-01T25 --dry-run"),
    reset("by duration", "--topic read --by-duration P1D --dry-run"),
    reset("by no duration", "--topic read --by-duration long --dry-run"),
    reset("to current", "--all-topics --to-current --dry-run"),
    reset("to current where nothing is", "--topic work:0 --to-current --dry-run"),
    reset("as CSV", "--topic read --to-earliest --dry-run --export"),
    groups("reset of two groups as CSV", "--reset-offsets --group readers --group fresh --topic read --to-latest --dry-run --export"),
    reset("from a file", "--from-file {t}/offsets.csv --execute"),
    reset("from a file of groups", "--from-file {t}/groups.csv --dry-run"),
    reset("from a file of other groups", "--from-file {t}/groups.csv --dry-run", group="strangers"),
    reset("from a file that is not there", "--from-file {t}/nowhere --dry-run"),
    reset("from a file that is none", "--from-file {t}/delete.json --dry-run"),
    reset("of a new group", "--topic read --to-latest --execute", group="fresh"),
    groups("reset of all groups", "--reset-offsets --all-groups --topic read:0 --to-earliest --dry-run"),
    reset("of an unknown topic", "--topic nowhere --to-latest --execute"),
    reset("of an unknown partition", "--topic read:7 --to-latest --execute"),
    reset("of a bad partition", "--topic read:x --to-latest --execute"),
    reset("of a bad topic", "--topic read:1:2 --to-latest --execute"),
    groups("describe after resets", "--describe --group readers"),
    groups("describe two", "--describe --group readers --group fresh"),
    Step("groups: a member joins", "+member", "watchers read"),
    groups("describe state of a live one", "--describe --group watchers --state", until="Stable"),
    groups("describe members", "--describe --group watchers --members"),
    groups("describe members, all of it", "--describe --group watchers --members --verbose"),
    groups("describe offsets of a live one", "--describe --group watchers", until="read"),
    reset("of a live one", "--topic read --to-earliest --execute", group="watchers"),
    groups("delete a live one", "--delete --group watchers"),
    groups("delete offsets of a live one", "--delete-offsets --group watchers --topic read"),
    Step("groups: the member leaves", "-member", "watchers"),
    groups("describe state of a left one", "--describe --group watchers --state", until="Empty"),
    groups("delete no offsets", "--delete-offsets --group readers"),
    groups("delete offsets", "--delete-offsets --group readers --topic read:0"),
    groups("delete offsets of what is not there", "--delete-offsets --group readers --topic nowhere"),
    groups("delete offsets of nobody", "--delete-offsets --group nobody --topic read"),
    groups("describe after deletion of offsets", "--describe --group readers"),
    groups("delete nothing", "--delete"),
    groups("delete a topic", "--delete --group fresh --topic read"),
    groups("delete", "--delete --group fresh"),
    groups("delete what is not there", "--delete --group nobody"),
    groups("delete some that are there", "--delete --group nobody --group watchers"),
    groups("list at the end", "--list"),
]


def configs(name, args, server=True, **more):
    return Step(f"configs: {name}", "kafka-configs", f"{'--bootstrap-server {b} ' if server else ''}{args}", **more)


CONFIGS = [
    configs("nothing", "", server=False),
    configs("help", "--help", server=False),
    configs("version", "--version", server=False),
    configs("no server", "--describe --entity-type topics", server=False),
    configs("no action", "--entity-type topics"),
    configs("two actions", "--describe --alter --entity-type topics"),
    configs("no type", "--describe"),
    configs("a type of nobody's", "--describe --entity-type planets"),
    configs("a type twice", "--describe --entity-type topics --entity-type topics"),
    configs("two types", "--describe --entity-type topics --entity-type brokers"),
    configs("a type and a flag", "--describe --entity-type topics --broker 1"),
    configs("a name without a type", "--describe --entity-name read"),
    configs("unknown option", "--describe --zookeeper x"),
    configs("describe with a change", "--describe --entity-type topics --add-config a=b"),
    configs("alter nothing", "--alter --entity-type topics --entity-name read"),
    configs("alter no topic", "--alter --entity-type topics --add-config a=b"),
    configs("alter no broker", "--alter --entity-type brokers --add-config a=b"),
    configs("alter in two ways", "--alter --topic read --add-config a=b --add-config-file {t}/topic.properties"),
    configs("a broker of letters", "--describe --entity-type brokers --entity-name one"),
    configs("a default of topics", "--describe --entity-type topics --entity-default"),
    configs("loggers of no broker", "--describe --entity-type broker-loggers"),
    configs("topic: add", "--alter --entity-type topics --entity-name read --add-config max.message.bytes=54321,retention.ms=7200000"),
    configs("topic: describe", "--describe --entity-type topics --entity-name read --command-config {t}/client.properties", until="=54321"),
    configs("topic: describe by flag", "--describe --topic read"),
    configs("topic: describe all", "--describe --all --topic read"),
    configs("topic: delete", "--alter --topic read --delete-config max.message.bytes,retention.ms"),
    configs("topic: delete what is not set", "--alter --topic read --delete-config flush.ms"),
    configs("topic: a list", "--alter --topic read --add-config cleanup.policy=[compact,delete],flush.ms=5"),
    configs("topic: describe a list", "--describe --topic read", until="compact"),
    configs("topic: add and delete", "--alter --topic read --add-config flush.ms=6 --delete-config cleanup.policy"),
    configs("topic: a file", "--alter --topic read --add-config-file {t}/topic.properties"),
    configs("topic: a file that is not there", "--alter --topic read --add-config-file {t}/nowhere"),
    configs("topic: describe a file", "--describe --topic read", until="65432"),
    configs("topic: no value", "--alter --topic read --add-config retention.ms"),
    configs("topic: a bad name", "--alter --topic read --add-config no/such=1"),
    configs("topic: unknown name", "--alter --topic read --add-config no.such=1"),
    configs("topic: bad value", "--alter --topic read --add-config retention.ms=x"),
    configs("topic: not there", "--alter --topic nowhere --add-config retention.ms=1"),
    configs("topic: describe what is not there", "--describe --topic nowhere"),
    configs("topics: describe every", "--describe --entity-type topics", unordered=True),
    configs("broker: describe nothing", "--describe --broker 1"),
    configs("broker: add", "--alter --entity-type brokers --entity-name 1 --add-config log.retention.ms=98765432"),
    configs("broker: describe", "--describe --entity-type brokers --entity-name 1", until="=98765432 "),
    configs("broker: default", "--alter --broker-defaults --add-config log.retention.ms=87654321"),
    configs("broker: describe default", "--describe --entity-type brokers --entity-default", until="=87654321 "),
    configs("broker: describe all", "--describe --all --broker 1"),
    configs("brokers: describe every", "--describe --entity-type brokers"),
    configs("broker: not there", "--describe --broker 9"),
    configs("broker: delete", "--alter --broker 1 --delete-config log.retention.ms"),
    configs("broker: delete default", "--alter --entity-type brokers --entity-default --delete-config log.retention.ms"),
    configs("group: add", "--alter --group readers --add-config consumer.session.timeout.ms=46000"),
    configs("group: describe", "--describe --entity-type groups --entity-name readers", until="=46000 "),
    configs("groups: describe every", "--describe --entity-type groups", unordered=True),
    configs("group: delete", "--alter --group readers --delete-config consumer.session.timeout.ms"),
    configs("loggers: describe", "--describe --broker-logger 1"),
    configs("loggers: one that is not there", "--alter --broker-logger 1 --add-config no.such=DEBUG"),
    configs("loggers: describe by type", "--describe --entity-type broker-loggers --entity-name 1"),
    configs("client metrics: describe what is not there", "--describe --client-metrics some"),
    configs("client metrics: add", "--alter --client-metrics some --add-config interval.ms=60000,metrics=[a.,b.]"),
    configs("client metrics: describe", "--describe --client-metrics some", until="60000"),
    configs("client metrics: bad value", "--alter --client-metrics some --add-config interval.ms=often"),
    configs("client metrics: delete", "--alter --entity-type client-metrics --entity-name some --delete-config interval.ms,metrics"),
    configs("client metrics: describe every", "--describe --entity-type client-metrics"),
]


def cluster(name, args):
    return Step(f"cluster: {name}", "kafka-cluster", args)


def quorum(name, args):
    return Step(f"quorum: {name}", "kafka-metadata-quorum", args)


CLUSTER = [
    cluster("nothing", ""),
    cluster("help", "--help"),
    cluster("help by a letter", "-h"),
    cluster("help of a command", "cluster-id --help"),
    cluster("a command of nobody's", "format"),
    cluster("no server", "cluster-id"),
    cluster("a server without its value", "cluster-id -b"),
    cluster("unknown option", "cluster-id -b {b} --foo"),
    cluster("a word too many", "cluster-id -b {b} word"),
    cluster("id", "cluster-id --bootstrap-server {b}"),
    cluster("id, shorter", "cluster-id -b {b} -c {t}/client.properties"),
    cluster("id by an old name", "cluster-id --bootstrap-server={b} --config {t}/client.properties"),
    cluster("id by both names", "cluster-id -b {b} --config {t}/client.properties --command-config {t}/client.properties"),
    cluster("endpoints", "list-endpoints --bootstrap-server {b} --command-config {t}/client.properties"),
    cluster("endpoints, fenced ones too", "list-endpoints --bootstrap-s {b} --include-fenced-brokers"),
    quorum("nothing", ""),
    quorum("help", "--help"),
    quorum("help by a letter", "-h"),
    quorum("help of describe", "describe --help"),
    quorum("no command", "--bootstrap-server {b}"),
    quorum("no server", "describe --status"),
    quorum("describe nothing", "--bootstrap-server {b} describe"),
    quorum("describe both", "--bootstrap-server {b} describe --status --replication"),
    quorum("describe the status for people", "--bootstrap-server {b} describe --status --human-readable"),
    quorum("unknown option", "--bootstrap-server {b} describe --foo"),
    quorum("status", "--bootstrap-server {b} --command-config {t}/client.properties describe --status"),
    quorum("replication", "--bootstrap-server {b} describe --replication"),
    quorum("replication for people", "--bootstrap-server {b} describe --re --human-readable"),
    quorum("a config file that is not there", "--bootstrap-server {b} --command-config {t}/nowhere describe --status"),
]



def write(name, args, **more):
    return Step(f"producer perf: {name}", "kafka-producer-perf-test", args, **more)


def read(name, args, server=True, **more):
    return Step(f"consumer perf: {name}", "kafka-consumer-perf-test", f"{'--bootstrap-server {b} ' if server else ''}{args}", **more)


def latency(name, args, **more):
    return Step(f"latency: {name}", "kafka-e2e-latency", args, **more)


SOME = "--topic perf --num-records 2000 --throughput -1"
TO = "--bootstrap-server {b}"
PERFORMANCE = [
    topics("one to measure with", "--create --topic perf --partitions 2"),
    write("nothing", ""),
    write("help", "--help"),
    write("help by a letter", "-h"),
    write("no topic", f"--num-records 10 --throughput -1 --record-size 10 {TO}"),
    write("no payload", f"{SOME} {TO}"),
    write("two payloads", f"{SOME} {TO} --record-size 10 --payload-monotonic"),
    write("no server", f"{SOME} --record-size 10"),
    write("no records", f"--topic perf --num-records 0 --throughput -1 --record-size 10 {TO}"),
    write("no size", f"{SOME} --record-size 0 {TO}"),
    write("a word for a number", f"--topic perf --num-records many --throughput -1 --record-size 10 {TO}"),
    write("a word for a speed", f"--topic perf --num-records 10 --throughput fast --record-size 10 {TO}"),
    write("no interval", f"{SOME} --record-size 10 --reporting-interval 0 {TO}"),
    write("only warmup", f"{SOME} --record-size 10 --warmup-records 2000 {TO}"),
    write("properties by both names", f"{SOME} --record-size 10 {TO} --producer-props acks=1 --command-property acks=1"),
    write("files by both names", f"{SOME} --record-size 10 {TO} --producer.config {{t}}/client.properties --command-config {{t}}/client.properties"),
    write("unknown option", f"{SOME} --record-size 10 {TO} --speed 7"),
    write("records", f"{SOME} --record-size 100 {TO}", numbers=True),
    write("as fast as told", f"--topic perf --num-records 300 --throughput 1000 --record-size 10 {TO} --reporting-interval 100", numbers=True, repeats=True, until="99.9th"),
    write("after a warmup", f"{SOME} --record-size 100 --warmup-records 500 {TO}", numbers=True),
    write("with properties", f"{SOME} --record-size 100 {TO} --command-property acks=all linger.ms=5 compression.type=lz4 --command-config {{t}}/client.properties", numbers=True),
    write("with properties by old names", f"{SOME} --record-size 100 --producer-props bootstrap.servers={{b}} acks=1 enable.idempotence=false --producer.config {{t}}/client.properties", numbers=True),
    write("of a file", f"--topic payloads --num-records 20 --throughput -1 --payload-file {{t}}/payloads.txt {TO}", numbers=True),
    write("of a file with another delimiter", f"--topic payloads --num-records 20 --throughput -1 --payload-file {{t}}/payloads.txt --payload-delimiter e {TO}", numbers=True),
    write("of a file that is not there", f"--topic payloads --num-records 20 --throughput -1 --payload-file {{t}}/nowhere {TO}"),
    write("numbers", f"--topic counted --num-records 5 --throughput -1 --payload-monotonic {TO} --command-property linger.ms=50", numbers=True),
    consume("the numbers", "--topic counted --from-beginning --max-messages 5 --timeout-ms 20000"),
    offsets("of what was measured", "--topic-partitions payloads,counted"),
    read("nothing", "", server=False),
    read("help", "--help", server=False),
    read("version", "--version", server=False),
    read("no server", "--topic perf --num-records 10", server=False),
    read("no topic", "--num-records 10"),
    read("no records", "--topic perf"),
    read("records by both names", "--topic perf --num-records 10 --messages 10"),
    read("topic and pattern", "--topic perf --include perf --num-records 10"),
    read("files by both names", "--topic perf --num-records 10 --consumer.config {t}/client.properties --command-config {t}/client.properties"),
    read("unknown option", "--topic perf --num-records 10 --threads 4"),
    read("records", "--topic perf --num-records 8000 --timeout 20000", numbers=True),
    read("records by an old name", "--topic perf --messages 8000 --timeout 20000 --consumer.config {t}/client.properties", numbers=True),
    read("a pattern without a header", "--include per. --num-records 8000 --hide-header --command-property fetch.min.bytes=10 --fetch-size 100000", numbers=True),
    read("in a group with a date of its own", "--topic perf --num-records 8000 --group measured --date-format yyyy/MM/dd --reporting-interval 100000 --command-config {t}/client.properties", numbers=True),
    read("in detail", "--topic perf --num-records 8000 --timeout 20000 --show-detailed-stats --reporting-interval 1", numbers=True, repeats=True),
    read("in detail, no header", "--topic perf --num-records 8000 --timeout 20000 --show-detailed-stats --hide-header --reporting-interval 100000", numbers=True, repeats=True),
    read("more than there is", "--topic perf --num-records 1000000 --timeout 1500", numbers=True),
    read("from the end", "--topic perf --num-records 1 --timeout 1500 --from-latest", numbers=True),
    groups("of a measurement", "--describe --group measured", numbers=True),
    latency("nothing", ""),
    latency("help", "--bootstrap-server {b} --help"),
    latency("version", "--bootstrap-server {b} --version"),
    latency("too few words", "{b} perf"),
    latency("no topic", "--bootstrap-server {b}"),
    latency("acknowledged by none", f"{TO} --topic echo --num-records 10 --producer-acks 0 --record-size 10"),
    latency("no records", f"{TO} --topic echo --num-records 0 --producer-acks 1 --record-size 10"),
    latency("a negative size", f"{TO} --topic echo --num-records 1 --producer-acks 1 --record-size=-1"),
    latency("unknown option", f"{TO} --topic echo --records 0"),
    latency("records", f"{TO} --topic echo --num-records 50 --producer-acks all --record-size 100 --command-config {{t}}/client.properties", numbers=True),
    latency("records with all there is", f"{TO} --topic echo --num-records 20 --producer-acks 1 --record-size 100 --record-key-size 10 --num-headers 2 --record-header-key-size 5 --record-header-size 6", numbers=True),
    latency("by words", "{b} echo 20 1 10", numbers=True),
]


def storage(name, args):
    return Step(f"storage: {name}", "kafka-storage", args)


ID = "rJt8v71wSWe7xsXpxBGrrg"
STORAGE = [
    storage("nothing", ""),
    storage("help", "--help"),
    storage("help by a letter", "-h"),
    storage("help of format", "format --help"),
    storage("unknown option", "info -c {t}/server.properties --foo"),
    storage("no config", "info"),
    storage("a config that is not there", "info -c {t}/nowhere"),
    storage("a random id", "random-uuid"),
    storage("info of what is not there", "info --config {t}/server.properties"),
    storage("info of what is not formatted", "info -c {t}/plain.properties"),
    storage("format without an id", "format -c {t}/server.properties"),
    storage("format without a quorum", f"format -t {ID} -c {{t}}/server.properties"),
    storage("format", f"format -t {ID} -c {{t}}/server.properties --standalone"),
    storage("format again", f"format -t {ID} -c {{t}}/server.properties --standalone"),
    storage("format again, no error", f"format -t {ID} -c {{t}}/server.properties --standalone --ignore-formatted"),
    storage("format again, by letters", f"format -t {ID} -c {{t}}/server.properties -s -g"),
    storage("format for another cluster", "format -t other -c {t}/server.properties -s -g"),
    storage("format with voters", f"format --cluster-id {ID} --config {{t}}/voters.properties"),
    storage("info", "info -c {t}/server.properties"),
]


def server_start(name, args):
    return Step(f"server start: {name}", "kafka-server-start", args)


SERVING = [
    server_start("nothing", ""),
    server_start("help", "--help"),
    server_start("version", "--version"),
    server_start("no value to override", "{t}/server.properties --override"),
    server_start("a stray word", "{t}/server.properties stray"),
    server_start("an unknown option", "{t}/server.properties --foo"),
    server_start("a file that is not there", "{t}/nowhere"),
    server_start("a role that is none", "{t}/served.properties --override process.roles=cook"),
    storage("format what is served", f"format -t {ID} -c {{t}}/served.properties --standalone"),
    Step("server start: serves", "+serve", "{t}/served.properties --override num.partitions=3 --override=auto.create.topics.enable=false"),
    Step("server start: the cluster", "kafka-cluster", "cluster-id --bootstrap-server {s}"),
    Step("server start: a topic", "kafka-topics", "--bootstrap-server {s} --create --topic served"),
    Step("server start: what is overridden", "kafka-topics", "--bootstrap-server {s} --describe --topic served"),
    Step("server start: ends", "-serve", ""),
    Step("dump log: version", "kafka-dump-log", "--version"),
    Step("dump log: help", "kafka-dump-log", "--help"),
]

# The console consumers make groups with random names: what lists groups comes before.
STEPS = TOPICS + RECORDS + GROUPS + CONFIGS + CLUSTER + STORAGE + SERVING + CONSOLE + PERFORMANCE
