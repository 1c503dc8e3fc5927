"""What librdkafka's transactional producers leave behind, and what its consumer reads of it.

    transactions.py write BOOTSTRAP TOPIC    writes; the last transaction stays open until standard input ends, then commits
    transactions.py read BOOTSTRAP TOPIC     what a consumer reads, and the ends

An object a line.
"""

import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, IsolationLevel, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

PARTITIONS = 2
SECONDS = 60


def say(**fields):
    print(json.dumps(fields), flush=True)


class Writer:
    """Values are KIND-NUMBER; each call of send() ends batches in both partitions."""

    def __init__(self, bootstrap, topic, transactional_id=None, codec="none"):
        # A coordinator that is still loading is no news.
        settings = {"bootstrap.servers": bootstrap, "batch.num.messages": 7, "compression.type": codec, "log_level": 3}
        if transactional_id:
            settings["transactional.id"] = transactional_id
        self.producer = Producer(settings)
        self._topic = topic
        self._sent = 0
        if transactional_id:
            self.producer.init_transactions(SECONDS)

    def send(self, kind, count):
        for _ in range(count):
            for partition in range(PARTITIONS):
                self.producer.produce(self._topic, f"{kind}-{self._sent}", partition=partition)
                self._sent += 1
        if self.producer.flush(SECONDS) != 0:
            raise RuntimeError("records are left over")


def write(bootstrap, topic):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for made in admin.create_topics([NewTopic(topic, PARTITIONS, 1)]).values():
        made.result()
    plain = Writer(bootstrap, topic)
    one = Writer(bootstrap, topic, f"{topic}-one", codec="lz4")
    two = Writer(bootstrap, topic, f"{topic}-two")

    plain.send("plain", 6)
    # Two at once, of which one is aborted, and records of neither between theirs.
    one.producer.begin_transaction()
    two.producer.begin_transaction()
    one.send("committed", 10)
    two.send("aborted", 10)
    plain.send("plain", 5)
    one.send("committed", 20)
    two.send("aborted", 20)
    two.producer.abort_transaction(SECONDS)
    plain.send("plain", 5)
    one.send("committed", 5)
    one.producer.commit_transaction(SECONDS)
    # The same producers the other way round, one transaction after another.
    two.producer.begin_transaction()
    two.send("committed", 10)
    two.producer.commit_transaction(SECONDS)
    one.producer.begin_transaction()
    one.send("aborted", 10)
    one.producer.abort_transaction(SECONDS)
    plain.send("plain", 3)
    # Open to the end; what others write after it is beyond the last stable offset.
    one.producer.begin_transaction()
    one.send("open", 10)
    plain.send("late-plain", 7)
    two.producer.begin_transaction()
    two.send("late-committed", 10)
    two.producer.commit_transaction(SECONDS)
    two.producer.begin_transaction()
    two.send("late-aborted", 10)
    two.producer.abort_transaction(SECONDS)
    say(event="open")
    sys.stdin.read()
    one.producer.commit_transaction(SECONDS)
    say(event="committed")


def records(bootstrap, topic, isolation):
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "nobody",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": isolation,
        }
    )
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in range(PARTITIONS)])
    found, at_end = [], set()
    while len(at_end) < PARTITIONS:
        message = consumer.poll(SECONDS)
        if message is None:
            raise RuntimeError("no end was reached")
        if not message.error():
            found.append((message.partition(), message.offset(), message.value().decode()))
        elif message.error().code() == KafkaError._PARTITION_EOF:
            at_end.add(message.partition())
        else:
            raise RuntimeError(str(message.error()))
    consumer.close()
    return sorted(found)


def ends(bootstrap, topic, isolation):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    asked = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in range(PARTITIONS)}
    futures = admin.list_offsets(asked, isolation_level=isolation)
    return [futures[TopicPartition(topic, partition)].result().offset for partition in range(PARTITIONS)]


def read(bootstrap, topic):
    say(
        committed=records(bootstrap, topic, "read_committed"),
        all=records(bootstrap, topic, "read_uncommitted"),
        stable_ends=ends(bootstrap, topic, IsolationLevel.READ_COMMITTED),
        ends=ends(bootstrap, topic, IsolationLevel.READ_UNCOMMITTED),
    )


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
