"""The manager connection is cut for 30 s in traffic: ``scripts/drill ami_cut [CALLS] [--seconds 30]``.

What happened meanwhile is in the journal all the same, field by field, as in a run in which nothing happened.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.drill._line import DrillLine
from tests.drill._scene import whole_talk_in_a_hole
from tests.drill.engine_killed import twice


def main() -> int:
    """Run the drill; 0 when every story is the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int, nargs="?", default=20, choices=range(7, 61), metavar="CALLS")
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()

    async def scene(line: DrillLine, disturbed: bool) -> None:
        if not disturbed:
            await whole_talk_in_a_hole(line, 4, asked.calls - 5, asked.seconds)
            return
        relay = line.relay
        await whole_talk_in_a_hole(line, 4, asked.calls - 5, asked.seconds, begin=relay.cut, end=relay.mend)

    what = f"manager cut for {asked.seconds:g} s"
    return asyncio.run(twice(scene, agents=4, calls=asked.calls, what=what, relayed=True))


if __name__ == "__main__":
    sys.exit(main())
