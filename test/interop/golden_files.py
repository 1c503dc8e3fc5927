"""What Java's client and librdkafka say today of what our unit tests take from golden files: the partitions of 10,000 keys
(test/partitions) and the assignments of 1,000 groups (test/assignments). Their run.sh ask and compare."""

import concurrent.futures
import os
import pathlib
import subprocess

import clients
import jars
import paths

SCRIPTS = {"partitions of 10,000 keys": "partitions", "assignments of 1,000 groups": "assignments"}
SECONDS = 300


def librdkafka():
    """The one that confluent-kafka brings: it is newer than Debian's, and pinned."""
    site = pathlib.Path(clients.python_environment()).parents[1]
    found = sorted(site.glob("lib/python3*/site-packages/confluent_kafka.libs/librdkafka-*.so*"))
    if len(found) != 1:
        raise jars.Missing(f"confluent-kafka brings one librdkafka, not {len(found)}: {site}")
    return str(found[0])


def ask(folder, environment):
    script = paths.ROOT / "test" / folder / "run.sh"
    done = subprocess.run([str(script)], env={**os.environ, **environment}, capture_output=True, text=True, timeout=SECONDS)
    return done.returncode == 0 and f"{folder}: passed" in done.stdout, (done.stdout + done.stderr)[-2000:]


def suite():
    """Yields (name, ok, detail)."""
    environment = {"RDKAFKA": librdkafka(), "KAFKA_JARS": str(jars.fetch("kafka"))}
    with concurrent.futures.ThreadPoolExecutor(len(SCRIPTS)) as pool:
        asked = {name: pool.submit(ask, folder, environment) for name, folder in SCRIPTS.items()}
        for name, answer in asked.items():
            yield f"golden files, {name}", *answer.result()
