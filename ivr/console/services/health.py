"""How the installation is: what runs, what waits, what does not agree, each with its cure."""

from __future__ import annotations

import asyncio
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from pydantic import BaseModel, ConfigDict, Field

from ivr.asterisk.install import find_asterisk
from ivr.call.versions import VersionStore
from ivr.call.versions.putting import serving_version
from ivr.console.context import Console
from ivr.console.errors import Conflict, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.reports.health import agreement, doctor, house, processes
from ivr.reports.health.check import Check, State
from ivr.storage import audit, jobs
from ivr.storage.migrations import current, newest
from ivr.storage.models import Job

LISTED = 50
ALIVE_WITHIN = 2.0  # seconds
WITHIN = 20.0  # seconds Asterisk may take to tell of its trunks
_PENDING = ("failed", "quarantined")


class Told(BaseModel):
    """Frozen."""

    model_config = ConfigDict(frozen=True)


class CheckTold(Told):
    """One thing looked at."""

    id: str
    name: str
    state: State
    detail: str
    cure: str = Field(description="how to mend it; empty when nothing is to be done")


class ProcessTold(Told):
    """One process of the installation."""

    id: str
    name: str
    running: bool
    pid: int | None
    since: datetime | None
    cure: str


class JobTold(Told):
    """Work that failed."""

    id: int
    kind: str
    call: int
    state: str
    attempts: int
    error: str
    created_at: datetime
    finished_at: datetime | None


class JobsTold(Told):
    """The queue of jobs."""

    counts: dict[str, int]
    oldest_waiting: datetime | None
    failed: list[JobTold] = Field(description="the newest of those that failed or were set aside")


class VersionTold(Told):
    """What runs in which version."""

    name: str
    version: str


class HealthTold(Told):
    """Everything that is quick to look at."""

    processes: list[ProcessTold]
    jobs: JobsTold
    agreement: list[CheckTold]
    versions: list[VersionTold]


async def alive(console: Console) -> bool:
    """Whether the database answers, within 2 s."""
    try:
        async with asyncio.timeout(ALIVE_WITHIN), console.database.read() as session:
            await jobs.get(session, 0)
    except (TimeoutError, IvrError):
        return False
    return True


async def overview(console: Console, who: Person) -> HealthTold:
    """Processes, jobs, what must agree, versions.

    Raises:
        Forbidden: if he may not see it.
        StorageError: if the database cannot be read.
    """
    who.must(Permission.HEALTH)
    now = console.clock.now()
    running = await asyncio.to_thread(lambda: list(processes.processes(console.settings)))
    async with console.database.read() as session:
        counts = await jobs.counts(session)
        waiting = await jobs.oldest_waiting(session)
        failed = [row for state in _PENDING for row in await jobs.list_jobs(session, state=state, limit=LISTED)]
        checks = [
            await agreement.drift(session, now),
            *[one async for one in agreement.sound(session, now)],
            await house.nightly(session, now),
            await agreement.chain(session),
        ]
    checks.append(await asyncio.to_thread(house.backups, console.settings, now))
    failed.sort(key=lambda row: row.id, reverse=True)
    return HealthTold(
        processes=[
            ProcessTold(
                id=one.id,
                name=str(one.name),
                running=one.pid is not None,
                pid=one.pid,
                since=one.since,
                cure="" if one.pid is not None else str(one.cure),
            )
            for one in running
        ],
        jobs=JobsTold(counts=counts, oldest_waiting=waiting, failed=[_job(row) for row in failed[:LISTED]]),
        agreement=[_told(one) for one in checks],
        versions=await asyncio.to_thread(_versions, console),
    )


async def machine(console: Console, who: Person) -> list[CheckTold]:
    """What the installation stands on, as ``ivr doctor`` says it, and the trunks that log in; takes seconds.

    Raises:
        Forbidden: if he may not see it.
    """
    who.must(Permission.HEALTH)
    found = await asyncio.to_thread(lambda: list(doctor.examine(console.settings)))
    told = [
        CheckTold(
            id=f"doctor-{number}",
            name=str(one.name),
            state=State.GOOD if one.ok else State.BAD,
            detail=str(one.detail),
            cure="" if one.ok else str(one.cure),
        )
        for number, one in enumerate(found)
    ]
    try:
        async with asyncio.timeout(WITHIN):
            trunks = await asyncio.to_thread(lambda: list(house.trunks(console.settings, console.site())))
    except (TimeoutError, IvrError):
        trunks = []
    return [*told, *(_told(one) for one in trunks)]


async def whole_audit(console: Console, who: Person) -> CheckTold:
    """The audit from its first row on.

    Raises:
        Forbidden: if he may not see it.
    """
    who.must(Permission.HEALTH)
    async with console.database.read() as session:
        return _told(await agreement.chain(session, whole=True))


async def retry(console: Console, who: Person, job: int) -> JobTold:
    """Have work done again that failed or was set aside; audited.

    Raises:
        Forbidden: if he may not.
        NotFound: if there is no such job.
        Conflict: if it has not failed.
    """
    who.must(Permission.HEALTH)
    async with console.database.write() as session:
        row = await jobs.get(session, job)
        if row is None:
            raise NotFound(Text(f"no job {job}", f"没有任务 {job}"))
        if row.state not in _PENDING:
            raise Conflict(
                Text(f"job {job} has not failed", f"任务 {job} 并未失败"), cure=Text("reload the page", "请刷新页面")
            )
        detail = {"kind": row.kind, "was": row.state}
        await jobs.requeue(session, row.kind, row.call_id)
        await audit.append(
            session, actor=who.login, action="job.retry", object=f"call:{row.call_id}", at=console.clock.now(),
            detail=detail,
        )  # fmt: skip
        await session.refresh(row)
        return _job(row)


def _job(row: Job) -> JobTold:
    return JobTold(
        id=row.id,
        kind=row.kind,
        call=row.call_id,
        state=row.state,
        attempts=row.attempts,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _told(one: Check) -> CheckTold:
    cure = "" if one.state is State.GOOD else str(one.cure)
    return CheckTold(id=one.id, name=str(one.name), state=one.state, detail=str(one.detail), cure=cure)


def _versions(console: Console) -> list[VersionTold]:
    settings = console.settings
    try:
        ours = version("callwright")
    except PackageNotFoundError:
        ours = "?"
    found = [VersionTold(name="callwright", version=ours)]
    try:
        asterisk = find_asterisk(settings, needs=("asterisk",), install=False).version()
        found.append(VersionTold(name="Asterisk", version=asterisk))
    except (IvrError, OSError):
        found.append(VersionTold(name="Asterisk", version="–"))
    tables = current(settings.database)
    behind = "" if tables == newest() else f" ({newest()})"
    found.append(VersionTold(name=str(Text("tables", "数据表")), version=f"{tables}{behind}"))
    try:
        force = VersionStore.of(settings).in_force()
        serving = serving_version(settings)
    except IvrError:
        force, serving = None, None
    in_force = force.version if force else "–"
    found.append(VersionTold(name=str(Text("site in force", "生效站点版本")), version=in_force))
    found.append(VersionTold(name=str(Text("site the engine serves", "引擎使用的站点版本")), version=serving or "–"))
    return found


__all__ = [
    "CheckTold",
    "HealthTold",
    "JobTold",
    "JobsTold",
    "ProcessTold",
    "VersionTold",
    "alive",
    "machine",
    "overview",
    "retry",
    "whole_audit",
]
