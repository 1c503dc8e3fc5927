"""One member of group `flights`: prints partition, offset, key, origin, carrier, value of each record until SIGTERM.

A record is printed before its offset is committed, so a kill repeats records and never loses any.
"""

import signal
import sys

import confluent_kafka as ck

consumer = ck.Consumer(
    {
        "bootstrap.servers": sys.argv[1],
        "group.id": "flights",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500,
        "check.crcs": True,
        # Small fetches, so that all members get their turn before everything is read.
        "fetch.message.max.bytes": 100_000,
        "queued.max.messages.kbytes": 1024,
    }
)
consumer.subscribe(["flights"])
ended = []
signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
while not ended:
    messages = consumer.consume(2000, 0.5)
    lines = []
    for message in messages:
        if message.error():
            if message.error().retriable() or message.error().code() == ck.KafkaError._PARTITION_EOF:
                continue
            sys.exit(str(message.error()))
        headers = dict(message.headers())
        fields = (
            message.partition(),
            message.offset(),
            message.key().decode(),
            headers["origin"].decode(),
            headers["carrier"].decode(),
            message.value().decode(),
        )
        lines.append("\t".join(map(str, fields)) + "\n")
    if lines:
        sys.stdout.write("".join(lines))
        sys.stdout.flush()
        try:
            consumer.commit(asynchronous=False)
        except ck.KafkaException as failure:
            # Between two generations of the group nothing can be committed: the records will come again.
            print(failure, file=sys.stderr)
consumer.close()
