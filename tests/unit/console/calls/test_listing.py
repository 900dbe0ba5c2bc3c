"""The list of calls against what a walk over all of them finds; who may see which, and how numbers look."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Permission, Role
from ivr.console.security.person import Person
from ivr.console.services.calls import export, listing, saved
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.core.settings import Settings
from ivr.reports.calls import CallQuery, find, narrowing
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import AgentTalk, Call, QueueVisit, Recording, Score, Transcript, Verdict

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CALLS = 60
AGENTS, QUEUES, LANGUAGES = ("amy", "bob"), ("sales", "support"), ("zh-CN", "en-US", "ko-KR")
OUTCOMES = ("answered", "abandoned", "voicemail")
SAID = ("您 好 我要 退款", "please refund my order", "환불을 요청", "好 的 谢谢")


def person(role: Role, agent: str = "", login: str = "") -> Person:
    return Person(1, login or role.value, role.value, role, agent=agent, language="en")


QA, BOSS, AMY = person(Role.QA), person(Role.SUPERVISOR), person(Role.AGENT, "amy")


@dataclass(frozen=True)
class Made:
    """One call as it was made."""

    number: int
    caller: str
    queue: str
    agent: str
    outcome: str
    language: str
    wait: float
    talk: float
    score: float | None
    said: str
    started: datetime


def made(number: int) -> Made:
    outcome = OUTCOMES[number % 3]
    talked = outcome == "answered"
    return Made(
        number=number, caller=f"+86138{number:04}{1000 + number % 7}", queue=QUEUES[number % 2] if number % 5 else "",
        agent=AGENTS[number % 4 == 0] if talked else "", outcome=outcome,
        language=LANGUAGES[number % 3 if number % 2 else 0],
        wait=float(number % 9), talk=float(10 * (number % 11)) if talked else 0.0,
        score=float(number * 37 % 101) if talked and number % 6 else None, said=SAID[number % 4] if talked else "",
        started=NOW - timedelta(minutes=(number * 7) % 50),
    )  # fmt: skip


MADE = [made(number) for number in range(CALLS)]


def rows_of(one: Made) -> Call:
    call = Call(
        linkedid=f"{one.number}.1", started_at=one.started, ended_at=one.started + timedelta(minutes=5),
        caller=one.caller, number="4001", language=one.language, outcome=one.outcome,
    )  # fmt: skip
    if one.queue:
        end = one.started + timedelta(seconds=one.wait)
        call.visits.append(QueueVisit(queue=one.queue, joined_at=one.started, left_at=end))
        call.visits.append(QueueVisit(queue=one.queue, joined_at=end, left_at=end))  # and once more
    if one.agent:
        end = one.started + timedelta(seconds=one.talk)
        call.talks.append(AgentTalk(agent=one.agent, origin="queue", connected_at=one.started, completed_at=end))
        said = Transcript(model="m", pipeline="p", text=one.said, words=[{"word": "x"}], speech=[], created_at=NOW)
        recording = Recording(linkedid=call.linkedid, uniqueid=call.linkedid, role="agent", file=f"{one.number}.wav")
        recording.transcripts.append(said)
        call.recordings.append(recording)
    return call


@pytest.fixture
async def console(url: str, tmp_path: Path) -> AsyncIterator[Console]:
    async with Database(url) as database:
        async with database.write() as session:
            calls = [rows_of(one) for one in MADE]
            session.add_all(calls)
            await session.flush()
            for one, call in zip(MADE, calls, strict=True):
                if one.score is not None:
                    session.add_all(judged(call.id, one.score))
        clock = FixedClock(NOW)
        yield Console.of(Settings(home=tmp_path), database, clock)


def judged(call: int, score: float) -> list[Any]:
    """An older judging that says the opposite, and the newest."""
    found: list[Any] = []
    for run, at, value, points in (("a", 1, "said", 1.0), ("b", 2, "said" if score >= 50 else "not_said", score)):
        same = {
            "call_id": call,
            "run": run,
            "rulebook": "b",
            "rulebook_version": "1",
            "created_at": NOW + timedelta(at),
        }
        found.append(Score(points=points, possible=100, items=[], **same))
        passed = value == "said"
        verdict = Verdict(rule="opening", value=value, passed=passed, evidence={}, model="m", thresholds="t", **same)
        found.append(verdict)
    return found


async def everything(console: Console, who: Person, query: CallQuery, limit: int = 7) -> list[listing.CallLine]:
    """All pages forwards; the same backwards."""
    lines: list[listing.CallLine] = []
    after, last = "", ""
    while True:
        page = await listing.search(console, who, query, after=after, limit=limit)
        lines += page.calls
        last, after = page.before, page.after
        if not after:
            break
    back: list[listing.CallLine] = list(page.calls)
    while last:
        page = await listing.search(console, who, query, before=last, limit=limit)
        back = [*page.calls, *back]
        last = page.before
    assert [one.id for one in back] == [one.id for one in lines]
    assert (await listing.count(console, who, query)).count == len(lines)
    return lines


def by_time(one: Made) -> tuple[Any, ...]:
    return (one.started, one.number)


CASES: list[tuple[CallQuery, Callable[[Made], bool]]] = [
    (CallQuery(), lambda one: True),
    (CallQuery(agent="amy"), lambda one: one.agent == "amy"),
    (CallQuery(queue="sales", outcome="abandoned"), lambda one: one.queue == "sales" and one.outcome == "abandoned"),
    (CallQuery(language="ko-KR"), lambda one: one.language == "ko-KR"),
    (CallQuery(caller="1003"), lambda one: one.caller.endswith("1003")),
    (CallQuery(score_min=20, score_max=60), lambda one: one.score is not None and 20 <= one.score <= 60),
    (CallQuery(rule="opening", verdict="missed"), lambda one: one.score is not None and one.score < 50),
    (CallQuery(rule="opening", verdict="hit"), lambda one: one.score is not None and one.score >= 50),
    (CallQuery(rule="opening", verdict="unsure"), lambda one: False),
    (CallQuery(verdict="missed"), lambda one: one.score is not None and one.score < 50),
    (CallQuery(words="退款"), lambda one: "退款" in one.said),
    (CallQuery(words="refund", language="en-US"), lambda one: "refund" in one.said and one.language == "en-US"),
    (CallQuery(words="환불", agent="bob", order="asc"), lambda one: "환불" in one.said and one.agent == "bob"),
    (CallQuery(words="caller:refund"), lambda one: False),
    (CallQuery(since="2026-03-02T15:30"), lambda one: one.started >= NOW - timedelta(minutes=30)),
    (CallQuery(until="2026-03-02T15:30"), lambda one: one.started < NOW - timedelta(minutes=30)),
    (CallQuery(until="2026-03-01"), lambda one: False),
    (CallQuery(recording="none"), lambda one: not one.agent),
    (CallQuery(recording="kept", queue="sales"), lambda one: bool(one.agent) and one.queue == "sales"),
    (CallQuery(recording="deleted"), lambda one: False),
    (CallQuery(has="complaint"), lambda one: False),
    (CallQuery(outcome="open"), lambda one: False),
    (CallQuery(queue="nowhere", words="退款"), lambda one: False),
]


async def test_every_filter_finds_what_a_walk_finds(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "FIRST_STRETCH", 9)
    for few in (0, 24, 2000):  # the list walks back in time, or begins with the calls that fit
        monkeypatch.setattr(narrowing, "FEW", few)
        for query, fits in CASES:
            wanted = sorted(filter(fits, MADE), key=by_time, reverse=query.order == "desc")
            lines = await everything(console, BOSS, query)
            assert [int(one.linkedid[:-2]) for one in lines] == [one.number for one in wanted], query


async def test_other_orders_have_every_call_once(console: Console) -> None:
    for sort, key in (("wait", "wait_s"), ("talk", "talk_s"), ("score", "score")):
        for order in ("asc", "desc"):
            lines = await everything(console, BOSS, CallQuery.of({"sort": sort, "order": order}))
            figures = [getattr(one, key) for one in lines]
            assert figures == sorted(figures, reverse=order == "desc") and len({one.id for one in lines}) == len(lines)
            assert len(lines) == (sum(one.score is not None for one in MADE) if sort == "score" else CALLS)


async def test_a_row_shows_what_the_call_was(console: Console) -> None:
    page = await listing.search(console, BOSS, CallQuery(words="退款", order="asc"), limit=1)
    line = page.calls[0]
    one = MADE[int(line.linkedid[:-2])]
    assert (line.caller, line.queue, line.agent, line.outcome) == (one.caller, one.queue, one.agent, one.outcome)
    assert (line.wait_s, line.talk_s, line.score) == (one.wait if one.queue else 0, one.talk, one.score)
    assert line.recording == "kept"
    assert [(quote.side, [part.text for part in quote.parts if part.found]) for quote in line.quotes] == [
        ("agent", ["退款"])
    ]


async def test_an_agent_sees_the_calls_he_talked_in(console: Console) -> None:
    mine = {one.number for one in MADE if one.agent == "amy"}
    lines = await everything(console, AMY, CallQuery())
    assert {int(one.linkedid[:-2]) for one in lines} == mine
    assert await everything(console, AMY, CallQuery(agent="bob")) == []
    assert await everything(console, person(Role.AGENT), CallQuery()) == []
    nobody = Person(1, "x", "x", Role.QA, scopes=frozenset({Permission.TRENDS}))
    for ask in (
        listing.search(console, nobody, CallQuery()),
        listing.count(console, nobody, CallQuery()),
        listing.choices(console, nobody),
        saved.listed(console, nobody),
        listing.beside(console, nobody, CallQuery(), 1),
    ):
        with pytest.raises(Forbidden):
            await ask


async def test_numbers_are_masked_and_cannot_be_tried_out(console: Console) -> None:
    whole = MADE[3].caller
    seen = await everything(console, QA, CallQuery(caller=whole))
    assert len(seen) == 1 and seen[0].caller != whole and seen[0].caller.endswith(whole[-2:]) and "*" in seen[0].caller
    assert await everything(console, QA, CallQuery(caller=whole[-4:]))
    assert (
        await everything(console, QA, CallQuery(caller=whole[-6:])) == []
    )  # the rest cannot be guessed digit by digit
    assert await everything(console, BOSS, CallQuery(caller=whole[-6:]))
    with pytest.raises(UsageError, match="4 digits"):
        await listing.search(console, QA, CallQuery(caller="003"))
    assert (await listing.search(console, BOSS, CallQuery(caller="003"))).calls


async def test_the_calls_beside_one_are_those_of_the_list(console: Console) -> None:
    for query in (CallQuery(), CallQuery(words="refund", order="asc"), CallQuery(sort="score")):
        lines = await everything(console, BOSS, query)
        for at, line in enumerate(lines[:5]):
            found = await listing.beside(console, BOSS, query, line.id)
            assert found.previous == (lines[at - 1].id if at else None)
            assert found.next == (lines[at + 1].id if at + 1 < len(lines) else None)
    (not_his,) = (one for one in await everything(console, BOSS, CallQuery()) if one.linkedid == "1.1")
    assert await listing.beside(console, AMY, CallQuery(), not_his.id) == listing.Beside(previous=None, next=None)
    assert await listing.beside(console, BOSS, CallQuery(), 10**6) == listing.Beside(previous=None, next=None)


async def test_places_nobody_gave_are_refused(console: Console) -> None:
    for place in ("x", "1", "20260302T080000.000000_x", "9" * 70, "'; --_1", "1_1"):
        with pytest.raises(UsageError) as caught:
            await listing.search(console, BOSS, CallQuery(), after=place)
        assert caught.value.cure
    for place in ("20260302T080000.000000_1", "nan_1", "1-_1", "._1"):
        with pytest.raises(UsageError):
            await listing.search(console, BOSS, CallQuery(sort="score"), before=place)
    assert await listing.search(console, BOSS, CallQuery(sort="score"), after="0_1") == listing.Calls()


async def test_an_export_is_audited_masked_and_whole(console: Console) -> None:
    query = CallQuery(outcome="answered", since="2026-03-01")
    wanted = sorted((one for one in MADE if one.outcome == "answered"), key=by_time, reverse=True)
    with pytest.raises(Forbidden):
        await export.begin(console, AMY, query, "csv")
    for who, kind in ((QA, "csv"), (BOSS, "json")):
        begun = await export.begin(console, who, query, kind)  # type: ignore[arg-type]
        text = b"".join([part async for part in export.lines(console, who, begun, kind)]).decode("utf-8-sig")  # type: ignore[arg-type]
        if kind == "csv":
            rows = list(csv.reader(io.StringIO(text)))
            assert rows[0][:3] == ["Call", "Began", "Caller"] and len(rows) == len(wanted) + 1
            assert all("*" in row[2] and not row[2].startswith("+") for row in rows[1:])
        else:
            data = json.loads(text)
            assert [row["caller"] for row in data] == [one.caller for one in wanted]
    async with console.database.read() as session:
        noted = [row for row in await audit.list_rows(session) if row.action == "calls.export"]
    assert {(row.actor, row.detail["format"], row.detail["count"]) for row in noted} == {
        ("qa", "csv", len(wanted)),
        ("supervisor", "json", len(wanted)),
    }
    assert noted[0].detail["filters"] == {"outcome": "answered", "since": "2026-03-01"}
    assert CallQuery(caller="13800138000").masked()["caller"] == "*********00"


async def test_an_export_of_nothing_is_a_file(console: Console) -> None:
    begun = await export.begin(console, BOSS, CallQuery(queue="nowhere"), "json")
    assert json.loads(b"".join([part async for part in export.lines(console, BOSS, begun, "json")])) == []


async def test_searches_are_kept_shared_and_removed(console: Console) -> None:
    query = CallQuery(queue="sales", words='"我要 退款"')
    mine = await saved.keep(console, QA, "  my\x00 search ", query)
    ours = await saved.keep(console, QA, "ours", CallQuery(), shared=True)
    assert mine.title == "my search" and mine.mine and CallQuery.of(mine.filters) == query
    assert [one.title for one in await saved.listed(console, BOSS)] == ["ours"]
    assert await saved.listed(console, AMY) == []  # who sees his own calls only gets his own searches only
    again = await saved.keep(console, QA, "my search", CallQuery(queue="support"))
    assert again.id == mine.id and again.filters == {"queue": "support"}
    for who, number, error in ((BOSS, mine.id, NotFound), (BOSS, ours.id, Forbidden), (AMY, ours.id, NotFound)):
        with pytest.raises(error):
            await saved.remove(console, who, number)
    with pytest.raises(Forbidden):
        await saved.keep(console, AMY, "shared", CallQuery(), shared=True)
    with pytest.raises(UsageError):
        await saved.keep(console, BOSS, "a number for all", CallQuery(caller="13800138000"), shared=True)
    for title in ("", " ", "x" * 81):
        with pytest.raises(UsageError):
            await saved.keep(console, QA, title, query)
    await saved.remove(console, person(Role.ADMIN), ours.id)
    await saved.remove(console, QA, mine.id)
    assert await saved.listed(console, QA) == []
