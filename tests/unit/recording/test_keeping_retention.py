from __future__ import annotations

from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from ivr.core.errors import SiteError, UsageError
from ivr.storage import audit, ledger, legal_holds, quality, recordings
from ivr.storage.database import Database
from ivr.storage.models import Call
from recording.keeping.deletion import HeldError, OpenError, begin, finish, finish_all
from recording.keeping.retention import Keeper
from recording.keeping.rules import Facts, Retention, load_retention, rule_for
from tests.unit.recording.keeping_room import NOW, KeepingRoom, names

RULES = """
rules:
  - name: complaints
    match: {queue: complaints}
    min_days: 100
    max_days: 1000
  - name: bad
    match: {score_below: 60, outcome: answered}
    max_days: 400
  - name: chinese
    match: {language: [zh-CN, zh-TW]}
    min_days: 30
    max_days: 90
  - name: strays
    match: {without_call: true}
    max_days: 10
"""


@pytest.fixture
def room(database: Database, tmp_path: Path) -> KeepingRoom:
    return KeepingRoom(database, tmp_path)


def site(tmp_path: Path, text: str = RULES) -> Retention:
    (tmp_path / "retention.yaml").write_text(text, "utf-8")
    return load_retention(tmp_path)


def keeper(room: KeepingRoom, rules: Retention) -> Keeper:
    return Keeper(room.database, room.folder, rules, UTC, room.clock, "test")


async def fates(keeper: Keeper) -> dict[str, str]:
    return {one.recording.file: f"{one.fate} {one.rule.name}" async for one in keeper.due()}


def test_the_first_rule_that_fits_holds(tmp_path: Path) -> None:
    rules = site(tmp_path)
    day = date(2026, 3, 1)

    def found(**facts: object) -> str | None:
        rule = rule_for(rules, Facts(day, **facts))  # type: ignore[arg-type]
        return rule.name if rule else None

    assert found(queues=frozenset({"sales", "complaints"}), language="zh-CN", score=10.0) == "complaints"
    assert found(language="zh-CN", score=59.9, outcome="answered") == "bad"
    assert found(language="zh-CN", score=60.0, outcome="answered") == "chinese"
    assert found(language="zh-CN", outcome="answered") == "chinese"  # not judged yet
    assert found(language="en-US", score=99.0) is None
    assert found(has_call=False) == "strays"


@pytest.mark.parametrize("text", ["", "# nothing yet\n\n", "rules: []\n"])
async def test_without_rules_nothing_goes(room: KeepingRoom, tmp_path: Path, text: str) -> None:
    await room.call(began=NOW - timedelta(days=5000))
    assert load_retention(tmp_path) == Retention()
    rules = site(tmp_path, text)
    assert await fates(keeper(room, rules)) == {}


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("rules:\n  - name: a\n    max_day: 3\n", "retention.yaml:3:5", "RT011"),
        ("rules:\n  - max_days: 3\n", "retention.yaml:2:5", "RT012"),
        ("rules:\n  - name: a\n    max_days: -1\n", "retention.yaml:3:5", "RT010"),
        ("rules:\n  - name: a\n    min_days: 9\n    max_days: 3\n", "retention.yaml:2:5", "RT010"),
        ("rules:\n  - {name: a, match: {outcome: lost}}\n", "retention.yaml:2:", "RT010"),
        ("rules:\n  - {name: a}\n  - {name: a}\n", "retention.yaml:1:1", "RT010"),
        ("rules: [\n", "retention.yaml:2:1", "RB001"),
        ("rules:\n  - name: a\n    max_days: 0\n", "retention.yaml:2:5", "RT010"),
    ],
)
def test_problems_name_their_place(tmp_path: Path, text: str, where: str, code: str) -> None:
    with pytest.raises(SiteError) as caught:
        site(tmp_path, text)
    (problem,) = caught.value.problems
    assert problem.where.startswith(where)
    assert problem.code == code
    assert problem.cure.zh


async def test_what_is_past_its_maximum_goes_and_the_ledger_keeps_the_row(room: KeepingRoom, tmp_path: Path) -> None:
    rules = site(tmp_path)
    old = await room.call(1, began=NOW - timedelta(days=91), agent="您好 一二三")
    await room.call(2, began=NOW - timedelta(days=90))
    await room.call(3, began=NOW - timedelta(days=91), queue="complaints")
    await room.call(4, began=NOW - timedelta(days=91), score=50.0)
    held = await room.call(5, began=NOW - timedelta(days=500))
    async with room.database.write() as session:
        await legal_holds.place(session, held, reason="case 7", actor="law", at=NOW)
        stray = room.sound("6.1-caller.wav", 1.0)
        await recordings.upsert(
            session, stray.name, linkedid="6.1", uniqueid="6.1", role="caller", state="closed",
            started_at=NOW - timedelta(days=11),
        )  # fmt: skip
    keeping = keeper(room, rules)
    assert await fates(keeping) == {
        "1.1-caller.wav": "delete chinese", "1.2-agent.wav": "delete chinese", "5.1-caller.wav": "held chinese",
        "5.2-agent.wav": "held chinese", "6.1-caller.wav": "delete strays",
    }  # fmt: skip
    before = await room.row("1.2-agent.wav")
    done = [(one.recording.file, fate) async for one, fate in keeping.apply()]
    assert sorted(done) == [
        ("1.1-caller.wav", "deleted"), ("1.2-agent.wav", "deleted"), ("5.1-caller.wav", "held"),
        ("5.2-agent.wav", "held"), ("6.1-caller.wav", "deleted"),
    ]  # fmt: skip
    there = {path.name for path in room.folder.iterdir()}
    assert there == {f"{n}.{part}" for n in (2, 3, 4, 5) for part in ("1-caller.wav", "2-agent.wav")}
    row = await room.row("1.2-agent.wav")
    assert (row.state, row.sha256, row.deleted_at) == ("deleted", before.sha256, room.clock.now())
    assert row.note == "retention rule chinese: 91 days old, at most 90"
    async with room.database.read() as session:
        for _, transcript in await quality.transcripts(session, old):
            assert (transcript.text, transcript.words, transcript.speech) == ("", [], [])
        (verdict,) = await quality.list_verdicts(session, old)
        assert (verdict.value, verdict.evidence) == ("said", {"reason": "because"})
        rows = await audit.list_rows(session, objects=[f"recording:{row.id}"])
        assert [(one.action, one.detail["rule"], one.detail["sha256"]) for one in rows] == [
            ("delete", "chinese", before.sha256)
        ]
        assert await audit.verify(session) is None
    assert await fates(keeping) == {"5.1-caller.wav": "held chinese", "5.2-agent.wav": "held chinese"}
    assert await room.codes() == []


@pytest.mark.parametrize("step", ["marked", "removed"])
async def test_a_deletion_broken_off_is_finished(room: KeepingRoom, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    await room.call(caller="my secret words")
    row = await room.row("1.1-caller.wav")
    marked = await begin(room.database, row.id, reason="asked for", actor="test", at=NOW)
    assert marked is not None
    if step == "removed":

        async def lost(*_: object) -> None:
            raise OSError(5, "the process ends here")

        with monkeypatch.context() as patch:
            patch.setattr(ledger, "erase_words", lost)
            with pytest.raises(OSError, match="ends here"):
                await finish(room.database, room.folder, marked, NOW)
        assert not (room.folder / row.file).exists()
    assert names(await room.codes()) == ["half_deleted"]
    if step == "marked":
        assert await finish_all(room.database, room.folder, NOW) == 1
    else:
        assert [one.ok for one in await room.repair()] == [True]
    assert (await room.row(row.file)).state == "deleted"
    assert await room.codes(deep=True) == []
    async with room.database.read() as session:
        assert [transcript.text for transcript in await ledger.words_of(session, row.id)] == [""]
        assert [one.action for one in await audit.list_rows(session)] == ["delete"]


async def test_by_hand_the_minimum_protects_unless_forced(room: KeepingRoom, tmp_path: Path) -> None:
    call = await room.call(began=NOW - timedelta(days=29))
    keeping = keeper(room, site(tmp_path))
    with pytest.raises(UsageError, match="rule chinese keeps it until 2026-03-02"):
        await keeping.delete_call(call, reason="please")
    assert len(await keeping.delete_call(call, reason="court", force=True)) == 2
    async with room.database.read() as session:
        rows = await audit.list_rows(session, action="delete")
    assert [row.detail["forced"] for row in rows] == ["chinese", "chinese"]
    assert await keeping.delete_call(call, reason="again", force=True) == []
    other = await room.call(2, began=NOW - timedelta(days=30))
    assert len(await keeping.delete_call(other, reason="please")) == 2


async def test_a_hold_stops_everything_until_it_is_released(room: KeepingRoom, tmp_path: Path) -> None:
    call = await room.call(began=NOW - timedelta(days=500))
    keeping = keeper(room, site(tmp_path))
    async with room.database.write() as session:
        for reason in ("one", "two"):
            await legal_holds.place(session, call, reason=reason, actor="law", at=NOW)
    with pytest.raises(HeldError):
        await keeping.delete_call(call, reason="please", force=True)
    assert {fate async for _, fate in keeping.apply()} == {"held"}
    await room.change("1.1-caller.wav", state="deleting")  # a deletion broken off before the hold
    assert await finish_all(room.database, room.folder, NOW) == 0
    assert (room.folder / "1.1-caller.wav").exists()
    async with room.database.write() as session:
        assert len(await legal_holds.release(session, call, reason="over", actor="law", at=NOW)) == 2
        assert await legal_holds.list_holds(session) == []
        assert len(await legal_holds.list_holds(session, call_id=call, released=True)) == 2
    assert {fate async for _, fate in keeping.apply()} == {"deleted"}


async def test_a_call_that_goes_on_is_not_deleted(room: KeepingRoom) -> None:
    call_id = await room.call()
    async with room.database.write() as session:
        call = await session.get(Call, call_id)
        assert call is not None
        call.ended_at = None
    with pytest.raises(OpenError):
        await keeper(room, Retention()).delete_call(call_id, reason="please")
    await room.change("1.1-caller.wav", state="open")
    with pytest.raises(OpenError):
        await begin(room.database, (await room.row("1.1-caller.wav")).id, reason="x", actor="y", at=NOW)
