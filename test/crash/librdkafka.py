"""librdkafka (confluent-kafka) while its broker is killed again and again: an idempotent producer, and a member of a group
that leaves and joins again. All of it in a history (docs/formats/history.md).

    librdkafka.py BOOTSTRAP HISTORY GROUP ASSIGNOR

works until its input ends, and says "acked N" now and then.
"""

import itertools
import sys
import threading
import time

import confluent_kafka as ck

WINDOW = 8
SIZE = 200
TURNS = 30  # polls with records before the member leaves

BOOTSTRAP, PATH, GROUP, ASSIGNOR = sys.argv[1:5]
ENDING = threading.Event()
LOCK = threading.Lock()
OPERATIONS = itertools.count(1)
HISTORY = open(PATH, "ab", buffering=0)
IMPATIENT = {
    "bootstrap.servers": BOOTSTRAP,
    "reconnect.backoff.ms": 20,
    "reconnect.backoff.max.ms": 100,
    "retry.backoff.ms": 20,
}


def line(process, verb, *words):
    rest = " ".join((process, verb, *map(str, words)))
    with LOCK:
        HISTORY.write(f"{time.monotonic_ns()} {rest}\n".encode())


def say(text):
    with LOCK:
        print(text, flush=True)


def unpadded(value):
    if value is None:
        return "~"
    text, dots, rest = value.decode().partition(".")
    return text + ("" if not rest.strip(".") else "!damaged")


class Producer:
    process = "rd-producer"

    def __init__(self):
        self.open = 0
        self.acked = 0
        self.producer = ck.Producer({**IMPATIENT, "enable.idempotence": True, "linger.ms": 5, "message.timeout.ms": 120000})
        line(self.process, "producer", "all", "idempotent")

    def work(self):
        for number in itertools.count():
            while self.open >= WINDOW:
                self.producer.poll(0.1)
            if ENDING.is_set():
                break
            self.send(number)
        self.producer.flush(60)
        line(self.process, "ended")

    def send(self, number):
        topic, partition = ("short", number // 8 % 2) if number % 8 == 1 else ("log", number % 6)
        key, value = f"rd-{number % 12}", f"rd:{number}"
        operation = next(OPERATIONS)
        line(self.process, "send", operation, topic, partition, key, value)
        self.open += 1

        def told(error, message):
            self.open -= 1
            if error is not None:
                line(self.process, "unknown", operation, error.name())
                say(f"failed {error}")
                return
            line(self.process, "acked", operation, max(message.offset(), -1))
            self.acked += 1
            if self.acked % 50 == 0:
                say(f"acked {self.acked}")

        self.producer.produce(topic, value.ljust(SIZE, ".").encode(), key.encode(), partition, on_delivery=told)


class Member:
    """One after the other; each is a process of its own to the checker."""

    def __init__(self, number):
        self.process = f"rd-member-{number}"

    def tell(self, event):
        def told(_, partitions):
            for each in partitions:
                line(self.process, event, GROUP, -1, each.topic, each.partition)

        return told

    def work(self):
        settings = {
            **IMPATIENT,
            "group.id": GROUP,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 2000,
            "heartbeat.interval.ms": 200,
            "partition.assignment.strategy": ASSIGNOR,
        }
        line(self.process, "member", GROUP)
        consumer = ck.Consumer(settings)
        consumer.subscribe(["log"], on_assign=self.tell("assigned"), on_revoke=self.tell("revoked"), on_lost=self.tell("lost"))
        turns = 0
        while turns < TURNS and not ENDING.is_set():
            messages = [each for each in consumer.consume(500, 0.1) if not each.error()]
            if messages:
                turns += 1
                self.process_all(consumer, messages)
        consumer.close()
        line(self.process, "ended")

    def process_all(self, consumer, messages):
        done = {}
        for message in messages:
            place = (message.topic(), message.partition())
            line(self.process, "read", *place, message.offset(), message.key().decode(), unpadded(message.value()))
            done[place] = message.offset() + 1
        begun = {place: next(OPERATIONS) for place in done}
        for place, offset in done.items():
            line(self.process, "commit", begun[place], GROUP, -1, *place, offset)
        try:
            offsets = [ck.TopicPartition(*place, offset) for place, offset in done.items()]
            outcomes = {(each.topic, each.partition): each.error for each in consumer.commit(offsets=offsets, asynchronous=False)}
        except ck.KafkaException as failure:
            outcomes = dict.fromkeys(done, failure.args[0])
        for place, operation in begun.items():
            error = outcomes.get(place)
            line(self.process, *(("done", operation) if error is None else ("unknown", operation, error.name())))
        if not any(outcomes.values()):
            say("committed")


def guarded(work):
    def run():
        try:
            work()
        except Exception as failure:  # whatever it is, the driver has to hear of it
            say(f"failed {failure!r}")

    return run


def members():
    for number in itertools.count(1):
        if ENDING.is_set():
            return
        Member(number).work()


def main():
    HISTORY.write(b"weir-history 1\n")
    threads = [threading.Thread(target=guarded(work)) for work in (Producer().work, members)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    ENDING.set()
    for thread in threads:
        thread.join()
    say("ended")


main()
