"""The index is what the newest transcripts say, whatever changes them. The same runs on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.clock import SystemClock
from ivr.storage import calls, ledger, quality, recordings
from ivr.storage.database import Database
from ivr.storage.models import (
    AgentTalk,
    Backfill,
    Call,
    CallFacts,
    QueueVisit,
    Recording,
    RecordingTokens,
    Score,
    Transcript,
    Verdict,
)
from ivr.storage.search import fill
from ivr.storage.search.hooks import index_key
from ivr.storage.search.index import matching, restore
from ivr.storage.search.tokens import tokens_of
from ivr.storage.search.words import parse
from recording.keeping.redact import mask_transcript
from recording.vault import Identity, KeyFolder, Vault
from recording.vault.changes import init
from recording.vault.errors import KeysError
from recording.vault.sealing import seal_rows
from tests.unit.storage.test_repositories import NOW, add_call, after

SAID = {"agent": "您 好 我要退款 gladly 환불을 요청", "caller": "我 的 订单 号 是 12 345 please refund"}
_MADE = iter(range(10**9))


def words_of(said: str) -> list[dict[str, Any]]:
    return [{"word": one, "start": n / 2, "end": n / 2 + 0.4, "conf": 1.0} for n, one in enumerate(said.split())]


async def say(database: Database, call: int, role: str, said: str, at: datetime = NOW, *, file: str = "") -> int:
    """A recording of a call with what was said in it; or a newer transcript of that file."""
    async with database.write() as session:
        linkedid = (await session.get_one(Call, call)).linkedid
        unique = file or f"{next(_MADE)}.wav"
        row = await recordings.upsert(
            session, unique, linkedid=linkedid, uniqueid=unique, role=role, agent="", state="closed"
        )
        one = Transcript(
            recording_id=row.id, model="m", pipeline="p", text=" ".join(said.split()), words=words_of(said), speech=[],
            created_at=at,
        )  # fmt: skip
        await quality.save_transcript(session, one)
        return row.id


async def found(database: Database, query: str) -> set[int]:
    async with database.read() as session:
        return await found_in(session, database, query)


async def found_in(session: AsyncSession, database: Database, query: str) -> set[int]:
    wanted = matching(parse(query), index_key(database.sealer), sqlite=database.is_sqlite)
    return set(await session.scalars(wanted))


async def in_step(database: Database) -> None:
    """The tokens kept are those of the newest transcripts, and the index finds by each of them."""
    async with database.read() as session:
        newest = select(func.max(Transcript.id)).group_by(Transcript.recording_id)
        rows = (await session.scalars(select(Transcript).where(Transcript.id.in_(newest)))).all()
        wanted = {row.recording_id: " ".join(tokens_of(row.text).row) for row in rows if tokens_of(row.text)}
        kept = {row.recording_id: row.row for row in await session.scalars(select(RecordingTokens))}
        if database.sealer is None:
            assert kept == wanted
        assert kept.keys() == wanted.keys()


@pytest.fixture
async def call(database: Database) -> int:
    number = await add_call(database, f"{next(_MADE)}.1")
    for role, said in SAID.items():
        await say(database, number, role, said)
    return number


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("退款", True),
        ("要 退款", True),
        ('"我要退款"', True),
        ('"退款我要"', False),
        ("退", True),
        ("好我", True),  # characters on both sides of the recogniser's space are neighbours
        ("환불", True),
        ("환", True),
        ('"환불을 요청"', True),
        ('"환불 요청"', False),
        ("Refund", True),
        ('"please refund"', True),
        ('"refund please"', False),
        ("REFUND 订单 gladly", True),  # not of one party
        ('"gladly 我的"', False),  # no phrase of two parties
        ("refund -投诉", True),
        ("refund -订单", False),
        ("agent:退款", True),
        ("caller:退款", False),
        ("caller:退", False),
        ("agent:refund", False),
        ('客户："please refund"', True),
        ("345", True),
        ("34", False),
        ("refun", False),
        ("NEAR(refund please)", False),
        ("call_words", False),
    ],
)
async def test_calls_are_found_by_what_was_said(database: Database, call: int, query: str, is_found: bool) -> None:
    assert (call in await found(database, query)) is is_found


@pytest.mark.parametrize("query", ["' OR 1=1 --", "\x00refund\x00", "refund:* & !x", "{agent}: refund", '"""refund'])
async def test_hostile_queries_are_only_words(database: Database, call: int, query: str) -> None:
    assert await found(database, query) <= {call}


async def test_a_newer_transcript_takes_the_place_of_an_older(database: Database, call: int) -> None:
    number = await say(database, call, "agent", "hello again", file="b.wav")
    await say(database, call, "agent", "good evening", after(5), file="b.wav")
    assert not await found(database, '"hello again"') and call in await found(database, '"good evening"')
    async with database.write() as session:  # of an old one nothing is found, whatever becomes of it
        old = min(await ledger.words_of(session, number), key=lambda row: row.id)
        mask_transcript(old, ((0.0, 0.5),))
    assert call in await found(database, '"good evening"')
    await in_step(database)


async def test_what_is_erased_or_masked_is_not_found(database: Database, call: int) -> None:
    async with database.read() as session:
        rows = {row.role: row.id for row in await session.scalars(select(Recording).where(Recording.call_id == call))}
    async with database.write() as session:
        for transcript in await ledger.words_of(session, rows["caller"]):
            mask_transcript(transcript, ((2.4, 3.5),))  # 12 345
    assert not await found(database, "345") and call in await found(database, "订单")
    async with database.write() as session:
        await ledger.erase_words(session, rows["caller"])
    assert not await found(database, "订单") and call in await found(database, "退款")
    async with database.write() as session:
        await ledger.erase_words(session, rows["agent"])
    assert not await found(database, "退款")
    await in_step(database)


async def test_a_transaction_that_fails_leaves_the_index_alone(database: Database, call: int) -> None:
    class Broken(Exception): ...

    with pytest.raises(Broken):
        async with database.write() as session:
            row = (await session.scalars(select(Recording).where(Recording.call_id == call))).first()
            assert row is not None
            await ledger.erase_words(session, row.id)
            assert not await found_in(session, database, "退款") or not await found_in(session, database, "refund")
            raise Broken
    assert call in await found(database, "退款 refund")


Change = tuple[str, int, str]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["say", "again", "mask", "erase", "delete"]),
        st.integers(0, 2),
        st.lists(st.sampled_from(["我要", "退款", "refund", "환불을", "345", "好"]), max_size=5).map(" ".join),
    ),
    max_size=8,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
async def test_the_index_is_what_the_transcripts_say(database: Database, changes: list[Change]) -> None:
    numbers = [await add_call(database, f"{next(_MADE)}.2") for _ in range(2)]
    mine: dict[int, int] = {}
    for kind, which, said in changes:
        if kind in {"say", "again"} or which not in mine:
            number = await say(database, numbers[which % 2], "agent", said, file=f"{numbers[0]}-{which}.wav")
            mine[which] = number
            continue
        async with database.write() as session:
            if kind == "erase":
                await ledger.erase_words(session, mine[which])
            for one in await ledger.words_of(session, mine[which]):
                if kind == "mask":
                    mask_transcript(one, ((0.0, 0.9),))
                elif kind == "delete":
                    await session.delete(one)
    await in_step(database)
    async with database.read() as session:
        for word in ("退款", "refund", "환불", "345", "好", '"退款 refund"'):
            by_text = set()
            for number in numbers:
                texts = [one.text for _, one in await quality.transcripts(session, number)]
                phrase = " ".join(parse(word)[0].phrases[0])
                rows = [(" ".join(tokens_of(text).row), tokens_of(text).singles) for text in texts]
                if any(f" {phrase} " in f" {row} " or phrase in singles for row, singles in rows):
                    by_text.add(number)
            assert await found_in(session, database, word) & set(numbers) == by_text, word


async def test_facts_are_concluded_when_a_call_ends_and_when_it_is_judged(database: Database) -> None:
    async with database.write() as session:
        await calls.ensure(session, "9.1", NOW)
        held = (await calls.hold(session, ["9.1"]))["9.1"]
        held.visits.append(QueueVisit(queue="sales", joined_at=NOW, left_at=after(7), connected_at=after(8)))
        number = held.id
    assert await facts_of(database, number) is None  # under way
    async with database.write() as session:
        held = (await calls.hold(session, ["9.1"]))["9.1"]
        held.visits[0].completed_at = held.ended_at = after(68)
        held.talks.append(
            AgentTalk(agent="amy", origin="queue", queue="sales", connected_at=after(8), completed_at=after(68))
        )
    kept = await facts_of(database, number)
    assert kept is not None
    assert (kept.queue, kept.agent, kept.wait_s, kept.talk_s, kept.run, kept.score) == ("sales", "amy", 8, 60, "", None)
    for run, points, at in (("a", 40.0, NOW), ("b", 15.0, after(1))):
        async with database.write() as session:
            await quality.save_judgement(session, verdicts(number, run, at), [score(number, run, points, at)])
    kept = await facts_of(database, number)
    assert kept is not None and (kept.run, kept.score, kept.failed, kept.unsure) == ("b", 30.0, 1, 1)
    async with database.write() as session:  # it goes on: another leg came
        (await calls.hold(session, ["9.1"]))["9.1"].ended_at = None
    assert await facts_of(database, number) is None


async def facts_of(database: Database, call: int) -> CallFacts | None:
    async with database.read() as session:
        return await session.get(CallFacts, call)


def verdicts(call: int, run: str, at: datetime) -> list[Verdict]:
    values = (("greeting", "said", True), ("refusal", "not_said", False), ("name", "cannot_tell", None))
    return [
        Verdict(
            call_id=call, run=run, rule=rule, value=value, passed=passed, evidence={}, rulebook="b",
            rulebook_version="1", model="m", thresholds="t", created_at=at,
        )
        for rule, value, passed in values
    ]  # fmt: skip


def score(call: int, run: str, points: float, at: datetime) -> Score:
    return Score(
        call_id=call, run=run, points=points, possible=50, items=[], rulebook="b", rulebook_version="1", created_at=at
    )


async def test_old_rows_are_put_in_where_they_were_left(database: Database, call: int) -> None:
    other = await add_call(database, f"{next(_MADE)}.3")
    await say(database, other, "caller", "退款")
    async with database.write() as session:
        (await session.get_one(Call, other)).ended_at = after(9)
    async with database.write() as session:
        await session.execute(delete(CallFacts))
        await session.execute(delete(RecordingTokens))
        await session.run_sync(lambda sync: restore(sync.connection()))  # as if there had never been an index
        for name in (fill.FACTS, fill.WORDS):
            session.add(Backfill(name=name, reached=0))
    assert not await found(database, "退款")
    told: list[tuple[str, float]] = []
    done = await fill.fill(database, SystemClock(), lambda name, share: told.append((name, share)), batch=1)
    assert (done.calls, done.recordings, done.locked) == (1, 3, 0) and told[-1] == (fill.WORDS, 1.0)
    assert await found(database, "退款") == {call, other} and await facts_of(database, other) is not None
    assert (await fill.fill(database, SystemClock())) == fill.Filled()
    await fill.begin_anew(database)
    assert await found(database, "退款") == {call, other}
    assert (await fill.fill(database, SystemClock())).recordings == 3
    assert await found(database, "退款") == {call, other}


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[Vault]:
    init(KeyFolder(tmp_path / "keys"), NOW)
    yield Vault(folder=KeyFolder(tmp_path / "keys"))


async def test_a_sealed_index_holds_no_word_and_is_searched_as_before(url: str, vault: Vault, tmp_path: Path) -> None:
    async with Database(url, sealer=vault) as database:
        number = await add_call(database, f"{next(_MADE)}.4")
        for role, said in SAID.items():
            await say(database, number, role, said)
        for query, is_found in (("退款", 1), ('"我要退款"', 1), ('"退款我要"', 0), ("退", 1), ("caller:refund", 1)):
            assert len(await found(database, query)) == is_found, query
    if url.startswith("sqlite"):
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("ivr.db*"))
        for word in ("退款", "我要", "退", "refund", "gladly", "환불", "345"):
            assert word.encode() not in kept, word
    key = tmp_path / "keys" / "index.key"
    assert key.stat().st_mode & 0o777 == 0o600
    async with Database(url) as database:  # no key, no word
        assert not await found(database, "退款")
        await in_step_of_nothing(database, number)


async def in_step_of_nothing(database: Database, call: int) -> None:
    """Who cannot open what is sealed can take it out of the index, and puts nothing in plain."""
    async with database.write() as session:
        for row in await session.scalars(select(Recording).where(Recording.call_id == call)):
            await ledger.erase_words(session, row.id)
    async with database.read() as session:
        left = select(func.count()).select_from(RecordingTokens).where(RecordingTokens.call_id == call)
        assert await session.scalar(left) == 0


async def test_what_was_plain_is_hashed_when_it_is_sealed(url: str, vault: Vault, tmp_path: Path) -> None:
    async with Database(url) as database:
        number = await add_call(database, f"{next(_MADE)}.5")
        await say(database, number, "caller", "gladly 退款")
    async with Database(url, sealer=vault) as database:
        assert number in await found(database, "gladly")  # plain still, and found
        assert (await seal_rows(database, vault)).done == 1
        assert number in await found(database, '"gladly 退款"')
        async with database.read() as session:
            rows = (await session.scalars(select(RecordingTokens.row))).all()
        assert not any("gladly" in row for row in rows)
    if url.startswith("sqlite"):
        assert b"gladly" not in b"".join(path.read_bytes() for path in tmp_path.glob("ivr.db*"))
    async with Database(url, sealer=Vault([Identity.new().recipient])) as database:  # a machine that only seals
        await fill.begin_anew(database)
        done = await fill.fill(database, SystemClock())
        assert done.locked == 1
    async with Database(url, sealer=vault) as database:
        assert number in await found(database, '"gladly 退款"')


async def test_without_a_usable_key_nothing_goes_in_and_the_transcript_is_kept(
    url: str, vault: Vault, tmp_path: Path
) -> None:
    async with Database(url, sealer=vault) as database:
        number = await add_call(database, f"{next(_MADE)}.6")
        (tmp_path / "keys" / "index.key").write_text("none\n")
        (tmp_path / "keys" / "index.key").chmod(0o600)
        await say(database, number, "caller", "gladly 退款")
        async with database.read() as session:
            assert [one.text for _, one in await quality.transcripts(session, number)] == ["gladly 退款"]
            assert not (await session.scalars(select(RecordingTokens).where(RecordingTokens.call_id == number))).all()
        with pytest.raises(KeysError, match=r"index\.key"):
            await found(database, "gladly")
