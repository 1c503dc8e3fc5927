"""kcat beside Weir's program when it is called by that name.

The same script (kcat_steps.py) runs with both, step by step and side by side on one broker, each with topics and groups of
its own. They must agree on standard output to the byte, on the exit code, and on the lines that kcat writes to standard
error; librdkafka's log there (%3|...) is its own, and so is the text of help. Without kcat nothing is compared.
"""

import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading

import broker
import kcat_steps

SECONDS = 30
PREFIXES = {"kcat": "real-", "weir": "ours-"}
JUDGED = "1.7.1"
# A line of standard error that differs on purpose: why somebody cannot be reached is said in our own words.
OWN_WORDS = r"% ERROR: Local: Broker transport failure: .*"


def masked(data, program):
    """Without what differs from run to run; times that the script has set (17000...) stay."""
    text = data.decode("utf-8", "surrogateescape")
    if program:
        text = text.replace(PREFIXES[program], "same-")
    text = re.sub(r"\b1(?!70000)[789]\d{11}\b", "MILLIS", text)
    return re.sub(r"memberid [\w.-]+", "memberid ID", text)


class Player:
    def __init__(self, program, command, under_test, scratch):
        self._program = program
        self._command = command
        self._bootstrap = under_test.bootstrap
        self._scratch = scratch
        self._home = scratch / program
        (self._home / ".config").mkdir(parents=True)
        (self._home / ".config" / "kcat.conf").write_text(kcat_steps.KCAT_CONF)

    def words(self, text):
        return text.format(b=self._bootstrap, x=PREFIXES[self._program], t=self._scratch)

    def begin(self, step):
        environment = {name: value for name, value in os.environ.items() if not name.endswith("KCAT_CONFIG")}
        environment["HOME"] = str(self._home)
        environment.update({name: self.words(value) for name, value in step.environment.items()})
        process = subprocess.Popen(
            [*self._command, *shlex.split(self.words(step.args))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=self._scratch,
        )
        return process

    @staticmethod
    def _disturb(process, step):
        """Does what the step does to it while it runs; what of standard output was read for that."""
        if not step.interrupted_after and not step.closed_after:
            return b""
        watchdog = threading.Timer(SECONDS, process.kill)
        watchdog.start()
        process.stdin.write(step.input)
        process.stdin.flush()
        out = b""
        while not (step.interrupted_after in out if step.interrupted_after else len(out) >= step.closed_after):
            piece = os.read(process.stdout.fileno(), 1 if step.closed_after else 65536)
            if not piece:
                break
            out += piece
        if step.interrupted_after:
            process.send_signal(signal.SIGINT)
        else:
            process.stdout.close()
            process.stdout = None
        watchdog.cancel()
        return out

    def _masked(self, data, step):
        data = data.replace(str(self._home).encode(), b"HOME")
        return masked(data, None if step.plain else self._program)

    def end(self, process, step):
        """What came of it: "exit CODE", "| LINE" of standard output, "stderr: LINE"."""
        try:
            out = self._disturb(process, step)
            rest, err = process.communicate(None if out else step.input, timeout=SECONDS)
            out += rest or b""
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            return [f"still ran after {SECONDS} s", self._masked(err, step)[:2000]]
        lines = self._masked(out, step).split("\n")
        errors = [line for line in self._masked(err, step).split("\n") if re.match("% |Error: ", line)]
        errors = [line for line in errors if not re.fullmatch(OWN_WORDS, line)]
        if not step.errors:
            errors = []
        if step.first_error:
            errors = errors[:1] if any(line.startswith("Error: ") for line in errors[:1]) else errors
        if step.unordered:
            lines.sort()
            errors = sorted(re.sub(": exiting$", "", line) for line in errors)
        return [f"exit {process.returncode}", *(f"| {line}" for line in lines), *(f"stderr: {line}" for line in errors)]


def prepare(step, weir, bootstrap):
    """Topics that both have."""
    for prefix in PREFIXES.values():
        topic, *count = step.args.format(x=prefix).split()
        command = [str(weir), "topic", "create", topic, "-b", bootstrap, "--partitions", *(count or ["1"]), "--config", "retention.ms=-1"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        if step.name == "+timed":
            lines = "".join(f"{1700000000000 + n * 1000} value {n}\n" for n in range(6))
            command = [str(weir), "produce", topic, "-b", bootstrap, "-f", "%T %s\\n"]
            subprocess.run(command, check=True, input=lines.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def differences(want, got):
    return [line for line in difflib.unified_diff(want, got, "kcat", "weir", lineterm="", n=1)][2:]


def played(steps, players, weir, under_test):
    for step in steps:
        if step.name in ("+create", "+timed"):
            prepare(step, weir, under_test.bootstrap)
            continue
        if step.name == "+read":
            for player in players:
                player.end(player.begin(step), step)
            continue
        processes = [player.begin(step) for player in players]
        want, got = (player.end(process, step) for player, process in zip(players, processes))
        if step.name in ("help", "version"):  # in our own words
            want, got = want[:1], got[:1]
        unlike = differences(want, got)
        yield f"kcat {step.name}", not unlike, "\n".join(unlike)


def suite(kind, weir):
    """Yields (name, ok, detail) for each step."""
    real = shutil.which("kcat")
    if real is None:
        yield "kcat is not installed (Debian's package kcat): nothing was compared", None, ""
        return
    said = subprocess.run([real, "-V"], capture_output=True, text=True).stdout
    if f"Version {JUDGED} " not in said:
        yield f"kcat {JUDGED} is the judge, this is another: nothing was compared", None, ""
        return
    links = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))
    subprocess.run([str(weir), "compat", "install", str(links)], check=True, stdout=subprocess.DEVNULL)
    under_test = broker.Broker(kind, "kcat", weir=weir).fresh()
    scratch = under_test.home / "scratch"
    scratch.mkdir()
    for name, content in kcat_steps.FILES.items():
        (scratch / name).write_bytes(content)
    with under_test.start():
        players = [
            Player("kcat", [real], under_test, scratch),
            Player("weir", [str(links / "kcat")], under_test, scratch),
        ]
        for chains in kcat_steps.PHASES:
            with concurrent.futures.ThreadPoolExecutor(len(chains)) as pool:
                for checks in pool.map(lambda steps: list(played(steps, players, weir, under_test)), chains):
                    yield from checks
        ended = under_test.ends()
    yield "kcat: the broker stops in good order", *ended
    shutil.rmtree(links)
