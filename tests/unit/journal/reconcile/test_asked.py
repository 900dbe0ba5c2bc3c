"""An agent asks his own queue (*72) before he hands on: two stays in it at a time, on a real Asterisk.

Four callers: handed on; the agent asked hangs up; the caller hangs up meanwhile; handed on while the phone rings.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.ami import events as ev
from ivr.core.clock import FixedClock
from ivr.journal import queueing
from ivr.journal.reconcile.gather import gather
from ivr.journal.reconcile.rebuild import Seen, rebuild
from ivr.journal.reconcile.run import Reconciler
from ivr.journal.told import visit_of
from ivr.storage.models import Call, QueueVisit
from tests.unit.journal.reconcile.asterisk_wrote import AGENTS, BEGIN, Room, room, rows_of

AFTER = datetime(2026, 11, 22, 9, tzinfo=UTC)


def seen(name: str = "asked") -> list[Seen]:
    return [one for one in rebuild(gather(*rows_of(name)), AGENTS) if one.ours]


def second(moment: datetime | None) -> float:
    assert moment is not None
    return round(moment.timestamp() - 1795330000, 1)


def test_each_stay_has_its_own_end_and_each_agent_his_own_talk() -> None:
    calls = [one.call for one in seen()]
    assert [call.hung_up_by for call in calls] == ["agent", "agent", "caller", "agent"]
    assert [[(visit.agent, visit.ended_by) for visit in call.visits] for call in calls] == [
        [("agent-lee", "transfer"), ("agent-kim", "agent")],
        [("agent-lee", "agent"), ("agent-kim", "agent")],
        [("agent-lee", "caller"), ("agent-kim", "caller")],
        [("agent-lee", "transfer"), ("agent-kim", "agent")],
    ]
    assert [
        [
            (talk.agent, second(talk.connected_at), second(talk.completed_at), talk.handed_by, talk.ended_by)
            for talk in call.talks
        ]
        for call in calls
    ] == [
        [
            ("agent-lee", 5994.1, 6006.0, "", "transfer"),  # the whole second of queue_log
            ("agent-kim", 6006.1, 6009.3, "agent-lee", "agent"),
        ],
        [("agent-lee", 6035.7, 6051.0, "", "agent")],
        [("agent-lee", 6077.3, 6087.9, "", "caller")],
        [
            ("agent-lee", 6118.6, 6126.0, "", "transfer"),
            ("agent-kim", 6128.1, 6131.3, "agent-lee", "agent"),
        ],
    ]


def newest(call: Call, fact: ev.QueueLeft | ev.QueueAbandoned | ev.AgentEvent) -> QueueVisit | None:
    """A wrong rule: whatever is told of a queue is about the newest stay in it."""
    return visit_of(call, fact.queue)


async def drifts(there: Room) -> list[tuple[str, str]]:
    clock = FixedClock(AFTER)
    run = Reconciler(there.database, clock, there.sources, lambda: AGENTS)
    report = await run.run(since=BEGIN, check=True)
    assert report.compared == 4
    return [(one.place, one.field) for one in report.drift]


async def test_a_story_told_by_a_wrong_rule_is_noticed_by_that_rule_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, "asked") as there:
        with monkeypatch.context() as wrong:
            wrong.setattr(queueing, "_visit", newest)
            run = Reconciler(there.database, FixedClock(AFTER), there.sources, lambda: AGENTS)
            await run.run(since=BEGIN)
            by_the_rows = await drifts(there)
        assert ("visit service 1", "completed_at") in by_the_rows
        assert ("visit service 2", "ended_by") in by_the_rows
        by_the_rule = await drifts(there)
        assert ("visit service 2", "completed_at") in by_the_rule
        assert ("call", "hung_up_by") in by_the_rule


async def test_a_story_told_right_agrees_with_every_row(tmp_path: Path) -> None:
    async with room(tmp_path, "asked") as there:
        run = Reconciler(there.database, FixedClock(AFTER), there.sources, lambda: AGENTS)
        assert (await run.run(since=BEGIN)).left == 0
        assert await drifts(there) == []
    assert all(len(one.served) == 2 for one in seen())


async def test_app_queue_that_saw_a_hand_over_as_a_hanging_up_does_not_contradict_it(tmp_path: Path) -> None:
    async with room(tmp_path, "asked") as there:
        log = there.sources.queue_log
        rows, seen_as = re.subn(r"\|ATTENDEDTRANSFER\|BRIDGE\|[^|]+", "|COMPLETEAGENT", log.read_text("utf-8"))
        assert seen_as == 2
        log.write_text(rows, "utf-8")
        run = Reconciler(there.database, FixedClock(AFTER), there.sources, lambda: AGENTS)
        assert (await run.run(since=BEGIN)).left == 0
        assert await drifts(there) == []
        stays = [[visit.ended_by for visit in call.visits] for call in (await there.stories()).values()]
    assert stays.count(["transfer", "agent"]) == 2


def test_a_phone_that_refuses_a_caller_handed_on_was_rung_by_no_queue() -> None:
    """Lee hands on to Kim, who refuses; back in the queue Lee takes him, hands on by key, Kim by REFER."""
    (one,) = seen("handed")
    assert [[(ring.agent, ring.result) for ring in visit.rings] for visit in one.call.visits] == [
        [("agent-lee", "answered")]
    ] * 3
    unanswered = [leg for leg in one.call.legs if leg.answered_at is None]
    assert [(leg.channel.partition("-")[0], leg.role, leg.agent) for leg in unanswered] == [("PJSIP/6002", "other", "")]
    assert [(talk.agent, talk.origin, talk.handed_by, talk.ended_by) for talk in one.call.talks] == [
        ("agent-lee", "queue", "", "transfer"),
        ("agent-lee", "queue", "", "transfer"),
        ("agent-kim", "transfer", "agent-lee", "transfer"),
        ("agent-lee", "queue", "agent-kim", "agent"),
    ]
