#!/usr/bin/env python3
"""Fuzzes: ./dev fuzz [TARGET...] [--time T] [--jobs N] [--keep].

Each target runs for T (30, 90s, 5m, 2h; 30 seconds when not said) over what is kept for it in test/fuzz/corpora/TARGET
and what earlier runs have found, which stays in FOLDER/corpora/TARGET. The table at the end tells of each target: how
many inputs it ran, how many edges of its code they reached of how many there are, and how many inputs are worth
keeping. Inputs that a target fails on lie in FOLDER/findings/TARGET; there being any, also of an earlier run, is a
failure. --keep puts a smallest set of inputs that reaches all the edges into test/fuzz/corpora.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

KEPT = Path(__file__).resolve().parent / "corpora"
INPUT_SECONDS_MAX = 10
MEMORY_MIB_MAX = 2048
INPUT_BYTES_MAX = 4096  # of a new one
said = threading.Lock()


def say(text):
    with said:
        print(text, flush=True)


def seconds_of(text):
    match = re.fullmatch(r"(\d+)([smh]?)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is no time: 30, 90s, 5m or 2h")
    return int(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def files_in(folder):
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


class Target:
    def __init__(self, program, folder):
        self.program = program
        self.name = program.name
        self.corpus = folder / "corpora" / self.name
        self.findings = folder / "findings" / self.name
        self.log = folder / "logs" / f"{self.name}.log"
        self.kept = KEPT / self.name
        self.executions = self.edges = self.all_edges = self.inputs = 0
        self.ended_badly = False

    def common(self):
        return [f"-timeout={INPUT_SECONDS_MAX}", f"-rss_limit_mb={MEMORY_MIB_MAX}",
                f"-artifact_prefix={self.findings}/"]

    def fuzz(self, seconds):
        for folder in (self.corpus, self.findings, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        words = [self.program, f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}", "-print_final_stats=1",
                 "-reload=0", *self.common(), self.corpus]
        if files_in(self.kept):
            words.append(self.kept)
        with self.log.open("wb") as log:
            status = subprocess.run(words, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
        text = self.log.read_text(errors="replace")
        self.ended_badly = status != 0
        self.executions = int(last(r"stat::number_of_executed_units: (\d+)", text) or last(r"^#(\d+)\s", text) or 0)
        self.edges = int(last(r" cov: (\d+)", text) or 0)
        self.all_edges = int(last(r"\((\d+) inline 8-bit counters\)", text) or 0)
        self.inputs = int(last(r" corp: (\d+)", text) or 0)
        return self

    # libFuzzer's own order is smallest first; counters are left out, as a set for each count of each loop is large.
    def keep(self):
        folder = self.corpus.with_name(self.name + ".kept")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        sources = [path for path in (self.kept, self.corpus) if files_in(path)]
        words = [self.program, "-set_cover_merge=1", "-use_counters=0", "-use_value_profile=0", *self.common(), folder, *sources]
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode != 0 or not files_in(folder):
            sys.exit(f"error: {self.name}: what is worth keeping cannot be found out:\n{done.stderr[-2000:]}")
        regressions = [path for path in files_in(self.kept) if path.name.startswith(("found-", "real-"))]
        moved = {path.name: path.read_bytes() for path in regressions}
        shutil.rmtree(self.kept, ignore_errors=True)
        self.kept.mkdir(parents=True)
        for path in files_in(folder):
            if path.read_bytes() not in moved.values():
                shutil.copyfile(path, self.kept / path.name[:12])
        for name, content in moved.items():
            (self.kept / name).write_bytes(content)
        shutil.rmtree(folder)


def last(pattern, text):
    found = re.findall(pattern, text, re.MULTILINE)
    return found[-1] if found else None


def table(targets):
    rows = [("target", "executions", "edges", "of", "inputs", "findings")]
    for target in targets:
        rows.append((target.name, f"{target.executions:,}", f"{target.edges:,}", f"{target.all_edges:,}",
                     f"{target.inputs:,}", str(len(files_in(target.findings)))))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.ljust(width) if i == 0 else text.rjust(width)
                        for i, (text, width) in enumerate(zip(row, widths))))


def main():
    parser = argparse.ArgumentParser(prog="./dev fuzz", description="fuzzes every target, or those that are named")
    parser.add_argument("--folder", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="decode_fuzz, ...")
    parser.add_argument("--time", type=seconds_of, default=30, help="for each target: 30, 90s, 5m, 2h")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once")
    parser.add_argument("--keep", action="store_true", help="write what is worth keeping to test/fuzz/corpora")
    asked = parser.parse_args()
    programs = {path.name: path for path in (asked.folder / "src").rglob("*_fuzz") if path.is_file()}
    for name in asked.targets:
        if name not in programs:
            parser.error(f"there is no {name}: {', '.join(sorted(programs))}")
    targets = [Target(programs[name].resolve(), asked.folder.resolve())
               for name in sorted(asked.targets or programs)]
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(max(1, asked.jobs)) as pool:
        for done in concurrent.futures.as_completed([pool.submit(t.fuzz, asked.time) for t in targets]):
            target = done.result()
            say(f"{target.name}: {'FAILED, see ' + str(target.log) if target.ended_badly else 'ok'}")
    if asked.keep:
        for target in targets:
            target.keep()
    print()
    table(targets)
    findings = [path for target in targets for path in files_in(target.findings)]
    print(f"\n{len(targets)} targets, {sum(t.executions for t in targets):,} executions, "
          f"{time.monotonic() - began:.0f} s, {len(findings)} findings")
    for path in findings:
        print(f"  {path}")
    return 1 if findings or any(target.ended_badly for target in targets) else 0


if __name__ == "__main__":
    sys.exit(main())
