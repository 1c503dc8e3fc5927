#!/usr/bin/env python3
"""Which error branches of the decoders no kept input reaches: ./dev fuzz --report.

    report.py --targets           the programs that are needed
    report.py BUILD [--mutations N]

Runs the kept inputs (and N mutations of each target's: 0 when not said) through programs that were built with source-based
coverage, and looks at each place where a decoder gives up: `return fail(...)` and its like, and each TRY that leaves (one
of a line). One that nothing reaches is either in unreached.toml, with the reason, or it is printed and the report fails. So
does a place of that file of which nothing is left.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KNOWN = HERE / "unreached.toml"

TARGETS = ("decode_fuzz batch_fuzz validator_fuzz decompress_fuzz indexes_fuzz parsers_fuzz recovery_fuzz replay_fuzz "
           "quorum_files_fuzz group_replay_fuzz").split()
DECODERS = """
src/wire/codec/decode.cc
src/wire/metadata_record.cc src/wire/coordinator_record.cc src/wire/metadata_record.h src/wire/coordinator_record.h
src/wire/record/batch.cc src/wire/record/record.cc src/wire/record/record_stream.cc src/wire/record/control_record.cc
src/wire/record/validator.cc src/wire/record/batch_filter.cc
src/wire/compression/compression.cc src/wire/compression/gzip.cc src/wire/compression/snappy.cc
src/wire/compression/lz4.cc src/wire/compression/zstd.cc
src/log/format/*.cc src/log/recovery/*.cc
src/metadata/image/replay*.cc
src/replication/quorum/checkpoint.cc src/replication/quorum/election_state.cc src/replication/quorum/control_records.cc
src/coordinator/group/log_replay.cc src/coordinator/group/group_record.cc
""".split()

GIVES_UP = re.compile(r"\breturn\s+(fail|bad|refuse|invalid_record|corrupt|from_error|std::unexpected|Failure)\b"
                      r"|\breturn\s+(nullptr|std::nullopt|false);")
TRIES = re.compile(r"\b(TRY|TRY_ASSIGN)\(")


def tool(name):
    for found in (f"{name}-19", name):
        if shutil.which(found):
            return found
    sys.exit(f"error: {name} is missing: install llvm-19")


def sources():
    found = []
    for pattern in DECODERS:
        found += sorted(path for path in ROOT.glob(pattern) if not re.search(r"_(fuzz|test|test_support)\.cc$", path.name))
    return found


def run_targets(build, mutations, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    programs = []
    for name in TARGETS:
        program = next(iter(build.glob(f"src/**/{name}_replay")), None)
        if program is None:
            sys.exit(f"error: {name}_replay is not built")
        subprocess.run([program, HERE / "corpora" / name, "--mutations", str(mutations)], check=True,
                       stdout=subprocess.DEVNULL, cwd=folder,
                       env={**os.environ, "LLVM_PROFILE_FILE": str(folder / f"{name}.profraw")})
        programs.append(program)
    merged = folder / "all.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", "-o", merged, *sorted(folder.glob("*.profraw"))], check=True)
    words = [tool("llvm-cov"), "export", "-format=text", f"-instr-profile={merged}", programs[0]]
    for program in programs[1:]:
        words += ["-object", program]
    done = subprocess.run([*words, "-sources", *sources()], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["data"][0]


def count_at(segments, line, column):
    """How often the region ran that holds a place; None where none does."""
    count = None
    for at_line, at_column, times, has_count, *_ in segments:
        if (at_line, at_column) > (line, column):
            break
        count = times if has_count else None
    return count


def failures_of_tries(functions):
    """(path, line) to how often a TRY there left. What a macro expands to has no width, and TRY has one branch."""
    left = collections.defaultdict(int)
    for function in functions:
        for line, column, end_line, end_column, was_true, _, file, *_ in function["branches"]:
            if (line, column) == (end_line, end_column):
                left[function["filenames"][file], line] += was_true
    return left


def unreached(data):
    """(path, the line's text, its number) of each."""
    result, branches = [], 0
    tries = failures_of_tries(data["functions"])
    for file in data["files"]:
        path = Path(file["filename"])
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code = text.split("//")[0]
            gives_up, attempt = GIVES_UP.search(code), TRIES.search(code)
            if gives_up:
                count = count_at(file["segments"], number, gives_up.start() + 1)
            elif attempt:
                count = tries.get((file["filename"], number))
            else:
                continue
            if count is None:
                continue  # not instantiated, or in a macro
            branches += 1
            if count == 0:
                result.append((str(path.relative_to(ROOT)), text.strip(), number))
    return result, branches


def main():
    parser = argparse.ArgumentParser(prog="./dev fuzz --report", description="error branches that no input reaches")
    parser.add_argument("build", type=Path, nargs="?")
    parser.add_argument("--targets", action="store_true")
    parser.add_argument("--mutations", type=int, default=0)
    asked = parser.parse_args()
    if asked.targets:
        print(" ".join(f"{name}_replay" for name in TARGETS))
        return 0
    build = asked.build.resolve()
    found, branches = unreached(run_targets(build, asked.mutations, build / "coverage"))
    known = [(place["file"], re.compile(place["match"]))
             for reason in tomllib.loads(KNOWN.read_text(encoding="utf-8"))["unreached"] for place in reason["places"]]
    new = [branch for branch in found if not any(branch[0] == path and match.search(branch[1]) for path, match in known)]
    stale = [(path, match.pattern) for path, match in known
             if not any(branch[0] == path and match.search(branch[1]) for branch in found)]
    print(f"{branches} error branches, {len(found)} of them reached by no input, {len(found) - len(new)} with a reason")
    for path, text, number in new:
        print(f"{path}:{number}: {text}")
    if not asked.mutations:
        for path, pattern in stale:
            print(f"unreached.toml: {path}: all of it is reached, or gone: {pattern}")
    return 1 if new or (stale and not asked.mutations) else 0


if __name__ == "__main__":
    sys.exit(main())
