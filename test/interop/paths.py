"""Where the interop tests keep what they fetch and build: everything lives under build/interop of the tree."""

import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("WEIR_INTEROP_CACHE", ROOT / "build" / "interop"))
RUNS = CACHE / "runs"
