"""The engine's menu against the same menu in pure dialplan, under load: ``scripts/bench calls``.

A real Asterisk with its recording, CEL and manager as we render them, and sipp's callers: each is answered, hears the
menu, presses a key into it, hears what he asked for, and is hung up. First the menu is the dialplan's own, with the
engine listening as it always does (journal, live state), then it is the engine's, and at last the dialplan's again with
the engine stopped.
CPU is that of Asterisk, its children and the engine, from before the first call until the last one is in the
journal with its recording.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.install import find_asterisk
from ivr.core.settings import Settings
from ivr.demo.house import House
from ivr.softphones.sipp import Ending, Plan, SippCaller
from ivr.storage import calls
from ivr.storage.database import Database
from tests.ports import free_port

OURS, PURE = "3300", "3301"
FLOW = """\
start: answer
steps:
  answer: {step: answer, next: menu}
  menu: {step: menu, prompts: [main-menu], choices: {1: bye, 0: agents}, timeout: 5, tries: 3}
  agents: {step: queue, queue: service, after: bye, timeout: bye}
  bye: {step: hangup, prompts: [thanks-for-calling]}
"""
DIALPLAN = f"""
[ivr-incoming](+)
exten => {PURE},1,Set(IVR_NUMBER={PURE})
 same => n,Goto(bench-menu,s,1)

[bench-menu]
exten => s,1,Gosub(ivr-clean,s,1)
 same => n,Set(CHANNEL(language)=zh)
 same => n,Gosub(ivr-record,s,1(caller))
 same => n,Answer()
 same => n,Wait(0.5)
 same => n,Background(ivr/main-menu)
 same => n,WaitExten(5)
 same => n,Hangup(16)
exten => 1,1,Playback(ivr/thanks-for-calling)
 same => n,Wait(0.5)
 same => n,Hangup(16)
"""
SETTLED_WITHIN = 120.0  # seconds
_TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended."""
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, values[11:15])) / _TICK


@dataclass(slots=True)
class Load:
    """What one run of calls cost."""

    name: str
    calls: int
    failed: int
    asterisk_ms: float
    engine_ms: float
    told: int
    reasons: str = ""

    @property
    def total_ms(self) -> float:
        """CPU of a call, milliseconds."""
        return self.asterisk_ms + self.engine_ms


class Bench:
    """The line and its load."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(demo_site(), folder / "site")
        with (folder / "site" / "numbers.yaml").open("a", encoding="utf-8") as file:
            file.write(f"\n{OURS}: bench\n")
        (folder / "site" / "flows" / "bench.yaml").write_text(FLOW, "utf-8")
        rtp = free_port(neighbours=999)
        self.settings = Settings(
            home=folder / "home", site=folder / "site", sip_port=free_port(), ami_port=free_port(),
            agi_port=free_port(), rtp_start=rtp, rtp_end=rtp + 999, database_url="", keys=None,
        )  # fmt: skip
        self.house = House(self.settings, load_site(folder / "site"), find_asterisk(self.settings))

    async def load(self, name: str, number: str, rate: float, count: int, *, engine: bool = True) -> Load:
        """Make the calls, wait until all is written, and tell what it cost."""
        asterisk = self.house.asterisk.status().pid
        assert asterisk is not None
        if not engine:
            await self.house.engine.stop()
        pid = self.house.engine.pid
        before = cpu(asterisk), cpu(pid) if pid else 0.0
        told = await self.written()
        plan = Plan(
            extension=number, calls=count, rate=rate, at_once=400, hold=60, ending=Ending.LINE, keys="1",
            keys_after=1.0,
        )  # fmt: skip
        sipp = SippCaller(self.house.toolbox.command("sipp"), self.settings.sip_port)
        result = await sipp.run(plan, within=count / rate + 60)
        if engine:
            await self.settled(told + count)
        after = cpu(asterisk), cpu(pid) if pid else 0.0
        asterisk_ms, engine_ms = ((one - other) / count * 1000 for one, other in zip(after, before, strict=True))
        stories = await self.written() - told
        return Load(name, count, result.failed, asterisk_ms, engine_ms, stories, result.reasons[-300:])

    async def written(self) -> int:
        """Calls in the journal that are over."""
        async with Database(self.settings.database) as database, database.read() as session:
            return sum(call.ended_at is not None for call in await calls.list_calls(session, limit=1_000_000))

    async def settled(self, count: int) -> None:
        """Until so many calls are over in the journal and no notice of a recording waits."""
        until = time.monotonic() + SETTLED_WITHIN
        while time.monotonic() < until:
            await asyncio.sleep(2.0)
            if not any(self.settings.spool.glob("*")) and await self.written() >= count:
                return
        print(f"not settled: {await self.written()} of {count} calls", file=sys.stderr)


async def run(rate: float, seconds: float) -> list[Load]:
    """The loads, one after another in one run."""
    count = round(rate * seconds)
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder))
        async with bench.house:
            with (bench.house.asterisk.dirs.etc / "extensions.conf").open("a") as file:
                file.write(DIALPLAN)
            bench.house.asterisk.run_cli("dialplan reload")
            await bench.load("warm", OURS, 10, 30)
            for name, number, engine in (
                ("dialplan, the engine listens", PURE, True),
                ("engine", OURS, True),
                ("dialplan, no engine", PURE, False),
            ):
                load = await bench.load(name, number, rate, count, engine=engine)
                found.append(load)
                print(
                    f"{name}: {load.calls} calls, {load.failed} failed, CPU per call {load.total_ms:.1f} ms "
                    f"(Asterisk {load.asterisk_ms:.1f}, engine {load.engine_ms:.1f}), {load.told} stories",
                    file=sys.stderr, flush=True,
                )  # fmt: skip
                if load.reasons:
                    print(load.reasons, file=sys.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50.0, help="new calls per second, at most 100")
    parser.add_argument("--seconds", type=float, default=60.0, help="at most 300")
    options = parser.parse_args()
    listening, ours, alone = asyncio.run(run(min(100.0, options.rate), min(300.0, options.seconds)))
    ratios: dict[str, Any] = {
        "engine_to_dialplan": round(ours.total_ms / listening.total_ms, 3),
        "engine_to_dialplan_without_engine": round(ours.total_ms / alone.total_ms, 3),
    }
    print(
        f"CPU per call: {ratios['engine_to_dialplan']} times the dialplan's with journal, manager, CEL and recording on"
        f" (target at most 1.4); {ratios['engine_to_dialplan_without_engine']} times with nobody listening",
        file=sys.stderr,
    )
    loads = [
        {"name": one.name, "calls": one.calls, "failed": one.failed, "asterisk_ms": one.asterisk_ms,
         "engine_ms": one.engine_ms, "stories": one.told}
        for one in (listening, ours, alone)
    ]  # fmt: skip
    print(json.dumps({"command": "scripts/bench calls", "rate": options.rate, "loads": loads, **ratios}))


if __name__ == "__main__":
    main()
