"""The script of tool invocations that runs against Apache Kafka and against Weir, each on a fresh directory.

A step is (name, tool, arguments). `input` is the standard input, `until` a pattern that the output must show before it
counts (the step is repeated until then: some effects come after the answer). A step may start or end a member of a
group that runs beside the tools. In arguments {b} is the broker, {c} the controller's listener, {t} a scratch directory.
"""

import dataclasses
import json


@dataclasses.dataclass
class Step:
    name: str
    tool: str
    args: str
    input: str = ""
    until: str = ""
    unordered: bool = False
    repeats: bool = False  # how often a line is said depends on the machine's speed
    numbers: bool = False  # every number is volatile: figures of a performance test, or of the clock
    alone: bool = False  # in a process of its own: it prints from a shutdown hook of the JVM


FILES = {
    "delete.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 0, "offset": 2}]}),
    "delete-all.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 1, "offset": -1}]}),
    "delete-far.json": json.dumps({"version": 1, "partitions": [{"topic": "work", "partition": 0, "offset": 900}]}),
    "offsets.csv": "work,0,3\nwork,1,1\n",
}

RECORDS = "".join(f"h{n % 2}:v{n}\tkey{n}\tvalue {n}\n" for n in range(12))
SHOW = (
    "--property print.key=true --property print.headers=true --property print.offset=true"
    " --property print.partition=true --property print.value=true"
)
PARSE = "--property parse.key=true --property parse.headers=true"


def topics(name, args, **more):
    return Step(f"topics: {name}", "kafka-topics", f"--bootstrap-server {{b}} {args}", **more)


def configs(name, args, **more):
    return Step(f"configs: {name}", "kafka-configs", f"--bootstrap-server {{b}} {args}", **more)


def groups(name, args, **more):
    return Step(f"groups: {name}", "kafka-consumer-groups", f"--bootstrap-server {{b}} {args}", unordered=True, **more)


def offsets(name, args, **more):
    return Step(f"offsets: {name}", "kafka-get-offsets", f"--bootstrap-server {{b}} {args}", **more)


def produce(name, args, text):
    return Step(f"produce: {name}", "kafka-console-producer", f"--bootstrap-server {{b}} {args}", input=text)


def consume(name, args, **more):
    return Step(f"consume: {name}", "kafka-console-consumer", f"--bootstrap-server {{b}} {args}", **more)


ABOUT_THE_NODE = [
    Step("node: api versions", "kafka-broker-api-versions", "--bootstrap-server {b}"),
    Step("node: cluster id", "kafka-cluster", "cluster-id --bootstrap-server {b}"),
    Step("node: endpoints", "kafka-cluster", "list-endpoints --bootstrap-server {b}"),
    Step("node: features", "kafka-features", "--bootstrap-server {b} describe"),
    Step("node: quorum status", "kafka-metadata-quorum", "--bootstrap-server {b} describe --status"),
    Step("node: quorum replication", "kafka-metadata-quorum", "--bootstrap-server {b} describe --replication"),
]

TOPICS = [
    topics("list of nothing", "--list"),
    topics("create", "--create --topic work --partitions 3 --replication-factor 1"),
    topics("create with configs", "--create --topic set --config retention.ms=1234567 --config cleanup.policy=compact,delete"),
    topics("create what exists", "--create --topic work"),
    topics("create if not exists", "--create --if-not-exists --topic work"),
    topics("create with a bad name", "--create --topic bad/name"),
    topics("create with two dots", "--create --topic .."),
    topics("create with a long name", f"--create --topic {'n' * 250}"),
    topics("create a dotted name", "--create --topic dot.ted"),
    topics("create a colliding name", "--create --topic dot_ted"),
    topics("create with too many replicas", "--create --topic many --replication-factor 2"),
    topics("create with no partition", "--create --topic none --partitions 0"),
    topics("create with an unknown config", "--create --topic none --config no.such.config=1"),
    topics("create with a bad value", "--create --topic none --config retention.ms=soon"),
    topics("create with a value out of range", "--create --topic none --config segment.bytes=100"),
    topics("create with a bad policy", "--create --topic none --config cleanup.policy=burn"),
    topics("create with an assignment", "--create --topic placed --replica-assignment 1,1"),
    topics("create with an unknown broker", "--create --topic none --replica-assignment 7"),
    topics("create with a broker twice", "--create --topic none --replica-assignment 1:1"),
    topics("list", "--list"),
    topics("describe all", "--describe", unordered=True),
    topics("describe one", "--describe --topic work"),
    topics("describe some", "--describe --topic work,set", unordered=True),
    topics("describe what is not there", "--describe --topic nowhere"),
    topics("describe with overrides", "--describe --topics-with-overrides", unordered=True),
    topics("describe under-replicated", "--describe --under-replicated-partitions"),
    topics("describe unavailable", "--describe --unavailable-partitions"),
    topics("describe at min isr", "--describe --at-min-isr-partitions --topic work"),
    topics("more partitions", "--alter --topic work --partitions 4"),
    topics("fewer partitions", "--alter --topic work --partitions 2"),
    topics("as many partitions", "--alter --topic work --partitions 4"),
    topics("partitions of what is not there", "--alter --topic nowhere --partitions 4"),
    topics("more partitions, placed", "--alter --topic set --partitions 2 --replica-assignment 1,1"),
    topics("delete", "--delete --topic dot.ted"),
    topics("delete what is not there", "--delete --topic nowhere"),
    topics("delete if exists", "--delete --if-exists --topic nowhere"),
    topics("list after deletion", "--list"),
]

CONFIGS = [
    configs("topic: add", "--alter --entity-type topics --entity-name work --add-config max.message.bytes=54321,retention.ms=7200000"),
    configs("topic: describe", "--describe --entity-type topics --entity-name work", until="=54321"),
    configs("topic: describe all", "--describe --all --entity-type topics --entity-name work"),
    configs("topic: delete", "--alter --entity-type topics --entity-name work --delete-config max.message.bytes"),
    configs("topic: delete what is not set", "--alter --entity-type topics --entity-name work --delete-config flush.ms"),
    configs("topic: a list", "--alter --entity-type topics --entity-name work --add-config cleanup.policy=[compact,delete]"),
    configs("topic: back from a list", "--alter --entity-type topics --entity-name work --delete-config cleanup.policy"),
    configs("topic: unknown name", "--alter --entity-type topics --entity-name work --add-config no.such=1"),
    configs("topic: bad value", "--alter --entity-type topics --entity-name work --add-config retention.ms=x"),
    configs("topic: out of range", "--alter --entity-type topics --entity-name work --add-config min.insync.replicas=0"),
    configs("topic: not there", "--alter --entity-type topics --entity-name nowhere --add-config retention.ms=1"),
    configs("topic: describe what is not there", "--describe --entity-type topics --entity-name nowhere"),
    configs("topics: describe every", "--describe --entity-type topics", unordered=True),
    configs("broker: describe nothing", "--describe --entity-type brokers --entity-name 1"),
    configs("broker: add", "--alter --entity-type brokers --entity-name 1 --add-config log.retention.ms=98765432"),
    configs("broker: describe", "--describe --entity-type brokers --entity-name 1", until="=98765432 "),
    configs("broker: describe all", "--describe --all --entity-type brokers --entity-name 1", unordered=True),
    configs("broker: default", "--alter --entity-type brokers --entity-default --add-config log.retention.ms=87654321"),
    configs("broker: describe default", "--describe --entity-type brokers --entity-default", until="=87654321 "),
    configs("broker: both are synonyms", "--describe --entity-type brokers --entity-name 1", until="87654321"),
    configs("broker: a topic's synonyms", "--describe --all --entity-type topics --entity-name set"),
    configs("broker: read only", "--alter --entity-type brokers --entity-name 1 --add-config auto.create.topics.enable=false"),
    configs("broker: unknown name", "--alter --entity-type brokers --entity-name 1 --add-config no.such=1"),
    configs("broker: bad value", "--alter --entity-type brokers --entity-name 1 --add-config log.retention.ms=x"),
    configs("broker: not there", "--describe --entity-type brokers --entity-name 9"),
    configs("broker: delete", "--alter --entity-type brokers --entity-name 1 --delete-config log.retention.ms"),
    configs("broker: delete default", "--alter --entity-type brokers --entity-default --delete-config log.retention.ms"),
    configs("broker: describe after", "--describe --entity-type brokers --entity-name 1", until="no.such"),
    configs("group: add", "--alter --entity-type groups --entity-name conf --add-config consumer.session.timeout.ms=46000"),
    configs("group: describe", "--describe --entity-type groups --entity-name conf", until="=46000 "),
    configs("group: describe all", "--describe --all --entity-type groups --entity-name conf"),
    configs("group: out of range", "--alter --entity-type groups --entity-name conf --add-config consumer.session.timeout.ms=1"),
    configs("group: unknown name", "--alter --entity-type groups --entity-name conf --add-config no.such=1"),
    configs("groups: describe every", "--describe --entity-type groups"),
    configs("group: delete", "--alter --entity-type groups --entity-name conf --delete-config consumer.session.timeout.ms"),
    configs("group: describe after", "--describe --entity-type groups --entity-name conf"),
]

RECORDS_IN_AND_OUT = [
    produce("with keys and headers", f"--topic work {PARSE} --request-required-acks all", RECORDS),
    *[produce(f"with {codec}", f"--topic {codec} --compression-codec {codec} --request-required-acks all", "one\ntwo\n") for codec in ("gzip", "snappy", "lz4", "zstd")],
    produce("with acks 1", "--topic acks1 --request-required-acks 1 --producer-property enable.idempotence=false", "one\n"),
    produce("with acks 0", "--topic acks1 --request-required-acks 0 --producer-property enable.idempotence=false", "two\n"),
    produce("too large a record", "--topic work --producer-property max.request.size=2000000 --producer-property batch.size=10", "x" * 1500000 + "\n"),
    consume("by group", f"--topic work --group readers --from-beginning --max-messages 12 --timeout-ms 20000 {SHOW}", unordered=True),
    consume("by partition", f"--topic work --partition 0 --offset earliest --timeout-ms 3000 {SHOW}"),
    consume("from an offset", f"--topic work --partition 1 --offset 1 --timeout-ms 3000 {SHOW}"),
    consume("what was acknowledged by none", "--topic acks1 --partition 0 --offset earliest --max-messages 2 --timeout-ms 20000"),
    *[consume(f"what {codec} packed", f"--topic {codec} --from-beginning --max-messages 2 --timeout-ms 20000") for codec in ("gzip", "snappy", "lz4", "zstd")],
    consume("read committed", "--topic gzip --from-beginning --isolation-level read_committed --max-messages 2 --timeout-ms 20000"),
    consume("what is not there", "--topic nowhere-yet --partition 0 --offset 5 --max-messages 1 --timeout-ms 2000"),
    topics("those made by use", "--describe --topic gzip"),
    offsets("latest", "--topic work"),
    offsets("earliest", "--topic work --time earliest"),
    offsets("latest by number", "--topic work --time -1"),
    # Which of the two records it is depends on whether they fell into the same millisecond.
    offsets("of the largest timestamp", "--topic gzip --time max-timestamp", numbers=True),
    offsets("of a time long ago", "--topic work --time 1000"),
    offsets("of a time to come", "--topic work --time 4000000000000"),
    offsets("earliest local", "--topic work --time earliest-local"),
    offsets("latest tiered", "--topic work --time latest-tiered"),
    offsets("of some partitions", "--topic-partitions work:1-3"),
    offsets("of partitions by pattern", "--topic-partitions wor.*:0,gz.*:0"),
    offsets("of all but internal ones", "--exclude-internal-topics"),
    offsets("of what is not there", "--topic nowhere"),
    Step("delete records: below 2", "kafka-delete-records", "--bootstrap-server {b} --offset-json-file {t}/delete.json"),
    Step("delete records: all", "kafka-delete-records", "--bootstrap-server {b} --offset-json-file {t}/delete-all.json"),
    Step("delete records: too far", "kafka-delete-records", "--bootstrap-server {b} --offset-json-file {t}/delete-far.json"),
    offsets("earliest after deletion", "--topic work --time earliest"),
    consume("after deletion", f"--topic work --partition 0 --offset earliest --timeout-ms 3000 {SHOW}"),
    Step("log dirs: one topic", "kafka-log-dirs", "--bootstrap-server {b} --describe --topic-list acks1"),
    Step("log dirs: unknown broker", "kafka-log-dirs", "--bootstrap-server {b} --describe --broker-list 8"),
    Step("producers of a partition", "kafka-transactions", "--bootstrap-server {b} describe-producers --topic gzip --partition 0"),
]

GROUPS = [
    groups("list", "--list"),
    groups("list states", "--list --state"),
    groups("list by state", "--list --state Empty"),
    groups("list by type", "--list --type classic"),
    Step("groups: kafka-groups", "kafka-groups", "--bootstrap-server {b} --list", unordered=True),
    groups("describe", "--describe --group readers"),
    groups("describe state", "--describe --group readers --state"),
    groups("describe members of none", "--describe --group readers --members"),
    groups("describe what is not there", "--describe --group nobody"),
    groups("describe state of what is not there", "--describe --group nobody --state"),
    groups("reset to earliest, dry", "--reset-offsets --group readers --topic work --to-earliest --dry-run"),
    groups("reset to earliest", "--reset-offsets --group readers --topic work --to-earliest --execute"),
    groups("reset by shift", "--reset-offsets --group readers --topic work:2 --shift-by 1 --execute"),
    groups("reset to offset", "--reset-offsets --group readers --topic work:3 --to-offset 1 --execute"),
    groups("reset too far", "--reset-offsets --group readers --topic work:3 --to-offset 1000 --execute"),
    groups("reset to latest", "--reset-offsets --group readers --topic work:0 --to-latest --execute"),
    groups("reset to a time", "--reset-offsets --group readers --all-topics --to-datetime 2020-01-01T00:00:00.000 --execute"),
    groups("reset to current", "--reset-offsets --group readers --all-topics --to-current --dry-run"),
    groups("reset, exported", "--reset-offsets --group readers --topic work --to-earliest --dry-run --export"),
    groups("reset from a file", "--reset-offsets --group readers --from-file {t}/offsets.csv --execute"),
    groups("reset of a new group", "--reset-offsets --group fresh --topic gzip --to-latest --execute"),
    groups("reset of an unknown topic", "--reset-offsets --group readers --topic nowhere --to-latest --execute"),
    groups("describe after resets", "--describe --group readers"),
    groups("describe all", "--describe --all-groups"),
    Step("member: joins", "+member", "watchers work"),
    groups("describe state of a live one", "--describe --group watchers --state", until="Stable"),
    groups("describe members", "--describe --group watchers --members --verbose"),
    groups("describe offsets of a live one", "--describe --group watchers --offsets"),
    groups("reset of a live one", "--reset-offsets --group watchers --topic work --to-earliest --execute"),
    groups("delete a live one", "--delete --group watchers"),
    groups("delete offsets of a live one", "--delete-offsets --group watchers --topic work"),
    Step("member: leaves", "-member", "watchers"),
    groups("describe state of a left one", "--describe --group watchers --state", until="Empty"),
    groups("delete offsets", "--delete-offsets --group readers --topic work:0"),
    groups("delete offsets of what is not there", "--delete-offsets --group readers --topic nowhere"),
    groups("describe after deletion of offsets", "--describe --group readers"),
    groups("delete", "--delete --group fresh"),
    groups("delete what is not there", "--delete --group nobody"),
    groups("list at the end", "--list"),
]

PERFORMANCE = [
    Step("perf: producer", "kafka-producer-perf-test", "--topic perf --num-records 5000 --record-size 100 --throughput -1 --producer-props bootstrap.servers={b} acks=all", numbers=True),
    Step("perf: producer with codec", "kafka-producer-perf-test", "--topic perf --num-records 5000 --record-size 100 --throughput -1 --producer-props bootstrap.servers={b} compression.type=lz4", numbers=True),
    Step("perf: consumer", "kafka-consumer-perf-test", "--bootstrap-server {b} --topic perf --num-records 10000 --timeout 30000", numbers=True),
    offsets("after the performance tests", "--topic perf"),
    Step("verifiable: producer", "kafka-verifiable-producer", "--bootstrap-server {b} --topic verify --max-messages 20 --throughput -1", alone=True),
    Step("verifiable: consumer", "kafka-verifiable-consumer", "--bootstrap-server {b} --topic verify --group-id verify --max-messages 20 --reset-policy earliest", alone=True),
    groups("of the verifiable consumer", "--describe --group verify"),
    topics("delete all but internal ones", "--delete --topic (work|set|perf)"),
    topics("list at the end", "--list"),
]

STEPS = ABOUT_THE_NODE + TOPICS + CONFIGS + RECORDS_IN_AND_OUT + GROUPS + PERFORMANCE
