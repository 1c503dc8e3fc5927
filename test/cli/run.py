"""Every command of `weir` against one broker: run.py WEIR [--brokers HOST:PORT] [-v] [TEST...]."""

import argparse
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import cli  # noqa: E402

# The files of the node are read first, while they are few.
MODULES = (
    "log_files_test",
    "administration_test",
    "forms_test",
    "options_test",
    "dry_run_test",
    "profiles_test",
    "completion_test",
    "terminal_test",
    "records_test",
    "answers_test",
    "kafka_names_test",
    "closed_output_test",
    "silence_test",
    "bad_input_test",
)


class Result(unittest.TextTestResult):
    """With the names of all that ran."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.done = []

    def stopTest(self, test):
        self.done.append(str(test))
        super().stopTest(test)


def outcomes(weir, brokers=None, tests=MODULES, verbosity=1):
    """Runs them; unittest's result."""
    cli.Cli.begin(weir, brokers)
    try:
        suite = unittest.defaultTestLoader.loadTestsFromNames(tests)
        return unittest.TextTestRunner(verbosity=verbosity, resultclass=Result).run(suite)
    finally:
        cli.Cli.end()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weir")
    parser.add_argument("--brokers")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("tests", nargs="*", default=MODULES)
    given = parser.parse_args()
    sys.exit(not outcomes(given.weir, given.brokers, given.tests, 2 if given.verbose else 1).wasSuccessful())
