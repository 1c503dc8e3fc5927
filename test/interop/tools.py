"""Kafka's command line tools, by the names their scripts have: all in one JVM, or each in its own process."""

import dataclasses
import json
import subprocess
import threading

import jars
import paths

MAINS = {
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
    "kafka-cluster": "org.apache.kafka.tools.ClusterTool",
    "kafka-features": "org.apache.kafka.tools.FeatureCommand",
    "kafka-e2e-latency": "org.apache.kafka.tools.EndToEndLatency",
    "kafka-storage": "kafka.tools.StorageTool",
    "kafka-server-start": "kafka.Kafka",
    "kafka-producer-perf-test": "org.apache.kafka.tools.ProducerPerformance",
    "kafka-consumer-perf-test": "org.apache.kafka.tools.ConsumerPerformance",
    "kafka-verifiable-producer": "org.apache.kafka.tools.VerifiableProducer",
    "kafka-verifiable-consumer": "org.apache.kafka.tools.VerifiableConsumer",
    "kafka-transactions": "org.apache.kafka.tools.TransactionsCommand",
    "kafka-groups": "org.apache.kafka.tools.GroupsCommand",
    "kafka-dump-log": "org.apache.kafka.tools.DumpLogSegments",
}


@dataclasses.dataclass
class Done:
    code: int
    out: str
    err: str


class Jvm:
    """One JVM with jar set `name` that runs tools one after another. A tool that hangs is ended with its JVM."""

    def __init__(self, name="tools", seconds=120, log="error"):
        self._name = name
        self._log = log
        self._seconds = seconds
        self._process = None

    def run(self, tool, *args, input=""):
        if self._process is None:
            self._start()
        request = {"main": MAINS.get(tool, tool), "args": [str(arg) for arg in args], "input": input}
        watchdog = threading.Timer(self._seconds, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not answer:
            code = self._process.wait()
            self._process = None
            return Done(code, "", f"{tool} ended its JVM with {code} (or ran longer than {self._seconds} s)")
        return Done(**json.loads(answer))

    def close(self):
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process = None

    def _start(self):
        runner = jars.compiled(self._name, paths.HERE / "java" / "ToolRunner.java")
        command = jars.java(self._name, "ToolRunner", log=self._log, extra=runner)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def run_alone(tool, *args, input="", name="tools", seconds=120):
    """The same tool in a process of its own."""
    command = jars.java(name, MAINS.get(tool, tool), *[str(arg) for arg in args], log="error")
    done = subprocess.run(command, input=input, capture_output=True, text=True, timeout=seconds)
    return Done(done.returncode, done.stdout, done.stderr)
