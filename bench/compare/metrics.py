"""What is made of a lap's figures. A goal is a share of Apache Kafka's median: at most (CPU, latency, memory) or at least
(throughput); a limit is a figure of its own. None means that the line is shown without one."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Metric:
    name: str
    label: str
    of: typing.Callable
    more_is_better: bool = False
    goal: float | None = None
    limit: float | None = None

    def with_goal(self, goal):
        return dataclasses.replace(self, goal=goal)


def share(above, below, scale=1.0):
    return lambda lap: lap[above] / lap[below] * scale


CPU_PER_GB = Metric("cpu_per_gb", "CPU s/GB", share("broker_cpu", "bytes", 1e9))
CPU_PER_PLAIN_GB = Metric("cpu_per_plain_gb", "CPU s/GB plain", share("broker_cpu", "plain_bytes", 1e9))
CPU_PER_MILLION = Metric("cpu_per_million", "CPU s/10^6 requests", share("broker_cpu", "requests", 1e6))
CPU_PER_MILLION_RECORDS = Metric("cpu_per_million_records", "CPU s/10^6 records", share("broker_cpu", "records", 1e6))
CLIENT_PER_GB = Metric("client_cpu_per_gb", "client CPU s/GB", share("client_cpu", "bytes", 1e9))
MB_PER_SECOND = Metric("mb_per_second", "MB/s", share("bytes", "seconds", 1e-6), more_is_better=True)
RECORDS_PER_SECOND = Metric("records_per_second", "records/s", share("records", "seconds"), more_is_better=True)
REQUESTS_PER_SECOND = Metric("requests_per_second", "requests/s", share("requests", "seconds"), more_is_better=True)
P50 = Metric("p50_us", "p50 us", lambda lap: lap["p50_us"])
P99 = Metric("p99_us", "p99 us", lambda lap: lap["p99_us"])
P999 = Metric("p999_us", "p99.9 us", lambda lap: lap["p999_us"])
MOST = Metric("max_us", "max us", lambda lap: lap["max_us"])
PEAK = Metric("peak_mb", "peak MB", lambda lap: lap["peak"] / 1e6)
LATENCIES = (P50, P99, P999, MOST)

