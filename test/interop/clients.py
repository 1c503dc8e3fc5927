"""Runs each stock client's program through its scenarios against one broker and judges what it printed."""

import json
import shutil
import subprocess
import sys
import time

import broker
import jars
import paths
import proxy

CLIENTS = paths.HERE / "clients"
SECONDS = 240
FEWEST_CUTS = 5
OURS = None  # our own client's program; the runner knows where it was built

CODECS = ["codec-none", "codec-gzip", "codec-snappy", "codec-lz4", "codec-zstd"]
SCENARIOS = ["create", *CODECS, "group", "timestamp", "resume", "members", "idempotent"]


@jars.one_at_a_time
def python_environment():
    """The Python of a virtual environment with the pinned clients."""
    wanted = CLIENTS / "python" / "requirements.txt"
    target = paths.CACHE / "venv"
    stamp = target / "requirements.txt"
    python = target / "bin" / "python"
    if not (stamp.exists() and stamp.read_bytes() == wanted.read_bytes()):
        shutil.rmtree(target, ignore_errors=True)
        try:
            subprocess.run([sys.executable, "-m", "venv", str(target)], check=True, capture_output=True)
        except subprocess.CalledProcessError as failure:
            raise jars.Missing("python3 has no venv: install Debian's package python3-venv") from failure
        # The flights are read out of the package's files; pandas, which it would bring, is not needed.
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--no-deps", "-r", str(wanted)], check=True)
        shutil.copyfile(wanted, stamp)
    return str(python)


def python_client(script):
    return [python_environment(), str(CLIENTS / "python" / script)]


def java_client():
    classes = jars.compiled("kafka", CLIENTS / "java" / "JavaClient.java")
    return jars.java("kafka", "JavaClient", log="error", extra=classes)


@jars.one_at_a_time
def go_client():
    go = jars.need("go", "install Go 1.26 or newer (Debian: golang from backports, or the upstream archive)")
    target = paths.CACHE / "franz-go"
    subprocess.run([go, "build", "-o", str(target), "."], cwd=CLIENTS / "go", check=True)
    return [str(target)]


@jars.one_at_a_time
def node_client():
    node = jars.need("node", "install Node 20 or newer (Debian: nodejs)")
    npm = jars.need("npm", "install npm (Debian: npm)")
    home = paths.CACHE / "node"
    source = CLIENTS / "node"
    stamp = home / "package-lock.stamp"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "kafkajs.js"):
        shutil.copyfile(source / name, home / name)
    wanted = (source / "package-lock.json").read_bytes()
    if not (stamp.exists() and stamp.read_bytes() == wanted):
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=home, check=True)
        stamp.write_bytes(wanted)
    return [node, str(home / "kafkajs.js")]


def kcat_client():
    jars.need("kcat", "install Debian's package kcat")
    return [sys.executable, str(CLIENTS / "kcat" / "kcat.py")]


def weir_client():
    if OURS is None or not OURS.exists():
        raise jars.Missing(f"{OURS} is missing: build weir_interop_client")
    return [str(OURS)]


PROGRAMS = {
    "kcat": (kcat_client, SCENARIOS),
    "confluent-kafka": (lambda: python_client("confluent.py"), SCENARIOS),
    "java": (java_client, SCENARIOS),
    "franz-go": (go_client, SCENARIOS),
    "kafka-python": (lambda: python_client("kafka_python.py"), SCENARIOS),
    "kafkajs": (node_client, SCENARIOS),
    "weir": (weir_client, SCENARIOS),
}


def two_listeners(kind, name, weir):
    """A broker whose second listener is advertised as a proxy's port, and that port."""
    cut_port, proxy_port = broker.free_ports(2)
    under_test = broker.Broker(kind, name, weir=weir)
    under_test.second_listener("CUT", cut_port, proxy_port)
    return under_test.fresh(), cut_port, proxy_port


def run_client(name, under_test, proxy_port, cut_port, seed, base=None):
    """All scenarios of one client: a list of (scenario, ok, detail). `base`: the time of the first record."""
    command, wanted = PROGRAMS[name]
    try:
        program = command()
    except (jars.Missing, subprocess.CalledProcessError) as failure:
        return [(scenario, False, f"client cannot run: {failure}") for scenario in wanted]
    cutter = proxy.Proxy(proxy_port, cut_port, seed).start()
    arguments = ["--bootstrap", under_test.bootstrap, "--cut", f"127.0.0.1:{proxy_port}", "--prefix", name]
    arguments += ["--base-ms", str(base or (int(time.time()) - 3600) * 1000)]
    try:
        done = subprocess.run(program + arguments, capture_output=True, text=True, timeout=SECONDS)
        out, err = done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        out = (late.stdout or b"").decode()
        err = (late.stderr or b"").decode() + f"\nended after {SECONDS} s"
    finally:
        cutter.close()
    (paths.RUNS / f"{name}.stderr").write_text(err)
    found = {}
    for line in out.splitlines():
        if line.startswith("{"):
            row = json.loads(line)
            found[row["scenario"]] = (row["ok"], row["detail"])
    cuts = f"{cutter.cut_requests} requests and {cutter.cut_answers} answers cut"
    if found.get("idempotent", (False,))[0]:
        enough = cutter.cuts >= FEWEST_CUTS and cutter.cut_requests > 0 and cutter.cut_answers > 0
        found["idempotent"] = (enough, cuts if enough else f"too few cuts to prove anything: {cuts}")
    last = " | ".join(err.strip().splitlines()[-3:])
    return [(s, *found.get(s, (False, f"the client never reported it; it last said: {last}"))) for s in wanted] + [
        (s, *result) for s, result in found.items() if s not in wanted
    ]


def suite(kind, weir, only=None, seed=1):
    """Yields (name, ok, detail) for each client and scenario."""
    under_test, cut_port, proxy_port = two_listeners(kind, "clients", weir)
    with under_test.start():
        for name in PROGRAMS:
            if only and name not in only:
                continue
            began = time.monotonic()
            for scenario, ok, detail in run_client(name, under_test, proxy_port, cut_port, seed):
                yield f"{name} {scenario}", ok, detail
            yield f"{name} took {time.monotonic() - began:.1f} s", None, ""
            if not under_test.running():
                yield f"{name}: the broker is still there", False, under_test.tail()
                return
        yield "clients: the broker stops in good order", *under_test.ends()
