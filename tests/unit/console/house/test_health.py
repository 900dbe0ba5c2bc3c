"""Health in the console: what runs, what waits, what does not agree, and what is done about it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden, NotFound
from ivr.console.security.permissions import Role
from ivr.console.services import health
from ivr.core.clock import SystemClock
from ivr.core.settings import Settings
from ivr.reports.health.check import State
from ivr.reports.health.processes import processes
from ivr.storage import audit
from ivr.storage.models import Call, Job, QueueVisit, Reconciliation, Recording
from tests.unit.console.house.conftest import NOW, person

ADMIN = person(Role.ADMIN)


async def states(console: Console) -> dict[str, State]:
    return {one.id: one.state for one in (await health.overview(console, ADMIN)).agreement}


async def test_a_house_in_order(console: Console) -> None:
    async with console.database.write() as session:
        session.add(run(left=0))
        await audit.append(session, actor="nightly", action="nightly", object="home", at=NOW, detail={"db tidy": 0})
    backup = console.settings.home / "backups" / "ivr-20260107.tar"
    backup.parent.mkdir(parents=True)
    backup.touch()
    os.utime(backup, (NOW.timestamp(), NOW.timestamp()))
    assert set((await states(console)).values()) == {State.GOOD}
    assert (await health.whole_audit(console, ADMIN)).state is State.GOOD
    assert await health.alive(console)


async def test_each_thing_that_does_not_agree_is_told_with_its_cure(console: Console) -> None:
    async with console.database.write() as session:
        session.add(run(left=3))
        call = Call(linkedid="1", started_at=NOW - timedelta(hours=2), ended_at=NOW - timedelta(hours=1))
        call.visits = [QueueVisit(queue="service", joined_at=call.started_at, connected_at=call.started_at)]
        lost = Recording(linkedid="2", uniqueid="2", role="caller", file="2.wav", state="missing", call=call_of("2"))
        stray = Recording(linkedid="3", uniqueid="3", role="caller", file="3.wav", closed_at=NOW - timedelta(days=1))
        session.add_all([call, lost, stray])
        await audit.append(
            session, actor="nightly", action="nightly", object="home", at=NOW, detail={"recordings verify --deep": 1}
        )
    found = {one.id: one for one in (await health.overview(console, ADMIN)).agreement}
    bad = {name for name, one in found.items() if one.state is State.BAD}
    assert bad == {"drift", "sound-lost", "sound-stray", "talk-unrecorded", "nightly"}
    assert found["backup"].state is State.WARN
    assert all(found[name].cure for name in (*bad, "backup"))
    assert "ivr recordings verify --deep" in found["nightly"].detail


async def test_a_row_of_the_audit_that_was_changed_is_seen(console: Console) -> None:
    async with console.database.write() as session:
        for number in range(3):
            await audit.append(session, actor="a", action="listen", object=f"recording:{number}", at=NOW)
    async with console.database.write() as session:
        rows = await audit.list_rows(session)
        rows[1].object = "recording:17"
    assert (await states(console))["audit"] is State.BAD
    assert (await health.whole_audit(console, ADMIN)).cure


async def test_failed_work_is_done_again_and_audited(console: Console) -> None:
    async with console.database.write() as session:
        for number, state in enumerate(("failed", "quarantined", "done", "queued")):
            call = call_of(str(number))
            session.add(call)
            await session.flush()
            job = Job(kind="judge", call_id=call.id, state=state, attempts=3, created_at=NOW, error=f"why {number}")
            session.add(job)
    jobs = (await health.overview(console, ADMIN)).jobs
    assert jobs.counts == {"failed": 1, "quarantined": 1, "done": 1, "queued": 1}
    assert [(one.state, one.error) for one in jobs.failed] == [("quarantined", "why 1"), ("failed", "why 0")]
    assert jobs.oldest_waiting == NOW
    again = await health.retry(console, ADMIN, jobs.failed[0].id)
    assert (again.state, again.attempts, again.error) == ("queued", 0, "")
    with pytest.raises(Conflict):
        await health.retry(console, ADMIN, jobs.failed[0].id)
    with pytest.raises(NotFound):
        await health.retry(console, ADMIN, 4711)
    async with console.database.read() as session:
        (row,) = await audit.list_rows(session)
    assert (row.actor, row.action, row.detail) == ("admin", "job.retry", {"kind": "judge", "was": "quarantined"})


async def test_only_admins(console: Console) -> None:
    for role in (Role.AGENT, Role.SUPERVISOR, Role.QA):
        who = person(role)
        for work in (
            health.overview(console, who),
            health.machine(console, who),
            health.whole_audit(console, who),
            health.retry(console, who, 1),
        ):
            with pytest.raises(Forbidden):
                await work


async def test_what_the_doctor_says(console: Console) -> None:
    found = await health.machine(console, ADMIN)
    site = next(one for one in found if one.name == "site")
    assert site.state is State.GOOD
    assert all(one.cure for one in found if one.state is State.BAD)


def test_processes_by_their_files(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.run.mkdir(parents=True)
    before = SystemClock().now()
    waiting = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()", "serve"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        (settings.run / "serve.ready").write_text(str(child.pid))
        (settings.run / "qa.ready").write_text(str(child.pid))  # its number was another's, and is not a worker's
        (settings.run / "console.ready").write_text("nonsense")
        found = {one.id: one for one in processes(settings)}
        assert found["engine"].pid == child.pid
        since = found["engine"].since
        assert since is not None
        assert abs(since - before) < timedelta(seconds=30)
        assert [name for name, one in found.items() if one.pid is None] == ["asterisk", "worker", "console"]
        child.communicate(b"")
    assert {one.pid for one in processes(settings)} == {None}


def run(left: int) -> Reconciliation:
    return Reconciliation(
        began_at=NOW, ended_at=NOW, since=NOW, resume_at=NOW, by="engine", calls=10, mended=1, left=left, detail={}
    )


def call_of(linkedid: str) -> Call:
    return Call(linkedid=linkedid, started_at=NOW - timedelta(hours=2), ended_at=NOW - timedelta(hours=1))
