"""The clients of a lap, each a process that is run to its end: ours at the socket (weir_bench_load), `weir bench`, Kafka's
performance tools, and fifty producers on librdkafka. Every function takes the server it talks to first and returns what the
client told, as a dictionary."""

import contextlib
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "test" / "interop")]

import jars  # noqa: E402
import producers  # noqa: E402


class LapFailed(Exception):
    """A client met an error: the lap does not count and the run ends."""


JOIN_SECONDS_MAX = 60  # members of a group find one another
PATIENCE = 900


def finished(command, patience=PATIENCE):
    """Its output. Its CPU is in what the children of this process have used, see laps.py."""
    command = [str(word) for word in command]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        output = process.communicate(timeout=patience)[0].decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise LapFailed(f"{' '.join(command)} does not end") from None
    if process.returncode != 0:
        raise LapFailed(f"{' '.join(command)} ended with {process.returncode}: {output}")
    return output


class Drivers:
    """`programs` is the folder of the build."""

    def __init__(self, programs, home):
        self.weir = programs / "weir"
        self.load_program = programs / "weir_bench_load"
        self.home = home
        self._crowd = None

    def load(self, server, lap, **words):
        return json.loads(finished([self.load_program, lap, f"broker={server.bootstrap}", *self._words(words)]))

    def probe(self, warm, bytes_touched):
        return json.loads(finished([self.load_program, "probe", f"warm={warm}", f"bytes={bytes_touched}"]))

    def create(self, server, topic, partitions=1, **settings):
        if server.kind == "floor":
            return
        config = [word for name, value in settings.items() for word in ("-c", f"{name.replace('_', '.')}={value}")]
        finished([self.weir, "topic", "create", topic, "-p", partitions, *config, "-b", server.bootstrap, "--timeout", "120s"])
        self.wait_for(server, topic, partitions)

    def wait_for(self, server, topic, partitions=1):
        """Until a record is acknowledged, and every partition's leader knows that it is one."""
        self.load(server, "first_ack", topic=topic, partitions=partitions, since=time.monotonic_ns(), record=10)

    def delete(self, server, topic):
        if server.kind != "floor":
            finished([self.weir, "topic", "delete", topic, "--yes", "-b", server.bootstrap])

    def weir_produce(self, server, topic, records, size, **properties):
        command = [self.weir, "bench", "produce", topic, "-n", records, "-s", size, "-b", server.bootstrap, "--format", "json"]
        told = json.loads(finished([*command, *self._properties("-X", properties)]))
        return self._rates(records, size, told)

    def weir_consume(self, server, topic, records, size):
        command = [self.weir, "bench", "consume", topic, "-n", records, "-b", server.bootstrap, "--format", "json"]
        told = json.loads(finished(command))
        return self._rates(records, size, told)

    def java_produce(self, server, topic, records, size, **properties):
        pool = producers.Producers.payloads(self, size)
        settings = [f"bootstrap.servers={server.bootstrap}", *(f"{self._dotted(k)}={v}" for k, v in properties.items())]
        command = [*self._java("ProducerPerformance"), "--topic", topic, "--num-records", records, "--throughput", -1]
        output = finished([*command, "--payload-file", pool, "--producer-props", *settings])
        # "N records sent, R records/sec (M MB/sec), ..."
        rate = float(output.strip().splitlines()[-1].split(" records sent, ")[1].split(" records/sec")[0].replace(",", "."))
        return {"records": records, "bytes": records * size, "seconds": records / rate}

    def java_consume(self, server, topic, records, size):
        command = [*self._java("ConsumerPerformance"), "--topic", topic, "--num-records", records]
        output = finished([*command, "--bootstrap-server", server.bootstrap, "--timeout", 60000, "--hide-header"])
        # start.time, end.time, data MB, MB/s, records, records/s, ...: of the line that is one
        fields = [line.split(", ") for line in output.splitlines() if line.count(", ") >= 9][-1]
        return {"records": int(fields[4]), "bytes": int(fields[4]) * size, "seconds": int(fields[4]) / float(fields[5])}

    def crowd(self, server, topic, records, size, count, **properties):
        """`count` producers on librdkafka with random keys, in one process, as fast as they go."""
        if self._crowd is None:
            self._crowd = producers.built(self.home, "librdkafka", producers.librdkafka(), "-Wl,--allow-shlib-undefined")
        settings = [f"bootstrap.servers={server.bootstrap}", *(f"{self._dotted(k)}={v}" for k, v in properties.items())]
        told = json.loads(finished([self._crowd, records, size, topic, f"producers={count}", "keys=random", *settings]))
        return self._rates(records, size, told)

    def _is_settled(self, server, group, each):
        command = [self.weir, "group", "describe", group, "--format", "json", "-b", server.bootstrap]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        told = json.loads(ended.stdout) if ended.stdout else {}
        return (told.get("state"), told.get("members_count")) == ("Stable", each)

    @staticmethod
    def _all_run(crew):
        ended = [member.stderr.read().decode() for member in crew if member.poll() is not None]
        if ended:
            raise LapFailed(f"{len(ended)} consumers ended: {ended[0]}")

    @contextlib.contextmanager
    def members(self, server, topic, groups, each):
        """`each` consumers in each of the groups, from the topic's end on, for as long as the block lasts; fails when one ended."""
        command = [self.weir, "consume", topic, "--follow", "-o", "end", "-f", "", "-b", server.bootstrap]
        crew = [
            subprocess.Popen([*command, "-g", group], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            for group in groups
            for _ in range(each)
        ]
        try:
            until = time.monotonic() + JOIN_SECONDS_MAX
            while not all(self._is_settled(server, group, each) for group in groups):
                self._all_run(crew)
                if time.monotonic() > until:
                    raise LapFailed(f"the groups {groups} do not settle")
            yield
            self._all_run(crew)
        finally:
            for member in crew:
                member.terminate()
            for member in crew:
                member.wait()
                member.stderr.close()

    @contextlib.contextmanager
    def beside(self, server, lap, told, **words):
        """weir_bench_load beside what the block does; what it told is in `told` after the block."""
        command = [self.load_program, lap, f"broker={server.bootstrap}", *self._words(words)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            yield
            output = process.communicate(timeout=PATIENCE)[0]
            if process.returncode != 0:
                raise LapFailed(f"{lap} ended with {process.returncode}: {output}")
            told.update(json.loads(output))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _java(self, name):
        java = jars.need("java", "install Debian's package openjdk-17-jre-headless")
        return [java, *producers.JVM, "-cp", jars.class_path("tools"), f"org.apache.kafka.tools.{name}"]

    @staticmethod
    def _rates(records, size, told):
        if told["records"] < records:
            raise LapFailed(f"{told['records']} of {records} records")
        return {"records": told["records"], "bytes": told["records"] * size, "seconds": told["seconds"]}

    @staticmethod
    def _dotted(name):
        return name.replace("_", ".")

    def _properties(self, option, properties):
        return [word for name, value in properties.items() for word in (option, f"{self._dotted(name)}={value}")]

    @staticmethod
    def _words(words):
        return [f"{name}={value}" for name, value in words.items()]
