"""The three that are measured: Weir, Apache Kafka, and the floor (weir_bench_null). Each is a process of its own on loopback
that is started here, frozen while another is measured, watched through /proc, and ended by its own process id."""

import os
import pathlib
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "test" / "interop")]

import broker  # noqa: E402
import jars  # noqa: E402

# Both brokers, all workloads. A topic that is to be fsynced says flush.messages=1 itself.
SETTINGS = {
    "log.flush.interval.messages": "9223372036854775807",  # the page cache counts: Kafka's default, not ours
    "log.segment.delete.delay.ms": "1000",  # the pages of a deleted topic are free for the next lap
    "log.retention.check.interval.ms": "5000",  # of 300000: segments are deleted while a lap lasts, not after it
}

# Apache Kafka as two of its documents have it: bin/kafka-server-start.sh with bin/kafka-run-class.sh, and the operations
# guide's chapter on Java.
JVM = {
    "shipped": ["-Xmx1G", "-Xms1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"]
    + ["-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent", "-Djava.awt.headless=true"],
    "guide": ["-Xmx6g", "-Xms6g", "-XX:MetaspaceSize=96m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"]
    + ["-XX:InitiatingHeapOccupancyPercent=35", "-XX:G1HeapRegionSize=16M", "-XX:MinMetaspaceFreeRatio=50"]
    + ["-XX:MaxMetaspaceFreeRatio=80", "-XX:+ExplicitGCInvokesConcurrent"],
}

CPUCLOCK_SCHED = 2
THAW_SECONDS = 15


class Watched:
    """What the kernel knows of a process."""

    def __init__(self):
        self.frozen = False

    def cpu(self):
        """CPU seconds by the scheduler's own sum over all threads of the process, ended ones too: the clock that
        clock_getcpuclockid(3) names."""
        return time.clock_gettime_ns((~self.pid << 3) | CPUCLOCK_SCHED) / 1e9

    def threads_cpu(self):
        """The same from /proc, without the threads that have ended: to check the other by."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except FileNotFoundError:
                pass
        return total / 1e9

    def reset_peak(self):
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def memory(self):
        """(resident now, most resident since reset_peak), bytes."""
        kib = {}
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in ("VmRSS", "VmHWM"):
                kib[name] = int(value.split()[0])
        return kib["VmRSS"] * 1024, kib["VmHWM"] * 1024

    def freeze(self):
        if not self.frozen:
            os.kill(self.pid, signal.SIGSTOP)
            self.frozen = True

    def thaw(self, seconds=THAW_SECONDS):
        if self.frozen:
            os.kill(self.pid, signal.SIGCONT)
            self.frozen = False
            time.sleep(seconds)


class Node(Watched, broker.Broker):
    """Weir or Apache Kafka with its directory beneath `home`."""

    def __init__(self, kind, home, weir, jvm="shipped", settings=None):
        broker.Broker.__init__(self, kind, home.name, weir=weir, settings={**SETTINGS, **(settings or {})})
        Watched.__init__(self)
        self.name = kind
        self.home, self.data, self.log = home, home / "data", home / f"{kind}.log"
        self.jvm = jvm

    def formatted(self):
        """What has to be done once before Apache Kafka can start; Weir needs nothing."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.kind == "kafka" and not (self.data / "meta.properties").exists():
            broker.format_directory(self._write_properties(), self.voters)
        return self

    def stop(self):
        self.thaw(0)
        broker.Broker.stop(self)

    def kill(self):
        self.frozen = False
        broker.Broker.kill(self)

    def _kafka_command(self):
        self.formatted()
        java = jars.need("java", "install Debian's package openjdk-17-jre-headless")
        log = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        return [java, *JVM[self.jvm], *log, "-cp", jars.class_path("kafka"), "kafka.Kafka", str(self._write_properties())]


class Floor(Watched):
    """weir_bench_null. It sleeps while nobody asks, so it is not frozen."""

    name = kind = "floor"

    def __init__(self, program):
        super().__init__()
        self.program = program
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        self._process = subprocess.Popen([self.program, "partitions=12"], stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline().rpartition(":")[2])
        return self

    def freeze(self):
        pass

    def running(self):
        return self._process is not None and self._process.poll() is None

    def kill(self):
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    stop = kill
