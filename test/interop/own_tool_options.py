"""Does own_tool_steps.py keep its word, that every option of every tool stands in a step that succeeds?

What options Kafka's tools have is what their own --help says, kept in golden/own_tool_options.txt (recorded with the steps'
answers). Each of them stands in such a step, or in REFUSED: then our tool's error names it. docs/kafka_tools.md names each of
them, and says "no" of those that are refused and of no other.
"""

import pathlib
import re
import shlex

import dump_log
import own_tool_steps
import paths

GOLDEN = paths.HERE / "golden" / "own_tool_options.txt"
DOCS = paths.ROOT / "docs" / "kafka_tools.md"
EVERYWHERE = "Everywhere"
HELP = {"--help", "-h"}  # each tool was asked for it

# Of commands that are refused as a whole only the name counts.
HELPS = {
    "kafka-topics": ["--help"],
    "kafka-get-offsets": ["--help"],
    "kafka-delete-records": ["--help"],
    "kafka-log-dirs": ["--help"],
    "kafka-broker-api-versions": ["--help"],
    "kafka-console-producer": ["--help"],
    "kafka-console-consumer": ["--help"],
    "kafka-dump-log": ["--help"],
    "kafka-consumer-groups": ["--help"],
    "kafka-configs": ["--help"],
    "kafka-cluster": ["--help", "cluster-id --help", "list-endpoints --help"],
    "kafka-metadata-quorum": ["--help", "describe --help"],
    "kafka-producer-perf-test": ["--help"],
    "kafka-consumer-perf-test": ["--help"],
    "kafka-e2e-latency": ["--bootstrap-server 127.0.0.1:1 --help"],
    "kafka-storage": ["--help", "info --help", "format --help", "random-uuid --help"],
    "kafka-server-start": ["--help"],
}

CONTROLLERS = "--bootstrap-controller 127.0.0.1:1"
TO = "--bootstrap-server 127.0.0.1:1"
CONFIGS = f"{TO} --describe"
SENDS = f"{TO} --topic t --num-records 1 --throughput -1 --record-size 1"
READS = f"{TO} --topic t --num-records 1"
FORMATS = "format -t rJt8v71wSWe7xsXpxBGrrg -c nowhere"

# What our tools refuse: (tool, option or command, a command line with it). Nothing is asked of a broker.
REFUSED = [
    ("kafka-console-producer", "--socket-buffer-size", f"{TO} --topic t --socket-buffer-size 1"),
    ("kafka-dump-log", "--remote-log-metadata-decoder", "--files x.log --remote-log-metadata-decoder"),
    ("kafka-configs", "--bootstrap-controller", f"{CONTROLLERS} --describe --topic t"),
    *[("kafka-configs", option, f"{CONFIGS} {option} somebody") for option in ("--user", "--client", "--ip")],
    *[("kafka-configs", option, f"{CONFIGS} {option}") for option in ("--user-defaults", "--client-defaults", "--ip-defaults")],
    ("kafka-cluster", "unregister", f"unregister {TO} --id 1"),
    ("kafka-cluster", "--bootstrap-controller", f"cluster-id {CONTROLLERS}"),
    ("kafka-cluster", "-C", "cluster-id -C 127.0.0.1:1"),
    ("kafka-metadata-quorum", "--bootstrap-controller", f"{CONTROLLERS} describe --status"),
    ("kafka-metadata-quorum", "add-controller", f"{TO} add-controller"),
    ("kafka-metadata-quorum", "remove-controller", f"{TO} remove-controller --controller-id 1"),
    ("kafka-producer-perf-test", "--print-metrics", f"{SENDS} --print-metrics"),
    ("kafka-producer-perf-test", "--transactional-id", f"{SENDS} --transactional-id x"),
    ("kafka-producer-perf-test", "--transaction-duration-ms", f"{SENDS} --transaction-duration-ms 1"),
    ("kafka-consumer-perf-test", "--print-metrics", f"{READS} --print-metrics"),
    ("kafka-consumer-perf-test", "--socket-buffer-size", f"{READS} --socket-buffer-size 1"),
    *[("kafka-storage", option, f"{FORMATS} {option} x=1") for option in ("--release-version", "-r", "--feature", "-f")],
    *[("kafka-storage", option, f"{FORMATS} {option} x=1") for option in ("--add-scram", "-S", "--initial-controllers", "-I")],
    *[("kafka-storage", option, f"{FORMATS} {option}") for option in ("--no-initial-controllers", "-N")],
    *[("kafka-storage", command, command) for command in ("version-mapping", "feature-dependencies")],
    ("kafka-server-start", "-daemon", "-daemon nowhere"),
]
# Values of options that are taken otherwise.
REFUSED_VALUES = [
    ("kafka-configs", f"--entity-type {entity}", f"{CONFIGS} --entity-type {entity}") for entity in ("users", "clients", "ips")
]


def options_of(text):
    """The options and commands that a tool's --help lists, in the manner of joptsimple or of argparse4j."""
    found = set()
    for line in text.splitlines():
        listed = re.match(r" {0,2}(-{1,2}[A-Za-z].*?)( {2,}|$)", line)
        for name in re.split(r", (?=-)", listed[1]) if listed else ():
            found.add(re.match(r"--?[\w.-]+", name)[0])
    commands = re.search(r"(?m)^positional arguments:\n +\{([\w,-]+)\}", text)
    return found | set(commands[1].split(",") if commands else ())


def record(play):
    """Asks Kafka's tools."""
    lines = []
    for tool, helps in HELPS.items():
        found = set()
        for words in helps:
            done = play(tool, shlex.split(words), "")
            found |= options_of(done.out + "\n" + done.err)
        lines.append(f"{tool}: {' '.join(sorted(found))}\n")
    GOLDEN.write_text("".join(lines))


def recorded():
    """{tool: its options}"""
    lines = (line.partition(": ") for line in GOLDEN.read_text().splitlines())
    return {tool: options.split() for tool, _, options in lines}


def used(answers):
    """{tool: the options in its steps that Kafka's tool ends with 0}; dump_log.py compares more than that."""
    found = {tool: set() for tool in HELPS}
    for step in own_tool_steps.STEPS:
        if not re.match("exit [1-9]", answers.get(step.name, "exit 1")):
            tool = "kafka-server-start" if step.tool == "+serve" else step.tool
            found.setdefault(tool, set()).update(word.partition("=")[0] for word in shlex.split(step.args))
    nowhere = pathlib.Path("/nowhere")
    for words in (*dump_log.RECORDS, *dump_log.INDEXES, dump_log.DECODERS, *dump_log.command_lines(nowhere)):
        found["kafka-dump-log"].update(word.partition("=")[0] for word in words)
    return found


def documented():
    """{tool or EVERYWHERE: {option: is it supported}} of the tables in the docs."""
    found = {}
    for section in re.split(r"(?m)^## ", DOCS.read_text())[1:]:
        title, _, text = section.partition("\n")
        options = {}
        for first, supported in re.findall(r"(?m)^\| (.*?) \| (.*?) \|", text):
            for words in re.findall(r"`(.*?)`", first):
                # `format --feature`: of a row that says no it is the last word that is refused.
                for word in words.split()[-1:] if supported == "no" else words.split():
                    options[word] = supported != "no"
        for tool in title.split(", "):
            found[tool] = options
    return found


def suite(play, answers):
    """Yields (name, ok, detail) for each tool, and each option that it refuses. `answers` are the recorded ones."""
    in_steps, in_docs = used(answers), documented()
    names = [step.name for step in own_tool_steps.STEPS]
    again = {name for name in names if names.count(name) > 1}
    yield "own tools: each step has a name of its own", not again, f"{again}"
    for tool, options in recorded().items():
        refused = {option for whose, option, _ in REFUSED if whose == tool}
        told = {**in_docs[EVERYWHERE], **in_docs[tool]}
        missing = [option for option in options if option not in in_steps[tool] | refused | HELP]
        yield f"own tools {tool}: every option stands in a step", bool(options) and not missing, f"in no step: {missing}"
        missing = [option for option in options if option not in told.keys() | HELP]
        yield f"own tools {tool}: the docs name every option", not missing, f"not in {DOCS.name}: {missing}"
        denied = {option for option, supported in told.items() if not supported} & {*options, *refused}
        wrong = sorted(denied ^ refused)
        yield f"own tools {tool}: the docs tell what is refused", not wrong, f"not the same: {wrong}"
    for tool, option, words in REFUSED + REFUSED_VALUES:
        done = play(tool, shlex.split(words), "")
        named = option in done.err + done.out and "not supported" in done.err + done.out
        yield f"own tools {tool}: refuses {option} by name", named and done.code == 1, f"{done}"
