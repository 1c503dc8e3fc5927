"""kafka-python through the scenarios of ../README.md."""

import time

import kafka
from kafka.admin import KafkaAdminClient
from kafka.structs import OffsetAndMetadata, TopicPartition

import scenarios as s

ARGS = s.arguments()
BASE = ARGS.base_ms
SECONDS = 30
if not ARGS.read:
    s.nil_header = []  # it reads them, but writes none


def topic(name):
    return f"{ARGS.prefix}-{name}"


ADMIN = KafkaAdminClient(bootstrap_servers=ARGS.bootstrap)


def create(name, partitions, configs=None):
    ADMIN.create_topics(
        {topic(name): {"num_partitions": partitions, "replication_factor": 1, "configs": configs or {}}}
    )


def consumer(group):
    return kafka.KafkaConsumer(
        bootstrap_servers=ARGS.bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,
        heartbeat_interval_ms=300,
        check_crcs=True,
    )


def subscribed(group, name):
    """A member of the group that knows the topic's partitions before it joins.

    kafka-python 3.0.12 joins without them, joins again when they come, and forgets what the second join brought if a
    poll gave up waiting for it: such a member stays without partitions, whatever the broker.
    """
    client = consumer(topic(group))
    client.subscribe([topic(name)])
    client.partitions_for_topic(topic(name))
    return client


def read(client, count):
    messages = []
    end = time.monotonic() + SECONDS
    while len(messages) < count and time.monotonic() < end:
        for batch in client.poll(timeout_ms=200).values():
            messages += batch
    s.check("number of records", len(messages), count)
    return messages


def rows(messages):
    found = {partition: [] for partition in range(s.PARTITIONS)}
    for m in messages:
        s.check("timestamp type", m.timestamp_type, 0)
        found[m.partition].append((m.offset, m.timestamp, m.key, m.value, [tuple(h) for h in m.headers]))
    return found


def make():
    create("made", 3, {"retention.ms": "86400000"})
    s.check("listed", topic("made") in ADMIN.list_topics(), True)
    described = ADMIN.describe_topics([topic("made")])
    s.check("partitions", len(described[0]["partitions"]), 3)
    resource = kafka.admin.ConfigResource(kafka.admin.ConfigResourceType.TOPIC, topic("made"))
    answer = ADMIN.describe_configs([resource])
    s.check("retention.ms", "86400000" in str(answer), True)


def codec(name):
    create(name, s.PARTITIONS)
    producer = kafka.KafkaProducer(
        bootstrap_servers=ARGS.bootstrap, compression_type=None if name == "none" else name, linger_ms=50
    )
    sent = []
    for index in range(s.COUNT):
        partition, timestamp, key, value, headers = s.record(index, BASE)
        sent.append(producer.send(topic(name), value, key, headers, partition, timestamp))
    producer.flush(SECONDS)
    for index, future in enumerate(sent):
        s.check(f"offset of {index}", future.get(SECONDS).offset, index // s.PARTITIONS)
    producer.close()
    compare(name)


def compare(name):
    client = consumer(None)
    client.assign([TopicPartition(topic(name), p) for p in range(s.PARTITIONS)])
    client.seek_to_beginning()
    got = rows(read(client, s.COUNT))
    client.close()
    s.check_rows(got, BASE)


def group():
    client = subscribed("reader", "none")
    got = rows(read(client, s.COUNT))
    client.close()
    s.check_rows(got, BASE)


def timestamp():
    client = consumer(None)
    parts = [TopicPartition(topic("none"), p) for p in range(s.PARTITIONS)]
    for when, offsets in ((BASE + 30_000, [10, 10, 10]), (BASE + 30_500, [11, 10, 10]), (BASE + 3_600_000, [-1, -1, -1])):
        found = client.offsets_for_times({part: when for part in parts})
        got = [found[part].offset if found[part] else -1 for part in parts]
        s.check(f"offsets at {when - BASE}", got, offsets)
    client.close()


def resume():
    create("resume", 1)
    producer = kafka.KafkaProducer(bootstrap_servers=ARGS.bootstrap)
    for index in range(40):
        producer.send(topic("resume"), b"%d" % index)
    producer.flush(SECONDS)
    producer.close()
    part = TopicPartition(topic("resume"), 0)
    first = subscribed("resume", "resume")
    read(first, 40)
    first.commit({part: OffsetAndMetadata(15, "half way", -1)})
    first.close()
    second = subscribed("resume", "resume")
    got = [message.offset for message in read(second, 25)]
    s.check("offsets after coming back", got, list(range(15, 40)))
    s.check("committed", second.committed(part), 15)
    second.close()


def members():
    create("members", 4)
    one, two = subscribed("members", "members"), subscribed("members", "members")

    def parts(client):
        return sorted(p.partition for p in client.assignment() or ())

    def until(what, condition, clients):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for client in clients:
                client.poll(timeout_ms=50)
            if condition():
                return
        raise AssertionError(f"{what}: {[parts(client) for client in clients]}")

    until(
        "two members share",
        lambda: len(parts(one)) == len(parts(two)) == 2 and sorted(parts(one) + parts(two)) == [0, 1, 2, 3],
        (one, two),
    )
    one.close()
    until("the one that stays has all", lambda: parts(two) == [0, 1, 2, 3], (two,))
    two.close()


def idempotent():
    create("idempotent", 2)
    producer = kafka.KafkaProducer(
        bootstrap_servers=ARGS.cut,
        enable_idempotence=True,
        linger_ms=1,
        batch_size=4000,
        reconnect_backoff_ms=10,
        reconnect_backoff_max_ms=50,
        retry_backoff_ms=10,
    )
    sent = [
        producer.send(topic("idempotent"), b"%06d" % index + b"." * 200, partition=index % 2) for index in range(3000)
    ]
    producer.flush(60)
    for index, future in enumerate(sent):
        future.get(SECONDS)
    producer.close()
    client = consumer(None)
    client.assign([TopicPartition(topic("idempotent"), p) for p in range(2)])
    client.seek_to_beginning()
    got = {0: [], 1: []}
    for message in read(client, 3000):
        got[message.partition].append(int(message.value[:6]))
    s.check("no more than that", client.poll(timeout_ms=1000), {})
    client.close()
    for partition in range(2):
        s.check(f"partition {partition}", got[partition], list(range(partition, 3000, 2)))


s.run(
    "kafka-python",
    s.readings(compare)
    if ARGS.read
    else [("create", make)]
    + [(f"codec-{name}", lambda name=name: codec(name)) for name in s.CODECS]
    + [
        ("group", group),
        ("timestamp", timestamp),
        ("resume", resume),
        ("members", members),
        ("idempotent", idempotent),
    ],
)
