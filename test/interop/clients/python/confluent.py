"""confluent-kafka (librdkafka) through the scenarios of ../README.md."""

import time

import confluent_kafka as ck
from confluent_kafka import admin as cka

import scenarios as s

ARGS = s.arguments()
BASE = ARGS.base_ms
SECONDS = 30


def topic(name):
    return f"{ARGS.prefix}-{name}"


ADMIN = cka.AdminClient({"bootstrap.servers": ARGS.bootstrap})


def create(name, partitions, config=None):
    new = cka.NewTopic(topic(name), partitions, 1, config=config or {})
    ADMIN.create_topics([new])[topic(name)].result(SECONDS)


def consumer(group, **more):
    settings = {
        "bootstrap.servers": ARGS.bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.partition.eof": False,
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 300,
        **more,
    }
    return ck.Consumer(settings)


def row(message):
    s.check("timestamp type", message.timestamp()[0], ck.TIMESTAMP_CREATE_TIME)
    return message.offset(), message.timestamp()[1], message.key(), message.value(), message.headers()


def read(client, count):
    """Polls until `count` records came, then makes sure that no more come at once."""
    messages = []
    end = time.monotonic() + SECONDS
    while len(messages) < count and time.monotonic() < end:
        message = client.poll(0.2)
        if message is None:
            continue
        if message.error():
            raise ck.KafkaException(message.error())
        messages.append(message)
    s.check("number of records", len(messages), count)
    return messages


def rows(messages):
    found = {partition: [] for partition in range(s.PARTITIONS)}
    for message in messages:
        found[message.partition()].append(row(message))
    return found


def make():
    create("made", 3, {"retention.ms": "86400000"})
    listed = ADMIN.list_topics(timeout=SECONDS).topics[topic("made")]
    s.check("partitions", sorted(listed.partitions), [0, 1, 2])
    resource = cka.ConfigResource(cka.ConfigResource.Type.TOPIC, topic("made"))
    config = ADMIN.describe_configs([resource])[resource].result(SECONDS)
    s.check("retention.ms", config["retention.ms"].value, "86400000")


def codec(name):
    create(name, s.PARTITIONS)
    failures = []
    producer = ck.Producer({"bootstrap.servers": ARGS.bootstrap, "compression.type": name, "linger.ms": 50})
    for index in range(s.COUNT):
        partition, timestamp, key, value, headers = s.record(index, BASE)
        producer.produce(
            topic(name),
            value,
            key,
            partition,
            timestamp=timestamp,
            headers=headers,
            on_delivery=lambda error, _: failures.append(str(error)) if error else None,
        )
    s.check("left in the queue", producer.flush(SECONDS), 0)
    s.check("failed deliveries", failures, [])
    compare(name)


def compare(name):
    client = consumer(topic("unused"))
    client.assign([ck.TopicPartition(topic(name), p, 0) for p in range(s.PARTITIONS)])
    got = rows(read(client, s.COUNT))
    client.close()
    s.check_rows(got, BASE)


def group():
    client = consumer(topic("reader"))
    client.subscribe([topic("none")])
    got = rows(read(client, s.COUNT))
    client.close()
    s.check_rows(got, BASE)


def timestamp():
    client = consumer(topic("unused"))
    for when, offsets in ((BASE + 30_000, [10, 10, 10]), (BASE + 30_500, [11, 10, 10]), (BASE + 3_600_000, [-1, -1, -1])):
        asked = [ck.TopicPartition(topic("none"), p, when) for p in range(s.PARTITIONS)]
        found = client.offsets_for_times(asked, SECONDS)
        s.check(f"offsets at {when - BASE}", [p.offset for p in sorted(found, key=lambda p: p.partition)], offsets)
    client.close()


def resume():
    create("resume", 1)
    producer = ck.Producer({"bootstrap.servers": ARGS.bootstrap})
    for index in range(40):
        producer.produce(topic("resume"), b"%d" % index)
    s.check("left in the queue", producer.flush(SECONDS), 0)
    first = consumer(topic("resume"))
    first.subscribe([topic("resume")])
    messages = []
    while len(messages) < 15:
        messages += read(first, 1)
    first.commit(message=messages[-1], asynchronous=False)
    first.close()
    second = consumer(topic("resume"))
    second.subscribe([topic("resume")])
    got = [message.offset() for message in read(second, 25)]
    s.check("offsets after coming back", got, list(range(15, 40)))
    where = second.committed([ck.TopicPartition(topic("resume"), 0)], SECONDS)
    s.check("committed", where[0].offset, 15)
    second.close()


def members():
    create("members", 4)
    one, two = consumer(topic("members")), consumer(topic("members"))
    one.subscribe([topic("members")])
    two.subscribe([topic("members")])

    def until(what, condition, clients):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for client in clients:
                client.poll(0.05)
            if condition():
                return
        raise AssertionError(f"{what}: {[sorted(p.partition for p in c.assignment()) for c in clients]}")

    def parts(client):
        return sorted(p.partition for p in client.assignment())

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
    failures = []
    producer = ck.Producer(
        {
            "bootstrap.servers": ARGS.cut,
            "enable.idempotence": True,
            "linger.ms": 1,
            "batch.num.messages": 20,
            "reconnect.backoff.ms": 10,
            "reconnect.backoff.max.ms": 50,
            "retry.backoff.ms": 10,
            "message.timeout.ms": 60000,
        }
    )
    for index in range(3000):
        producer.produce(
            topic("idempotent"),
            b"%06d" % index + b"." * 200,
            partition=index % 2,
            on_delivery=lambda error, _: failures.append(str(error)) if error else None,
        )
        producer.poll(0.001 if index % 20 == 0 else 0)
    s.check("left in the queue", producer.flush(60), 0)
    s.check("failed deliveries", failures, [])
    client = consumer(topic("unused"))
    client.assign([ck.TopicPartition(topic("idempotent"), p, 0) for p in range(2)])
    got = {0: [], 1: []}
    for message in read(client, 3000):
        got[message.partition()].append(int(message.value()[:6]))
    s.check("no more than that", client.poll(1.0), None)
    client.close()
    for partition in range(2):
        s.check(f"partition {partition}", got[partition], list(range(partition, 3000, 2)))


s.run(
    "confluent-kafka",
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
