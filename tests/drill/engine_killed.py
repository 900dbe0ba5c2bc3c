"""The engine is killed while callers talk and wait, and started again: ``scripts/drill engine_killed [CALLS]``.

Nobody is dropped, and after reconciling every story is that of a run in which nothing happened, field by field.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from ivr.asterisk.install import find_asterisk
from ivr.core.settings import Settings
from ivr.storage.models import Call
from tests.drill._line import DrillLine
from tests.drill._named import FIELDS, differences
from tests.drill._scene import queued_and_talking

Scene = Callable[[DrillLine, bool], Awaitable[None]]


def main() -> int:
    """Run the drill; 0 when every story is the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int, nargs="?", default=20, choices=range(6, 61), metavar="CALLS")
    calls = parser.parse_args().calls

    async def scene(line: DrillLine, disturbed: bool) -> None:
        if not disturbed:
            await queued_and_talking(line, 4, calls - 4)
            return
        await queued_and_talking(line, 4, calls - 4, begin=line.engine.kill, end=line.engine.start)

    return asyncio.run(twice(scene, agents=4, calls=calls, what="engine killed with -9"))


async def twice(scene: Scene, *, agents: int, calls: int, what: str, relayed: bool = False) -> int:
    """The same scene undisturbed and disturbed; 0 when the stories are the same."""
    runs: list[list[Call]] = []
    for disturbed in (False, True):
        with tempfile.TemporaryDirectory(prefix="drill-") as folder:
            async with DrillLine(Path(folder), find_asterisk(Settings()), agents, relayed=relayed) as line:
                await scene(line, disturbed)
                answer = await line.reconciled()
                runs.append(await line.stories())
                code, again = await line.ivr("calls", "reconcile", "--since", "1h")
                mended = sum(bool((call.evidence or {}).get("reconstructed")) for call in runs[-1])
        name = what if disturbed else "undisturbed"
        print(
            f"{name}: {len(runs[-1])} calls, {mended} with reconstructed fields; drift left {answer['left']}, "
            f"a second run: {again['mended']} put in, {again['left']} left, exit code {code}",
            flush=True,
        )
        if code or again["mended"] or again["left"]:
            print("DRILL FAILED: not settled", file=sys.stderr)
            return 1
    found = differences(*runs)
    if found or len(runs[1]) != calls:
        print("\n".join(["DRILL FAILED: other stories than undisturbed", *found]), file=sys.stderr)
        return 1
    print(f"DRILL PASSED: {calls} calls, nobody dropped, the same stories in: {FIELDS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
