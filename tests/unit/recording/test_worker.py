from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr.core.errors import IvrError, StorageError
from ivr.storage import jobs, quality
from ivr.storage.database import Database
from ivr.storage.models import Job
from recording.errors import ExecutorLost, OutOfTime, PoisonFile, TranscriptionError
from recording.judging import Judged
from recording.transcription.transcript import PartyTranscript
from recording.worker import QualityWorker
from tests.unit.recording.judging_room import JudgingRoom, said

Results = list[tuple[int, Judged | IvrError]]


@pytest.fixture
def room(database: Database, tmp_path: Path) -> JudgingRoom:
    return JudgingRoom(database, tmp_path)


def worker(room: JudgingRoom, name: str = "w1", **more: Any) -> QualityWorker:
    return QualityWorker(name, room.database, room.judge, room.clock, **more)


async def work(one: QualityWorker) -> tuple[int, Results]:
    results: Results = []
    count = await one.run(finished=lambda job, result: results.append((job.call_id, result)))
    return count, results


async def runs_of(room: JudgingRoom, call: int) -> set[str]:
    from sqlalchemy import select

    from ivr.storage.models import Verdict

    async with room.database.read() as session:
        return set(await session.scalars(select(Verdict.run).where(Verdict.call_id == call)))


def held_up(room: JudgingRoom, file: str) -> tuple[asyncio.Event, threading.Event]:
    """Let the transcription of a file wait: when it has begun, and what lets it go on."""
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow() -> PartyTranscript:
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(20)
        return said("hello")

    room.transcriber.script[file] = slow
    return begun, go_on


async def test_jobs_are_worked_on_in_order_and_done(room: JudgingRoom) -> None:
    first, second = await room.call("1.1"), await room.call("2.1")
    await room.asked(first, second)
    count, results = await work(worker(room))
    assert count == 2
    assert [call for call, _ in results] == [first, second]
    assert all(isinstance(result, Judged) for _, result in results)
    job = await room.job(first)
    assert (job.state, job.attempts, job.error, job.finished_at) == ("done", 1, "", room.clock.now())
    assert await work(worker(room)) == (0, [])


async def test_what_is_missing_fails_the_job_with_its_cure(room: JudgingRoom) -> None:
    room.models = set()
    call = await room.call()
    await room.asked(call)
    count, results = await work(worker(room))
    assert count == 1
    assert isinstance(results[0][1], IvrError)
    job = await room.job(call)
    assert (job.state, job.attempts) == ("failed", 1)
    assert "no Vosk model for en-US" in job.error
    assert "ivr model install" in job.error


async def test_what_may_pass_is_tried_again_and_then_quarantined(room: JudgingRoom) -> None:
    call, other = await room.call("1.1"), await room.call("2.1")
    room.transcriber.script["10.1-agent.wav"] = TranscriptionError("worker failed")
    await room.asked(call, other)
    count, results = await work(worker(room))
    assert count == jobs.MAX_ATTEMPTS + 1
    assert sum(isinstance(result, Judged) for _, result in results) == 1, "the other call is judged all the same"
    job = await room.job(call)
    assert (job.state, job.attempts, job.error) == ("quarantined", 3, "worker failed")
    assert (await room.job(other)).state == "done"


async def test_what_will_not_pass_is_not_tried_again(room: JudgingRoom) -> None:
    call = await room.call()
    room.transcriber.script["10.1-agent.wav"] = OutOfTime("too long")
    await room.asked(call)
    await work(worker(room))
    job = await room.job(call)
    assert (job.state, job.attempts) == ("failed", 1)


async def test_trouble_that_passes_costs_nothing(room: JudgingRoom) -> None:
    call = await room.call()
    tries = 0

    def second_time() -> PartyTranscript:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise TranscriptionError("once")
        return said("hello")

    room.transcriber.script["10.1-agent.wav"] = second_time
    await room.asked(call)
    await work(worker(room))
    assert ((await room.job(call)).state, tries) == ("done", 2)


async def test_an_error_nobody_thought_of_is_bounded_too(room: JudgingRoom) -> None:
    call, other = await room.call("1.1"), await room.call("2.1")
    room.transcriber.script["10.1-agent.wav"] = ZeroDivisionError("a bug")
    await room.asked(call, other)
    count, results = await work(worker(room))
    assert count == jobs.MAX_ATTEMPTS + 1
    job = await room.job(call)
    assert job.state == "quarantined"
    assert "ZeroDivisionError: a bug" in job.error
    assert (await room.job(other)).state == "done"
    assert {type(result).__name__ for _, result in results} == {"QualityError", "Judged"}


async def test_two_workers_never_do_one_job_twice(room: JudgingRoom) -> None:
    ids = [await room.call(f"{number}.1") for number in range(1, 9)]
    await room.asked(*ids)
    done = await asyncio.gather(work(worker(room, "w1")), work(worker(room, "w2")))
    assert sum(count for count, _ in done) == 8
    assert sorted(call for _, results in done for call, _ in results) == ids
    for call in ids:
        assert len(await runs_of(room, call)) == 1
    assert len(room.transcriber.asked) == 16


async def test_a_heartbeat_keeps_a_long_job(room: JudgingRoom) -> None:
    call = await room.call()
    await room.asked(call)
    begun, go_on = held_up(room, "10.1-agent.wav")
    lease = timedelta(seconds=0.2)
    working = asyncio.create_task(work(worker(room, lease=lease)))
    try:
        async with asyncio.timeout(20):
            await begun.wait()
            until = (await room.job(call)).lease_until
            assert until is not None
            room.clock.advance(1)  # the first lease is over
            while (now := (await room.job(call)).lease_until) is not None and now <= room.clock.now():
                await asyncio.sleep(0.01)
            async with room.database.write() as session:
                stolen = await jobs.claim(session, "judge", "w2", now=room.clock.now(), lease=lease)
            assert stolen is None, "the heartbeat has lengthened the lease"
    finally:
        go_on.set()
        count, _ = await working
    assert count == 1
    assert (await room.job(call)).state == "done"


async def test_a_heartbeat_that_the_database_refuses_does_not_cost_the_result(
    room: JudgingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await room.call()
    await room.asked(call)
    beats, go_on = 0, threading.Event()

    async def refuse(*_: object, **__: object) -> bool:
        nonlocal beats
        beats += 1
        if beats == 2:
            go_on.set()
        raise StorageError("locked")

    def slow() -> PartyTranscript:
        assert go_on.wait(20)
        return said("hello")

    monkeypatch.setattr(jobs, "heartbeat", refuse)
    room.transcriber.script["10.1-agent.wav"] = slow
    _, results = await work(worker(room, lease=timedelta(seconds=0.1)))
    assert isinstance(results[0][1], Judged)
    assert (await room.job(call)).state == "done"


async def test_a_job_that_another_has_taken_over_is_left_to_him(room: JudgingRoom) -> None:
    call = await room.call()
    await room.asked(call)
    begun, go_on = held_up(room, "10.1-agent.wav")
    lease = timedelta(seconds=0.4)
    working = asyncio.create_task(work(worker(room, lease=lease)))
    try:
        async with asyncio.timeout(20):
            await begun.wait()
            async with room.database.write() as session:  # as if we had been frozen for an hour
                job = await session.get_one(Job, (await jobs.find(session, "judge", call)).id)  # type: ignore[union-attr]
                job.worker, job.lease_until = "w2", room.clock.now() + timedelta(hours=1)
            _, results = await working
    finally:
        go_on.set()
    assert "taken over" in str(results[0][1])
    job = await room.job(call)
    assert (job.state, job.worker) == ("running", "w2")
    async with room.database.read() as session:
        assert await quality.latest_run(session, call) is None, "two judgings would stand side by side"


async def test_a_dead_workers_job_is_done_by_another(room: JudgingRoom) -> None:
    call = await room.call()
    await room.asked(call)
    async with room.database.write() as session:
        assert await jobs.claim(session, "judge", "dead", now=room.clock.now(), lease=timedelta(minutes=2))
    assert (await work(worker(room)))[0] == 0
    room.clock.advance(121)
    assert (await work(worker(room)))[0] == 1
    assert (await room.job(call)).attempts == 2


@pytest.mark.parametrize("trouble", [StorageError("locked"), ZeroDivisionError("a bug")])
async def test_watch_outlives_trouble_and_ends_when_cancelled(
    room: JudgingRoom, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    call = await room.call()
    await room.asked(call)
    real, claims = jobs.claim, 0

    async def sometimes(*args: object, **more: object) -> Job | None:
        nonlocal claims
        claims += 1
        if claims <= 2:
            raise trouble
        return await real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "claim", sometimes)
    watching = asyncio.create_task(worker(room).watch(every=0.01))
    async with asyncio.timeout(20):
        while (await room.job(call)).state != "done":
            await asyncio.sleep(0.01)
    second = await room.call("2.1")
    await room.asked(second)
    async with asyncio.timeout(20):
        while (await room.job(second)).state != "done":
            await asyncio.sleep(0.01)
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


async def test_a_worker_that_is_stopped_leaves_the_job_to_the_next(room: JudgingRoom) -> None:
    call = await room.call()
    await room.asked(call)
    begun, go_on = held_up(room, "10.1-agent.wav")
    working = asyncio.create_task(worker(room).run())
    async with asyncio.timeout(20):
        await begun.wait()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
    go_on.set()
    assert (await room.job(call)).state == "running"
    room.clock.advance(121)
    assert (await work(worker(room, "w2")))[0] == 1
    assert (await room.job(call)).state == "done"
    assert len(await runs_of(room, call)) == 1


async def test_a_worker_that_is_told_to_stop_gives_its_job_back(room: JudgingRoom) -> None:
    calls = [await room.call("1.1"), await room.call("2.1")]
    await room.asked(*calls)
    begun, given_up = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow() -> PartyTranscript:
        loop.call_soon_threadsafe(begun.set)
        assert given_up.wait(20)
        raise TranscriptionError("transcription was stopped")

    room.transcriber.script["10.1-agent.wav"] = slow
    one = QualityWorker("w1", room.database, room.judge, room.clock, give_up=given_up.set)
    watching = asyncio.create_task(one.watch())
    async with asyncio.timeout(20):
        await begun.wait()
        await one.stop()
        await watching
    jobs_now = [await room.job(call) for call in calls]
    assert [(job.state, job.attempts, job.worker) for job in jobs_now] == [("queued", 0, "")] * 2
    assert await one.run() == 0


async def test_several_calls_are_worked_on_at_once(room: JudgingRoom) -> None:
    ids = [await room.call(f"{number}.1") for number in range(1, 7)]
    await room.asked(*ids)
    together = threading.Barrier(3, timeout=20)

    def slow() -> PartyTranscript:
        together.wait()
        return said("hello")

    for number in range(1, 7):
        room.transcriber.script[f"{number}0.1-agent.wav"] = slow
    count, results = await work(worker(room, slots=lambda: 3))
    assert count == 6
    assert sorted(call for call, _ in results) == ids
    for call in ids:
        assert len(await runs_of(room, call)) == 1
        assert (await room.job(call)).attempts == 1


async def test_calls_that_come_while_a_long_one_is_under_way_do_not_wait_for_it(room: JudgingRoom) -> None:
    long, late = await room.call("1.1"), await room.call("2.1")
    await room.asked(long)
    begun, go_on = held_up(room, "10.1-agent.wav")
    working = asyncio.create_task(work(worker(room, slots=lambda: 2)))
    try:
        async with asyncio.timeout(20):
            await begun.wait()
            await room.asked(late)
            while (await room.job(late)).state != "done":
                await asyncio.sleep(0.02)
        assert (await room.job(long)).state == "running"
    finally:
        go_on.set()
        await working
    assert (await room.job(long)).state == "done"


async def test_findings_are_not_kept_when_the_job_was_lost_unnoticed(room: JudgingRoom) -> None:
    call = await room.call()
    await room.asked(call)
    loop = asyncio.get_running_loop()

    async def steal() -> None:
        async with room.database.write() as session:
            job = await session.get_one(Job, (await jobs.find(session, "judge", call)).id)  # type: ignore[union-attr]
            job.worker = "w2"

    def slow() -> PartyTranscript:
        asyncio.run_coroutine_threadsafe(steal(), loop).result(20)
        return said("hello")

    room.transcriber.script["10.1-agent.wav"] = slow
    _, results = await work(worker(room))  # its next heartbeat would be half a minute away
    assert "taken over" in str(results[0][1])
    assert await runs_of(room, call) == set()
    assert (await room.job(call)).worker == "w2"


async def test_a_poison_file_quarantines_its_job_and_the_rest_is_judged(room: JudgingRoom) -> None:
    call = await room.call()
    room.transcriber.script["1.1-caller.wav"] = PoisonFile("1.1-caller.wav", "ASSERTION_FAILED")
    await room.asked(call)
    _, results = await work(worker(room))
    result = results[0][1]
    assert isinstance(result, Judged)
    assert result.poison == ("1.1-caller.wav",)
    job = await room.job(call)
    assert (job.state, job.attempts) == ("quarantined", 1)
    assert "1.1-caller.wav: ended two transcription workers" in job.error
    assert len(await runs_of(room, call)) == 1


async def test_an_executor_out_of_reach_costs_no_attempt_and_ends_the_run(room: JudgingRoom) -> None:
    calls = [await room.call("1.1"), await room.call("2.1")]
    room.transcriber.script["10.1-agent.wav"] = ExecutorLost("scheduler gone")
    await room.asked(*calls)
    with pytest.raises(ExecutorLost, match="scheduler gone"):
        await worker(room).run()
    assert [((await room.job(call)).state, (await room.job(call)).attempts) for call in calls] == [("queued", 0)] * 2
    room.transcriber.script["10.1-agent.wav"] = said("hello")
    assert await worker(room).run() == 2


async def test_an_executor_that_cannot_be_opened_leaves_the_jobs_alone(room: JudgingRoom) -> None:
    call = await room.call()
    await room.asked(call)

    def slots() -> int:
        raise ExecutorLost("nobody there")

    with pytest.raises(ExecutorLost, match="nobody there"):
        await worker(room, slots=slots).run()
    assert ((await room.job(call)).state, (await room.job(call)).attempts) == ("queued", 0)


async def test_the_job_of_a_worker_known_to_be_dead_is_free_at_once(room: JudgingRoom) -> None:
    dead, living = await room.call("1.1"), await room.call("2.1")
    await room.asked(dead, living)
    async with room.database.write() as session:
        for name in ("dead/0", "living/0"):
            assert await jobs.claim(session, "judge", name, now=room.clock.now(), lease=timedelta(minutes=2))
    assert await worker(room, alive=lambda name: not name.startswith("dead")).run() == 1
    assert ((await room.job(dead)).state, (await room.job(dead)).attempts) == ("done", 2)
    assert ((await room.job(living)).state, (await room.job(living)).worker) == ("running", "living/0")


async def test_all_calls_under_way_are_given_back_when_told_to_stop(room: JudgingRoom) -> None:
    calls = [await room.call(f"{number}.1") for number in range(1, 5)]
    await room.asked(*calls)
    begun, given_up = threading.Barrier(3), threading.Event()

    def slow() -> PartyTranscript:
        begun.wait(20)
        assert given_up.wait(20)
        raise TranscriptionError("transcription was stopped")

    for number in range(1, 5):
        room.transcriber.script[f"{number}.1-caller.wav"] = slow
        room.transcriber.script[f"{number}0.1-agent.wav"] = slow
    one = worker(room, slots=lambda: 2, give_up=given_up.set)
    working = asyncio.create_task(one.run())
    await asyncio.to_thread(begun.wait, 20)
    await one.stop()
    await working
    jobs_now = [await room.job(call) for call in calls]
    assert [(job.state, job.attempts, job.worker) for job in jobs_now] == [("queued", 0, "")] * 4
