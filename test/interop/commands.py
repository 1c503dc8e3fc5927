"""`weir` on the command line against Apache Kafka: the tests of test/cli, which CTest runs against Weir."""

import sys

import broker
import paths

sys.path.insert(0, str(paths.HERE.parent / "cli"))

import run as command_line  # noqa: E402


def suite(weir):
    node = broker.Broker("kafka", "commands").fresh()
    with node.start():
        result = command_line.outcomes(weir, node.bootstrap, verbosity=0)
        wrong = {}
        for test, detail in result.failures + result.errors:
            whole = str(getattr(test, "test_case", test))  # a subtest is its test's
            wrong[whole] = wrong.get(whole, "") + detail
        for name in result.done:
            yield f"commands: {name}", name not in wrong, wrong.get(name, "")
        ok, detail = node.ends()
        yield "commands: Kafka stops", ok, detail
