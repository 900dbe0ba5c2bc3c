"""Flows as the console tells of them: drawn, each step, checks, versions, swaps."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden, NotFound
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.console.services import flows
from ivr.core.errors import SiteError
from ivr.core.language import spoken
from ivr.storage import audit
from ivr.storage.models import Call, Step
from tests.unit.console.house.conftest import NOW, person


def shorten(folder: Path, limit: int = 77) -> None:
    with (folder / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\npause_limit: {limit}\n")


async def test_every_step_is_in_the_drawing_and_tells_what_it_does(console: Console, admin: Person) -> None:
    found = await flows.overview(console, admin)
    assert (found.source, len(found.version), found.folder_differs) == ("in-force", 12, False)
    assert [one.name for one in found.flows] == ["main", "night"]
    drawn = ET.fromstring(await flows.drawing(console, admin, "main"))
    named = [one.get("data-step") for one in drawn.iter() if one.get("data-step")]
    assert len(named) == found.flows[0].steps
    for name in named:
        assert name is not None
        told = await flows.step(console, admin, "main", name)
        assert told.name == name
        assert all(one.target in named for one in told.ways)
    menu = await flows.step(console, admin, "main", "main-menu")
    assert {one.language for one in menu.spoken} == {"zh-CN", "en-US", "ko-KR"}
    assert all(one.text for one in menu.spoken)
    with spoken("zh"):
        chinese = await flows.step(console, admin, "main", "main-menu")
    meanings = {one.name: one.meaning for one in menu.settings}
    assert meanings["timeout"] == "seconds to wait for a key (A9)"
    assert {one.name: one.meaning for one in chinese.settings}["timeout"] == "等待按键的秒数（A9）"


async def test_what_is_not_there_is_not_found(console: Console, admin: Person) -> None:
    for work in (
        flows.drawing(console, admin, "nowhere"),
        flows.step(console, admin, "main", "nowhere"),
        flows.overview(console, admin, "0123456789ab"),
        flows.diff(console, admin, "in-force", "../../etc"),
        flows.rollback(console, admin, "0123456789ab"),
    ):
        with pytest.raises(NotFound):
            await work


@pytest.mark.parametrize("role", [Role.AGENT, Role.QA, Role.SUPERVISOR])
async def test_who_may_not(console: Console, role: Role) -> None:
    who = person(role)
    changing = [flows.reload(console, who), flows.rollback(console, who)]
    looking = [
        flows.overview(console, who),
        flows.drawing(console, who, "main"),
        flows.step(console, who, "main", "answer"),
        flows.traffic(console, who, "main"),
        flows.checks(console, who),
        flows.scenarios(console, who),
        flows.versions(console, who),
        flows.diff(console, who, "in-force", "folder"),
    ]
    for work in changing:
        with pytest.raises(Forbidden):
            await work
    for work in looking:
        if role is Role.SUPERVISOR:
            await work
        else:
            with pytest.raises(Forbidden):
                await work


async def test_checks_and_scenarios_of_the_folder(console: Console, admin: Person, folder: Path) -> None:
    assert (await flows.checks(console, admin)).errors == 0
    report = await flows.scenarios(console, admin)
    assert (report.failed, report.passed > 0) == (0, True)
    (folder / "numbers.yaml").write_text("1000: nowhere\n")
    found = await flows.checks(console, admin)
    assert found.errors
    assert found.problems[0].where.startswith("numbers.yaml:1:")
    assert found.problems[0].cure
    with pytest.raises(SiteError):
        await flows.reload(console, admin)
    assert not (await flows.checks(console, admin, "in-force")).errors


async def test_reload_and_rollback_say_what_changed_and_stand_in_the_audit(
    console: Console, admin: Person, folder: Path
) -> None:
    first = (await flows.versions(console, admin)).in_force
    assert first
    shorten(folder)
    seen = await flows.versions(console, admin)
    assert (seen.folder_differs, seen.in_force) == (True, first)
    changes = await flows.diff(console, admin, "in-force", "folder")
    assert [one.text for one in changes] == ["pause_limit: was 120, now 77"]
    shorten_more = seen.folder_version
    assert shorten_more
    (folder / "site.yaml").write_text((folder / "site.yaml").read_text().replace("77", "78"))
    with pytest.raises(Conflict):
        await flows.reload(console, admin, expected=shorten_more)
    done = await flows.reload(console, admin, note="less\nwaiting")
    assert (done.before, done.engine, done.asterisk) == (first, False, False)
    assert [one.text for one in done.changes] == ["pause_limit: was 120, now 78"]
    back = await flows.rollback(console, admin, first, note="too short")
    assert (back.version, back.before) == (first, done.version)
    kept = await flows.versions(console, admin)
    assert [(one.version, one.in_force) for one in kept.versions] == [(first, True), (done.version, False)]
    assert (kept.versions[0].times[0].by, kept.versions[0].times[0].note) == ("admin", "too short")
    async with console.database.read() as session:
        rows = await audit.list_rows(session)
    assert [(row.actor, row.action, row.object, row.detail["note"]) for row in rows] == [
        ("admin", "site.rollback", f"version:{first}", "too short"),
        ("admin", "site.reload", f"version:{done.version}", "lesswaiting"),
    ]


async def test_how_many_calls_came_to_a_step_and_gave_up_there(console: Console, admin: Person) -> None:
    paths = [
        (["answer", "language", "main-menu"], "caller", "self_service"),
        (["answer", "language"], "caller", "self_service"),
        (["answer", "language", "main-menu", "main-menu", "service"], "caller", "answered"),
        (["answer", "language", "main-menu", "service"], "caller", "abandoned"),
    ]
    async with console.database.write() as session:
        for number, (path, by, outcome) in enumerate(paths):
            call = Call(linkedid=str(number), flow="main", started_at=NOW - timedelta(hours=1), outcome=outcome)
            call.hung_up_by = by
            session.add(call)
            await session.flush()
            for seq, name in enumerate(path):
                session.add(Step(call_id=call.id, seq=seq, at=NOW, step=name, kind="x", event="enter", detail={}))
            session.add(Step(call_id=call.id, seq=99, at=NOW, step="x", kind="x", event="enter", detail={"flow": "b"}))
        session.add(Call(linkedid="old", flow="main", started_at=NOW - timedelta(days=3), outcome="abandoned"))
    found = await flows.traffic(console, admin, "main")
    assert (found.calls, found.whole) == (4, True)
    assert {one.step: (one.calls, one.gave_up) for one in found.steps} == {
        "answer": (4, 0),
        "language": (4, 0),
        "main-menu": (3, 0),
        "service": (2, 0),
    }
    other = await flows.traffic(console, admin, "b")
    assert {one.step: (one.calls, one.gave_up) for one in other.steps} == {"x": (4, 3)}
