"""A site is put in force under callers in menus and in a queue: ``scripts/drill reload [CALLS]``.

The new flow has the same menu, whose keys lead elsewhere. Nobody's path changes, new calls take the new one, and no
call fails; the queue that half of them wait in is no longer part of the site.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from dialplan.loading import load_site
from ivr.asterisk.install import find_asterisk
from ivr.core.settings import Settings
from ivr.demo.house import House
from ivr.softphones.sipp import Ending, Plan, SippCaller, SippResult
from ivr.storage.models import Call
from tests.drill._line import DrillLine, until
from tests.drill._turn import PARKED, flows, path_of

NUMBER, MENU, WAITING, NEW = "3500", "13800000001", "13800000002", "13800000003"
OLD, CHANGED = flows(timeout=20, tries=5, two="second")
RATE = 10.0  # new calls a second
STAY = 40.0  # seconds from the answer to the key that decides


class ReloadLine(DrillLine):
    """The drill's line with a menu of its own."""

    def __init__(self, folder: Path, calls: int) -> None:
        super().__init__(folder, find_asterisk(Settings()), 0, rtp=4 * calls + 200)
        self.folder = folder / "site"
        self._queues = (self.folder / "queues.yaml").read_text("utf-8")
        with (self.folder / "numbers.yaml").open("a", encoding="utf-8") as file:
            file.write(f"\n{NUMBER}: turn\n")
        self.write(OLD, PARKED)
        self.house = House(self.settings, load_site(self.folder), self.house.toolbox)

    def write(self, flow: str, queues: str = "") -> None:
        """Edit the folder as an admin does."""
        (self.folder / "flows" / "turn.yaml").write_text(flow, "utf-8")
        (self.folder / "queues.yaml").write_text(self._queues + queues, "utf-8")

    def callers(self, number: str, count: int, keys: str, after: float, gap: float = 0.4) -> asyncio.Task[SippResult]:
        """So many callers who press these keys and are hung up on."""
        plan = Plan(
            extension=NUMBER, number=number, calls=count, rate=RATE, at_once=count, hold=after + gap + 120,
            ending=Ending.LINE, keys=keys, keys_after=after, keys_gap=gap,
        )  # fmt: skip
        sipp = SippCaller(self.house.toolbox.command("sipp"), self.settings.sip_port)
        return asyncio.create_task(sipp.run(plan, within=count / RATE + plan.hold + 60), name=f"callers {number}")

    async def on_the_line(self, count: int, callers: list[asyncio.Task[SippResult]]) -> None:
        """Until so many are in the menu or past it, by the journal."""
        there = 0

        async def reached() -> bool:
            nonlocal there
            for task in callers:
                assert not task.done(), f"callers gone too soon: {task.result()}"
            there = sum("menu" in path_of(call) for call in await self.stories())
            return there >= count

        try:
            await until(reached, f"{count} callers in the menu", STAY - 5)
        except AssertionError:
            raise AssertionError(f"only {there} of {count} callers came into the menu") from None


async def drill(calls: int) -> list[str]:
    """What went wrong."""
    half = calls // 2
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        line = ReloadLine(Path(folder), calls)
        async with line:
            menu = line.callers(MENU, calls - half, "1", STAY)
            queue = line.callers(WAITING, half, "29", 3.0, STAY)
            await line.on_the_line(calls, [menu, queue])
            line.write(CHANGED)
            began = time.monotonic()
            code, answer = await line.ivr("dialplan", "reload")
            took = time.monotonic() - began
            if code:
                return [f"reload: exit code {code}, {answer}"]
            assert not menu.done()
            assert not queue.done()
            before = len(await line.manager.channels())
            new = line.callers(NEW, max(10, calls // 4), "1", 2.0)
            results = [await task for task in (new, menu, queue)]
            await line.empty()

            async def told() -> bool:
                return all(call.ended_at is not None for call in await line.stories())

            await until(told, "every story is over", 60)
            stories = await line.stories()
    print(f"{before} channels on the line when the new site was in force; the command took {took:.1f} s", flush=True)
    return list(wrong(stories, results, answer, calls, half))


def wrong(
    stories: list[Call], results: list[SippResult], answer: dict[str, object], calls: int, half: int
) -> list[str]:
    """What differs from what must be."""
    found = [f"{one.failed} calls failed: {one.reasons[-400:]}" for one in results if one.failed]
    wanted = {
        MENU: (calls - half, ("answer", "menu", "first", "bye"), answer["before"]),
        WAITING: (half, ("answer", "menu", "line", "left"), answer["before"]),
        NEW: (max(10, calls // 4), ("answer", "menu", "second", "bye"), answer["version"]),
    }
    for caller, (count, path, version) in wanted.items():
        paths = Counter((tuple(path_of(call)), call.flow_version) for call in stories if call.caller == caller)
        if paths != Counter({(path, version): count}):
            found.append(f"callers {caller}: {dict(paths)} instead of {count} times {path} of {version}")
        else:
            print(f"{count} calls of {version}: {' > '.join(path)}", flush=True)
    return found


def main() -> int:
    """Run the drill; 0 when nobody's path changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", type=int, nargs="?", default=100, choices=range(4, 201), metavar="CALLS")
    calls = parser.parse_args().calls
    found = asyncio.run(drill(calls))
    if found:
        print("\n".join(["DRILL FAILED", *found]), file=sys.stderr)
        return 1
    print(f"DRILL PASSED: {calls} calls under way kept their path, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
