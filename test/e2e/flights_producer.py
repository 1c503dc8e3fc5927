"""Makes topic `flights` (6 partitions) and produces what stands on standard input: key, value, origin, carrier a line."""

import sys

import confluent_kafka as ck
from confluent_kafka import admin as cka

SERVER = {"bootstrap.servers": sys.argv[1]}

admin = cka.AdminClient(SERVER)
admin.create_topics([cka.NewTopic("flights", 6, 1)])["flights"].result(30)
failures = []
producer = ck.Producer(
    {
        **SERVER,
        "enable.idempotence": True,
        "compression.type": "lz4",
        "linger.ms": 20,
        "queue.buffering.max.messages": 400_000,
    }
)


def delivered(error, _):
    if error:
        failures.append(str(error))


for line in sys.stdin:
    key, value, origin, carrier = line.rstrip("\n").split("\t")
    headers = [("origin", origin.encode()), ("carrier", carrier.encode())]
    producer.produce("flights", value.encode(), key.encode(), headers=headers, on_delivery=delivered)
    producer.poll(0)
left = producer.flush(120)
if left or failures:
    sys.exit(f"{left} left, {len(failures)} failed: {failures[:3]}")
