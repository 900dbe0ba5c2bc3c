"""The engine down, killed, silent, raising, under real calls, again and again: ``scripts/drill emergency [TIMES]``."""

from __future__ import annotations

import argparse
import os
import sys

import pytest


def main() -> int:
    """Run the emergency tests so many times; the first failure ends the drill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", type=int, nargs="?", default=5, choices=range(1, 1000), metavar="TIMES")
    times = parser.parse_args().times
    os.environ["IVR_REQUIRE_ASTERISK"] = "1"
    for number in range(1, times + 1):
        print(f"── round {number} of {times}", flush=True)
        if pytest.main(["-q", "tests/integration/calls/test_emergency.py"]) != 0:
            print(f"DRILL FAILED in round {number}", file=sys.stderr)
            return 1
    print(f"DRILL PASSED: {times} rounds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
