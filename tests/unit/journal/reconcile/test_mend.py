"""A journal with holes is made whole from the sources, marked, and never contradicted in silence."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.journal.ending import interrupt
from ivr.journal.reconcile.drift import Kind
from ivr.journal.reconcile.mend import MARK
from ivr.journal.reconcile.run import Reconciler
from ivr.storage import calls, sources
from ivr.storage.models import Call, Leg, QueueVisit, Step
from tests.unit.journal.reconcile.asterisk_wrote import AGENTS, BEGIN, LATER, Room, plain, room

pytestmark = pytest.mark.asyncio

DEMO_TALK = "1795314209.4"  # waited, was answered by agent-lee, hung up
BLIND = "1795319946.1"


async def change(there: Room, linkedid: str, damage: Callable[[Call], None]) -> None:
    async with there.database.write() as session:
        call = (await calls.hold(session, [linkedid]))[linkedid]
        call.evidence = {name: value for name, value in call.evidence.items() if name != MARK}
        damage(call)


def no_end(call: Call) -> None:
    """The engine was down when it ended, and closed it when it was back."""
    call.ended_at, call.outcome, call.hung_up_by = None, "", ""
    call.evidence = {name: value for name, value in call.evidence.items() if name != "end_source"}
    for leg in call.legs:
        leg.ended_at = leg.hangup_cause = None
    for visit in call.visits:
        visit.completed_at, visit.ended_by = None, ""
    interrupt(call, (), at=LATER, lost_at=call.started_at + timedelta(seconds=7))
    assert call.outcome == "interrupted"


def never_answered(call: Call) -> None:
    """All that the queue told was missed; only the joining was seen."""
    no_end(call)
    call.outcome, call.ended_at = "", None
    for leg in call.legs:
        leg.ended_at = None
    for leg in call.legs[1:]:
        leg.answered_at, leg.role, leg.agent = None, "other", ""
    for visit in call.visits:
        visit.left_at = visit.connected_at = visit.completed_at = None
        visit.agent = visit.outcome = ""
        for ring in visit.rings:
            ring.result, ring.ended_at = "", None
    interrupt(call, (), at=LATER)


def heard_late(call: Call) -> None:
    """It was heard of when the talk was over: everything seems to begin there."""
    for leg in call.legs[1:]:
        leg.started_at += timedelta(seconds=30)
    call.started_at += timedelta(seconds=9)
    call.legs[0].started_at += timedelta(seconds=9)
    for visit in call.visits:
        visit.joined_at, visit.position, visit.connected_at, visit.outcome = visit.completed_at, None, None, ""  # type: ignore[assignment]
        visit.left_at, visit.agent = None, ""
    call.outcome = "self_service"


def blank(call: Call) -> None:
    call.number = call.caller = call.hung_up_by = ""
    call.answered_at = None
    call.evidence = {}
    for leg in call.legs:
        leg.channel = ""


DAMAGES = (no_end, never_answered, heard_late, blank)


async def test_an_empty_journal_gets_every_call_once(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        report = await there.reconciler.run(since=BEGIN)
        assert (report.compared, report.agreeing, report.left, report.strangers) == (5, 0, 0, 2)
        stories = await there.stories()
        assert len(stories) == 5
        assert all(call.evidence[MARK] for call in stories.values())
        again = await there.reconciler.run(since=BEGIN)
        assert (again.compared, again.agreeing, again.mended, again.left) == (5, 5, 0, 0)
        assert {one: plain(call) for one, call in (await there.stories()).items()} == {
            one: plain(call) for one, call in stories.items()
        }


async def test_whoever_was_not_let_in_before_is_none_of_the_sources_business(tmp_path: Path) -> None:
    """The engine sent him on from the full queue he got into later: Asterisk has written nothing of that."""

    def sent_on(call: Call) -> None:
        (visit,) = call.visits
        at = visit.joined_at - timedelta(seconds=2)
        call.visits.append(
            QueueVisit(queue=visit.queue, joined_at=at, left_at=at, outcome="full", agent="", ended_by="")
        )

    async with room(tmp_path, "demo") as there:
        await there.reconciler.run(since=BEGIN)
        await change(there, DEMO_TALK, sent_on)
        before = plain((await there.stories())[DEMO_TALK])
        report = await there.reconciler.run(since=BEGIN)
        assert (report.compared, report.agreeing, report.mended, report.left) == (5, 5, 0, 0)
        call = (await there.stories())[DEMO_TALK]
        assert plain(call) == before
        assert sorted(visit.outcome for visit in call.visits) == ["answered", "full"]
        assert call.outcome == "answered"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(("name", "linkedid"), [("demo", DEMO_TALK), ("transfers", BLIND)])
async def test_holes_are_filled_with_what_was_there(
    tmp_path: Path, name: str, linkedid: str, damage: Callable[[Call], None]
) -> None:
    async with room(tmp_path, name) as there:
        await there.reconciler.run(since=BEGIN)
        whole = plain((await there.stories())[linkedid])
        await change(there, linkedid, damage)
        assert plain((await there.stories())[linkedid]) != whole
        checked = await there.reconciler.run(since=BEGIN, check=True)
        assert checked.left > 0
        assert {one.linkedid for one in checked.drift} == {linkedid}
        report = await there.reconciler.run(since=BEGIN)
        assert (report.left, report.agreeing) == (0, report.compared - 1)
        call = (await there.stories())[linkedid]
        assert plain(call) == whole
        assert call.evidence[MARK]
        async with there.database.read() as session:
            rows = await sources.reconstructed(session, call.id)
        assert {f"{row.place} {row.field}".strip() for row in rows} >= set(call.evidence[MARK])
        assert (await there.reconciler.run(since=BEGIN)).mended == 0


@pytest.mark.parametrize("seed", range(3))
async def test_rows_and_values_lost_by_chance_come_back(tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)

    def lose(call: Call) -> None:
        for leg in call.legs:
            if choose.random() < 0.3:
                leg.answered_at = None
            if choose.random() < 0.5:
                leg.ended_at = leg.hangup_cause = None
            if leg.role != "caller" and choose.random() < 0.3:
                leg.role, leg.agent = "other", ""
        for visit in call.visits:
            for field in ("left_at", "connected_at", "completed_at", "position"):
                if choose.random() < 0.3:
                    setattr(visit, field, None)
            if choose.random() < 0.3:
                visit.agent = visit.outcome = ""
        call.ended_at, call.outcome, call.hung_up_by = None, "", ""

    async with room(tmp_path, "transfers") as there:
        await there.reconciler.run(since=BEGIN)
        stories = await there.stories()
        for linkedid in stories:
            await change(there, linkedid, lose)
        report = await there.reconciler.run(since=BEGIN)
        assert (report.left, report.mended > 0) == (0, True)
        assert {one: plain(call) for one, call in (await there.stories()).items()} == {
            one: plain(call) for one, call in stories.items()
        }


async def test_a_stay_and_a_leg_that_are_gone_come_back(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        await there.reconciler.run(since=BEGIN)
        whole = plain((await there.stories())[DEMO_TALK])
        async with there.database.write() as session:
            call = (await calls.hold(session, [DEMO_TALK]))[DEMO_TALK]
            for ring in call.visits[0].rings:
                await session.delete(ring)
            await session.delete(call.visits[0])
            await session.delete(call.legs[1])
            call.outcome = "self_service"
        report = await there.reconciler.run(since=BEGIN)
        assert report.left == 0
        assert plain((await there.stories())[DEMO_TALK]) == whole


async def test_a_value_that_was_seen_is_never_overwritten(tmp_path: Path) -> None:
    def other(call: Call) -> None:
        call.visits[0].agent = "agent-kim"
        assert call.visits[0].connected_at
        call.visits[0].connected_at += timedelta(seconds=3)
        call.legs[0].hangup_cause = 99

    async with room(tmp_path, "demo") as there:
        await there.reconciler.run(since=BEGIN)
        await change(there, DEMO_TALK, other)
        before = plain((await there.stories())[DEMO_TALK])
        report = await there.reconciler.run(since=BEGIN)
        assert (report.mended, report.left) == (0, 3)
        assert {(one.field, one.kind) for one in report.drift} == {
            ("agent", Kind.CONTRADICTION),
            ("connected_at", Kind.CONTRADICTION),
            ("hangup_cause", Kind.CONTRADICTION),
        }
        assert plain((await there.stories())[DEMO_TALK]) == before


async def test_who_left_while_the_flow_had_a_phone_ring_contradicts_nobody(tmp_path: Path) -> None:
    def left(call: Call) -> None:
        call.steps.append(Step(seq=1, at=call.started_at, step="hand", kind="transfer", event="dial", detail={}))
        call.outcome = "abandoned"

    def guessed(call: Call) -> None:
        call.outcome = "abandoned"

    async with room(tmp_path, "transfers") as there:
        await there.reconciler.run(since=BEGIN)
        alone = next(name for name, call in (await there.stories()).items() if call.outcome == "self_service")
        await change(there, alone, left)
        assert (await there.reconciler.run(since=BEGIN)).drift == []
        async with there.database.write() as session:
            await session.delete((await calls.hold(session, [alone]))[alone].steps[0])
        await change(there, alone, guessed)
        report = await there.reconciler.run(since=BEGIN)
        assert [(one.linkedid, one.field) for one in report.drift] == [(alone, "outcome")]


@pytest.mark.parametrize(("seconds", "left"), [(0.9, 0), (-0.9, 0), (1.5, 1)])
async def test_times_agree_within_a_second(tmp_path: Path, seconds: float, left: int) -> None:
    def later(call: Call) -> None:
        assert call.legs[1].answered_at
        call.legs[1].answered_at += timedelta(seconds=seconds)

    async with room(tmp_path, "demo") as there:
        await there.reconciler.run(since=BEGIN)
        await change(there, DEMO_TALK, later)
        assert (await there.reconciler.run(since=BEGIN)).left == left


async def test_what_only_the_journal_has_is_told_and_kept(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        await there.reconciler.run(since=BEGIN)
        async with there.database.write() as session:
            await calls.ensure(session, "1795314300.99", BEGIN + timedelta(hours=2))
        report = await there.reconciler.run(since=BEGIN)
        assert [(one.kind, one.linkedid) for one in report.drift] == [(Kind.EXTRA, "1795314300.99")]
        assert len(await there.stories()) == 6


async def test_a_call_under_way_is_left_alone_until_it_is_over(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        cel = there.sources.cel.read_text("utf-8").splitlines(keepends=True)
        ends = [line for line in cel if DEMO_TALK in line and ("HANGUP" in line or "_END" in line)]
        there.sources.cel.write_text("".join(line for line in cel if line not in ends), "utf-8")
        report = await there.reconciler.run(since=BEGIN)
        assert set(report.under_way) == {DEMO_TALK}
        assert DEMO_TALK not in await there.stories()
        with there.sources.cel.open("a", encoding="utf-8") as file:
            file.writelines(ends)
        report = await there.reconciler.run()  # from where the last run left off
        call = (await there.stories())[DEMO_TALK]
        assert report.since <= call.started_at
        assert (report.left, call.outcome) == (0, "answered")


async def test_a_call_that_cannot_be_mended_costs_only_itself(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        async with there.database.write() as session:
            # The agent's channel of one call belongs to another in the journal; it cannot belong to both.
            await calls.ensure(session, "1795314000.1", BEGIN - timedelta(hours=1))
            other = (await calls.hold(session, ["1795314000.1"]))["1795314000.1"]
            other.legs.append(Leg(uniqueid="1795314250.9", role="agent", agent="", started_at=BEGIN))
        report = await there.reconciler.run(since=BEGIN)
        assert {one.linkedid for one in report.drift} == {DEMO_TALK}
        assert len(await there.stories()) == 5  # the other one, and four of five
        assert (await there.reconciler.run(since=BEGIN)).agreeing == 4


async def test_other_files_and_a_later_beginning_leave_the_place_to_go_on(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        other = Reconciler(there.database, there.clock, replace(there.sources, own=False), lambda: AGENTS)
        await other.run(since=BEGIN)
        assert (await there.reconciler.run(since=LATER - timedelta(hours=1), check=True)).compared == 0
        await there.reconciler.run(since=LATER - timedelta(hours=1))
        assert (await there.reconciler.run()).since == LATER - timedelta(days=1)
        assert (await there.reconciler.run()).since == LATER - timedelta(seconds=5)


async def test_a_call_that_just_ended_is_left_to_the_journal(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        last = max(seen.last_at for seen in there.found().calls)
        there.clock.advance((last + timedelta(seconds=2) - LATER).total_seconds())
        report = await there.reconciler.run(since=BEGIN)
        assert len(report.under_way) == 2  # the other one ended a second before
        there.clock.advance(4)
        assert (await there.reconciler.run(since=BEGIN)).under_way == {}


async def test_a_call_that_died_with_asterisk_is_interrupted(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        cel = there.sources.cel.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in cel if DEMO_TALK not in line or ("HANGUP" not in line and "_END" not in line)]
        there.sources.cel.write_text("".join(kept), "utf-8")
        rows = there.sources.queue_log.read_text().splitlines(keepends=True)
        kept = [row for row in rows if DEMO_TALK not in row or "COMPLETE" not in row]
        boot = f"{int(BEGIN.timestamp()) + 20_000}|NONE|NONE|NONE|QUEUESTART|\n"
        there.sources.queue_log.write_text("".join([*kept, boot]))
        report = await there.reconciler.run(since=BEGIN)
        assert (report.left, report.under_way) == (0, {})
        call = (await there.stories())[DEMO_TALK]
        assert (call.outcome, call.visits[0].outcome) == ("interrupted", "answered")
        assert call.ended_at
        assert (await there.reconciler.run(since=BEGIN)).mended == 0


async def test_one_source_alone_tells_what_it_can(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        there.sources.queue_log.unlink()
        report = await there.reconciler.run(since=BEGIN)
        assert (report.missing, report.left) == (("queue_log",), 0)
        call = (await there.stories())[DEMO_TALK]
        assert (call.visits, len(call.legs), call.hung_up_by) == ([], 2, "caller")
    (tmp_path / "other").mkdir()
    async with room(tmp_path / "other", "demo") as there:
        await there.reconciler.run(since=BEGIN)
        there.sources.cel.unlink()
        await change(there, DEMO_TALK, lambda call: setattr(call.visits[0], "agent", ""))
        report = await there.reconciler.run(since=BEGIN)
        assert (report.missing, report.left, report.mended) == (("cel",), 0, 1)
        assert (await there.stories())[DEMO_TALK].visits[0].agent == "agent-lee"


async def test_a_callers_number_is_shown_by_its_end_only(tmp_path: Path) -> None:
    async with room(tmp_path, "demo") as there:
        report = await there.reconciler.run(since=BEGIN)
        assert "1380013" not in str(report.as_dict())
        async with there.database.read() as session:
            for call in (await there.stories()).values():
                for row in await sources.reconstructed(session, call.id):
                    assert "1380013" not in row.after
