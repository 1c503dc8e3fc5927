#!/usr/bin/env python3
"""Says whether a program was built with canaries (src/base/canary.h): no shipped one may be.

    check_canaries.py none|some PROGRAM...     exits with 1 if that is not so
"""

import sys
from pathlib import Path

MARK = b"weir-was-built-with-canaries"


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("none", "some"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    expected = arguments[0] == "some"
    wrong = [name for name in arguments[1:] if (MARK in Path(name).read_bytes()) != expected]
    for name in wrong:
        print(f"{name} {'has no' if expected else 'has'} canaries", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
