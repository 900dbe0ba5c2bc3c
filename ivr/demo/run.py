"""The demo from beginning to end: set up, call, judge, compare."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from dialplan.loading import load_site
from dialplan.model import Site
from dialplan.sites import demo_site
from ivr.asterisk.setup import find_tools
from ivr.asterisk.toolbox import Toolbox
from ivr.core.clock import SystemClock
from ivr.core.completion import to_its_end
from ivr.core.errors import IvrError, QualityError
from ivr.core.language import Text
from ivr.core.settings import Settings
from ivr.demo.compare import Deviation, compare
from ivr.demo.director import Director
from ivr.demo.home import choose_ports, clear
from ivr.demo.house import House
from ivr.demo.parts import PARTS
from ivr.demo.watch import Watch
from ivr.quality import quality_worker
from ivr.reports.indicators import Indicators, indicators, rules_of
from ivr.reports.load import load_story
from ivr.reports.model import CallStory
from ivr.storage import jobs
from ivr.storage.database import Database
from ivr.storage.models import Job
from recording.judging import Judged
from recording.models import find_model
from recording.vault.database import open_database
from recording.vault.sound import reader_for

SETTLE_WITHIN = 60.0


class Show(Protocol):
    """Where people see how far the demo is."""

    def stage(self, number: int, title: Text) -> None:
        """One of ``STAGES`` begins."""
        ...

    def progress(self, stage: str, share: float) -> None:
        """A long work's part and the share of it that is done, 0..1."""
        ...

    def call(self, part: int, text: Text) -> None:
        """What a caller (by id; 0 for agents) does now."""
        ...


STAGES = (
    Text("Asterisk, SIP clients, speech model", "Asterisk、SIP 客户端与语音模型"),
    Text("Asterisk and the engine start", "启动 Asterisk 与呼叫引擎"),
    Text("five callers, two agents: real calls", "五位来电者、两名坐席：真实通话"),
    Text("recordings into the ledger, transcription, judging", "录音入账、转写与评判"),
    Text("reports", "生成报告"),
    Text("the console on these calls", "控制台查看这些通话"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a demo came to.

    Args:
        settings: in force, ports included.
        site: the demo site.
        stories: one per part, in their order.
        figures: the day's indicators.
        deviations: where calls or verdicts were not as described; none when all went well.
        zone: of the site.
    """

    settings: Settings
    site: Site
    stories: Sequence[CallStory]
    figures: Indicators
    deviations: Sequence[Deviation]
    zone: ZoneInfo


async def run_demo(settings: Settings, show: Show) -> tuple[Result, House]:
    """Run the demo; the house still stands when it returns: leave it with ``async with``.

    Raises:
        IvrError: whatever is missing or goes wrong; nothing is left running then.
    """
    show.stage(1, STAGES[0])
    toolbox = await find_tools(settings, progress=show.progress)
    find_model(settings, "ko-KR")
    site = load_site(demo_site())
    show.stage(2, STAGES[1])
    house = await _open(settings, site, toolbox)
    try:
        return await _perform(house, show), house
    except BaseException:
        await house.__aexit__(None, None, None)
        raise


async def _open(settings: Settings, site: Site, toolbox: Toolbox) -> House:
    """A house with nothing left of the demo before."""
    from ivr.asterisk.instance import Instance

    await to_its_end(Instance(settings, toolbox).stop)
    await to_its_end(clear, settings)
    settings = choose_ports(settings.model_copy(update={"site": None}))
    return await House(settings, site, toolbox).__aenter__()


async def _perform(house: House, show: Show) -> Result:
    begun = datetime.now(UTC)
    settings, site = house.settings, house.site
    async with open_database(settings) as database:
        watch = Watch(database)
        show.stage(3, STAGES[2])
        deviations = await Director(house, watch, show.call).run()
        show.stage(4, STAGES[3])
        await _settled(database)
        await _judge(settings, site, database, show)
        show.stage(5, STAGES[4])
        zone = ZoneInfo(site.zone)
        stories = [await _story(database, watch, part.caller, settings, zone) for part in PARTS]
        async with database.read() as session:
            until = datetime.now(UTC) + timedelta(seconds=1)
            figures = await indicators(session, begun - timedelta(seconds=1), until, rules=rules_of(site))
            deviations += compare(stories)
    return Result(settings, site, stories, figures, deviations, zone)


async def _settled(database: Database) -> None:
    """Wait until the ledger has every file and every call has its job."""
    try:
        async with asyncio.timeout(SETTLE_WITHIN):
            while True:
                async with database.read() as session:
                    if sum((await jobs.counts(session, "judge")).values()) >= len(PARTS):
                        return
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise QualityError(
            f"the recordings were not in the ledger within {SETTLE_WITHIN:.0f} s", cure="see the log of ivr serve"
        ) from None


async def _judge(settings: Settings, site: Site, database: Database, show: Show) -> None:
    problems: list[str] = []
    finished_jobs = 0

    def finished(job: Job, result: Judged | IvrError) -> None:
        nonlocal finished_jobs
        finished_jobs += 1
        if isinstance(result, IvrError):
            problems.append(str(result))

    def progress(file: str, share: float) -> None:
        text = Text(f"call {finished_jobs + 1} of {len(PARTS)}", f"第 {finished_jobs + 1}/{len(PARTS)} 通")
        show.progress(str(text), (finished_jobs + share / 2) / len(PARTS))

    with quality_worker(settings, site, database, SystemClock()) as worker:
        await worker.run(progress=progress, finished=finished)
    if problems:
        raise QualityError(f"not every call could be judged: {problems[0]}")


async def _story(database: Database, watch: Watch, caller: str, settings: Settings, zone: ZoneInfo) -> CallStory:
    call = await watch.call_of(caller)
    if call is None:
        raise QualityError(f"the call of {caller} is not in the journal", cure="see the log of ivr serve")
    async with database.read() as session:
        return await load_story(session, call.id, settings.recordings, zone=zone, read=reader_for(settings))
