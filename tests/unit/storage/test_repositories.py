from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from ivr.core.errors import StorageError
from ivr.storage import audit, calls, continuations, jobs, quality, recordings
from ivr.storage.database import Database
from ivr.storage.models import Call, Leg, QueueVisit, Ring, Score, Step, Transcript, Verdict

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


async def add_call(database: Database, linkedid: str = "1.1", at: datetime = NOW) -> int:
    async with database.write() as session:
        assert await calls.ensure(session, linkedid, at)
        call = await calls.find(session, linkedid)
        assert call is not None
        return call.id


async def test_a_call_comes_back_with_its_whole_story_in_order(database: Database) -> None:
    async with database.write() as session:
        visit = QueueVisit(
            queue="sales", joined_at=NOW, rings=[Ring(agent="b", started_at=after(2)), Ring(agent="a", started_at=NOW)]
        )
        legs = [
            Leg(uniqueid="1.2", role="agent", started_at=after(1)),
            Leg(uniqueid="1.1", role="caller", started_at=NOW),
        ]
        steps = [Step(seq=seq, at=NOW, step="s", kind="menu", event="enter", detail={"n": seq}) for seq in (2, 1)]
        session.add(Call(linkedid="1.1", started_at=NOW, legs=legs, steps=steps, visits=[visit]))
    async with database.read() as session:
        call = await calls.find(session, "1.1")
    assert call is not None
    assert [leg.uniqueid for leg in call.legs] == ["1.1", "1.2"]
    assert [step.detail for step in call.steps] == [{"n": 1}, {"n": 2}]
    assert [ring.agent for ring in call.visits[0].rings] == ["a", "b"]
    assert call.recordings == []


async def test_calls_are_listed_newest_first_within_bounds(database: Database) -> None:
    for number in range(5):
        await add_call(database, f"{number}.0", after(number))
    async with database.write() as session:
        (await calls.hold(session, ["3.0"]))["3.0"].outcome = "closed"
    async with database.read() as session:
        found = await calls.list_calls(session, since=after(1), until=after(4))
        assert [call.linkedid for call in found] == ["3.0", "2.0", "1.0"]
        assert [call.linkedid for call in await calls.list_calls(session, outcome="closed")] == ["3.0"]
        assert [call.linkedid for call in await calls.list_calls(session, limit=2, offset=1)] == ["3.0", "2.0"]
        assert len(await calls.open_calls(session)) == 5
        assert await calls.get(session, 999) is None


async def test_a_call_is_made_once(database: Database) -> None:
    await add_call(database)
    async with database.write() as session:
        assert not await calls.ensure(session, "1.1", after(5))
        call = await calls.find(session, "1.1")
    assert call is not None
    assert call.started_at == NOW


async def test_a_continuation_is_taken_once_and_by_its_own_call(database: Database) -> None:
    async with database.write() as session:
        await continuations.save(session, "t1", "1.1", {"step": "queue"}, NOW)
        await continuations.save(session, "t2", "1.1", {}, after(100))
        assert await continuations.take(session, "t1", "2.2") is None
    async with database.write() as session:
        assert await continuations.take(session, "t1", "1.1") == {"step": "queue"}
        assert await continuations.take(session, "t1", "1.1") is None
        assert await continuations.take(session, "none") is None
        assert await continuations.purge(session, after(50)) == 0
        assert await continuations.purge(session, after(101)) == 1


async def test_a_recording_heard_of_before_its_call_is_joined_later(database: Database) -> None:
    async with database.write() as session:
        row = await recordings.upsert(
            session, "1.1-caller.wav", linkedid="1.1", uniqueid="1.1", role="caller", state="closed", frames=8000
        )
        assert row.call_id is None
        assert [one.file for one in await recordings.unlinked(session)] == ["1.1-caller.wav"]
    call_id = await add_call(database)
    async with database.write() as session:
        assert await recordings.link(session) == 1
        assert await recordings.link(session) == 0
        row = await recordings.find(session, "1.1-caller.wav")
        assert row is not None
        assert (row.call_id, row.frames) == (call_id, 8000)


async def test_a_recording_keeps_what_a_later_word_does_not_name(database: Database) -> None:
    call_id = await add_call(database)
    keys = {"linkedid": "1.1", "uniqueid": "1.2", "role": "agent"}
    async with database.write() as session:
        await recordings.upsert(session, "1.2-agent.wav", **keys, agent="amy", started_at=NOW)
    async with database.write() as session:
        await recordings.upsert(session, "1.2-agent.wav", **keys, state="closed", sha256="ab", closed_at=after(9))
    async with database.read() as session:
        row = await recordings.find(session, "1.2-agent.wav")
    assert row is not None
    assert row.call_id == call_id
    assert (row.agent, row.started_at, row.state, row.sha256, row.closed_at) == ("amy", NOW, "closed", "ab", after(9))
    with pytest.raises(TypeError, match="size"):
        async with database.write() as session:
            await recordings.upsert(session, "x.wav", **keys, size=1)


async def test_a_job_is_asked_for_once_and_claimed_by_one(database: Database) -> None:
    call_id = await add_call(database)
    async with database.write() as session:
        assert await jobs.enqueue(session, "judge", call_id, NOW)
        assert not await jobs.enqueue(session, "judge", call_id, NOW)

    async def claim(worker: str) -> str | None:
        async with database.write() as session:
            job = await jobs.claim(session, "judge", worker, now=NOW)
            return job.worker if job else None

    claimed = await asyncio.gather(*(claim(f"w{number}") for number in range(4)))
    assert len([worker for worker in claimed if worker]) == 1


async def test_a_lease_that_runs_out_lets_another_worker_in_until_the_attempts_are_spent(database: Database) -> None:
    call_id = await add_call(database)
    lease = timedelta(seconds=60)
    async with database.write() as session:
        await jobs.enqueue(session, "judge", call_id, NOW)
        first = await jobs.claim(session, "judge", "w1", now=NOW, lease=lease, max_attempts=2)
        assert first is not None
        assert await jobs.claim(session, "judge", "w2", now=after(59), lease=lease, max_attempts=2) is None
        assert await jobs.heartbeat(session, first.id, "w1", now=after(59), lease=lease)
        assert await jobs.claim(session, "judge", "w2", now=after(100), lease=lease, max_attempts=2) is None
        second = await jobs.claim(session, "judge", "w2", now=after(120), lease=lease, max_attempts=2)
        assert second is not None
        assert (second.id, second.attempts) == (first.id, 2)
        # The first worker was only slow: he must learn that the job is no longer his.
        assert not await jobs.heartbeat(session, first.id, "w1", now=after(121))
        assert not await jobs.finish(session, first.id, "w1", now=after(121))
    async with database.write() as session:
        assert await jobs.claim(session, "judge", "w3", now=after(500), lease=lease, max_attempts=2) is None
        assert await jobs.counts(session) == {"quarantined": 1}
        job = await jobs.find(session, "judge", call_id)
        assert job is not None
        assert "without a word" in job.error


async def test_a_job_fails_for_good_or_comes_again(database: Database) -> None:
    ids = [await add_call(database, f"{number}.0", after(number)) for number in range(3)]
    async with database.write() as session:
        for call_id in ids:
            await jobs.enqueue(session, "judge", call_id, NOW)
        one, two, three = [await jobs.claim(session, "judge", "w", now=NOW) for _ in ids]
        assert one and two and three
        assert await jobs.fail(session, one.id, "w", "no model", now=NOW, retry=False) == "failed"
        assert await jobs.fail(session, two.id, "w", "busy", now=NOW) == "queued"
        assert await jobs.finish(session, three.id, "w", now=NOW)
        assert await jobs.fail(session, three.id, "w", "late", now=NOW) == ""
        assert await jobs.counts(session, "judge") == {"failed": 1, "queued": 1, "done": 1}
        for expected in ("queued", "quarantined"):
            again = await jobs.claim(session, "judge", "w", now=NOW)
            assert again is not None
            assert again.id == two.id
            assert await jobs.fail(session, two.id, "w", "busy", now=NOW) == expected
        assert await jobs.requeue(session, "judge", ids[1])
        assert not await jobs.requeue(session, "judge", ids[1])
        assert [job.id for job in await jobs.list_jobs(session, state="queued")] == [two.id]


def verdict(call_id: int, run: str, rule: str, at: datetime) -> Verdict:
    return Verdict(
        call_id=call_id, run=run, rule=rule, value="said", passed=True, evidence={"heard": "您好"}, rulebook="zh",
        rulebook_version="1", model="m", thresholds="t", created_at=at,
    )  # fmt: skip


def score(call_id: int, run: str, points: float, at: datetime, agent: str = "amy") -> Score:
    return Score(
        call_id=call_id, agent=agent, run=run, points=points, possible=100, items=[], rulebook="zh",
        rulebook_version="1", created_at=at,
    )  # fmt: skip


async def test_the_newest_judging_counts_and_the_old_one_stays(database: Database) -> None:
    call_id = await add_call(database)
    async with database.write() as session:
        assert await quality.latest_run(session, call_id) is None
        await quality.save_judgement(session, [verdict(call_id, "r1", "a", NOW)], [score(call_id, "r1", 50, NOW)])
        await quality.save_judgement(
            session,
            [verdict(call_id, "r2", "a", after(9)), verdict(call_id, "r2", "b", after(9))],
            [score(call_id, "r2", 80, after(9))],
        )
    async with database.read() as session:
        assert await quality.latest_run(session, call_id) == "r2"
        assert [one.rule for one in await quality.list_verdicts(session, call_id)] == ["a", "b"]
        assert [one.evidence for one in await quality.list_verdicts(session, call_id, "r1")] == [{"heard": "您好"}]
        assert [one.points for one in await quality.list_scores(session, call_id)] == [80]
    with pytest.raises(ValueError, match="one run"):
        async with database.write() as session:
            await quality.save_judgement(session, [verdict(call_id, "r3", "a", NOW)], [score(call_id, "r4", 1, NOW)])


async def test_the_newest_transcript_of_each_recording(database: Database) -> None:
    call_id = await add_call(database)
    async with database.write() as session:
        for uniqueid, role in (("1.1", "caller"), ("1.2", "agent")):
            row = await recordings.upsert(
                session, f"{uniqueid}.wav", linkedid="1.1", uniqueid=uniqueid, role=role, started_at=NOW
            )
            for said in ("old", "new"):
                words = [{"word": said, "start": 0.1, "end": 0.5, "conf": 0.9}]
                await quality.save_transcript(
                    session,
                    Transcript(
                        recording_id=row.id,
                        model="m",
                        pipeline="1",
                        text=said,
                        words=words,
                        speech=[[0.1, 0.5]],
                        created_at=NOW,
                    ),
                )
        newest = await quality.find_transcript(session, row.id, "m", "1")
        assert newest is not None and newest.text == "new"
        assert await quality.find_transcript(session, row.id, "other", "1") is None
    async with database.read() as session:
        found = await quality.transcripts(session, call_id)
    assert [(recording.role, transcript.text) for recording, transcript in found] == [
        ("caller", "new"),
        ("agent", "new"),
    ]


async def test_the_audit_chain_holds_and_shows_what_was_changed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_PAGE", 3)

    async def add(number: int) -> None:
        async with database.write() as session:
            await audit.append(
                session,
                actor="qa",
                action="listen",
                object=f"recording:{number}",
                at=after(number),
                detail={"why": "抽查"},
            )

    await asyncio.gather(*(add(number) for number in range(10)))
    async with database.read() as session:
        assert await audit.verify(session) is None
    async with database.write() as session:
        await session.execute(text("UPDATE audit SET actor = 'nobody' WHERE id = 4"))
    async with database.read() as session:
        assert await audit.verify(session) == 4
    async with database.write() as session:
        await session.execute(text("UPDATE audit SET actor = 'qa' WHERE id = 4"))
        await session.execute(text("DELETE FROM audit WHERE id = 7"))
    async with database.read() as session:
        assert await audit.verify(session) == 8


async def test_an_empty_audit_is_whole(database: Database) -> None:
    async with database.read() as session:
        assert await audit.verify(session) is None


async def test_rows_that_point_nowhere_are_refused(database: Database) -> None:
    with pytest.raises(StorageError, match=r"(?i)foreign key"):
        async with database.write() as session:
            await jobs.enqueue(session, "judge", 4711, NOW)
