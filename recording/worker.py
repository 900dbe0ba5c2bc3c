"""The quality worker: takes jobs, judges their calls, gives them back. The rows are the truth."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ivr.core.clock import Clock
from ivr.core.errors import IvrError, QualityError, SetupError, StorageError
from ivr.core.language import Text
from ivr.core.log import bound_contextvars, get_logger
from ivr.storage import jobs
from ivr.storage import models as rows
from ivr.storage.database import Database
from recording.errors import ExecutorLost, PoisonFile
from recording.judging import CallJudge, Judged, Progress

log = get_logger("worker")

KIND = "judge"
NAME_LENGTH = 58  # of the column's 64; the slot's number follows
Finished = Callable[[rows.Job, Judged | IvrError], None]
LEASE = timedelta(minutes=2)
LONGEST_PAUSE = 60.0  # seconds between looks for work when database or executor do not answer
LOOK_EVERY = 1.0  # seconds between looks for more work while some of the slots are free


class TakenOver(Exception):  # noqa: N818 - an event, handled here
    """The job is another worker's now; our findings are not kept."""


def _unheard(_job: rows.Job, _result: Judged | IvrError) -> None:
    """Nobody listens."""


class QualityWorker:
    """Works on jobs, several at once.

    Args:
        name: the worker's name, unique among those that ever ran.
        database: where the jobs are.
        judge: does the work.
        clock: the time.
        slots: how many calls at once; asked again each time it looks for work. May wait for another machine.
        lease: how long a job is ours without a heartbeat.
        alive: whether a worker of that name may still be at work; jobs of those that may not are free at once.
        give_up: ends the transcription under way with a TranscriptionError; called when the worker is stopped.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        judge: CallJudge,
        clock: Clock,
        *,
        slots: Callable[[], int] = lambda: 1,
        lease: timedelta = LEASE,
        alive: Callable[[str], bool] = lambda name: True,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name[:NAME_LENGTH]
        self._database = database
        self._judge = judge
        self._clock = clock
        self._slots = slots
        self._lease = lease
        self._alive = alive
        self._give_up = give_up
        self._stopping = asyncio.Event()
        self._draining = False  # something is wrong: finish what is under way, take no more
        self._names: set[str] = set()  # of the slots at work

    async def run(self, *, progress: Progress = lambda stage, share: None, finished: Finished = _unheard) -> int:
        """Work until no job is left, or the worker is stopped; returns how many were worked on.

        Args:
            progress: hears a file under way and the share of it that is done; also from other threads.
            finished: hears each job's end.

        Raises:
            StorageError: if the database refuses; calls under way are finished first.
            ExecutorLost: if calls cannot be transcribed at all now; their jobs are given back.
        """
        await self._release_dead()
        at_work: set[asyncio.Task[int]] = set()
        worked = 0
        trouble: BaseException | None = None
        try:
            while True:
                self._draining = trouble is not None or self._stopping.is_set()
                if not self._draining:
                    try:
                        at_work |= {
                            asyncio.create_task(self._slot(progress, finished))
                            for _ in range(await self._more(at_work))
                        }
                    except IvrError as error:
                        trouble, self._draining = error, True
                if not at_work:
                    break
                done, at_work = await asyncio.wait(at_work, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    trouble = trouble or task.exception()
                    worked += 0 if task.exception() else task.result()
        finally:
            for task in at_work:
                task.cancel()
            await asyncio.gather(*at_work, return_exceptions=True)
        if trouble is not None:
            raise trouble
        return worked

    async def stop(self) -> None:
        """Take no more jobs and give back the one under way."""
        self._stopping.set()
        await asyncio.to_thread(self._give_up)

    async def watch(self, *, every: float = 2.0) -> None:
        """Work on jobs as they come, until stopped; trouble with the database is waited out."""
        pause = every
        while not self._stopping.is_set():
            try:
                await self.run()
                pause = every
            except IvrError as error:
                pause = min(2 * pause, max(every, LONGEST_PAUSE))
                log.error("quality worker", problem=str(error), pause=pause)
            except Exception:
                pause = min(2 * pause, max(every, LONGEST_PAUSE))
                log.exception("quality worker", pause=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _release_dead(self) -> None:
        async with self._database.read() as session:
            dead = [job for job in await jobs.under_way(session, KIND) if job.worker and not self._alive(job.worker)]
        for job in dead:
            async with self._database.write() as session:
                if await jobs.release(session, job.id, job.worker):
                    log.warning("job of a dead worker is free again", job=job.id, worker=job.worker)

    async def _more(self, at_work: set[asyncio.Task[int]]) -> int:
        """How many more slots there is work and room for."""
        async with self._database.read() as session:
            waiting = await jobs.claimable(session, KIND, self._clock.now())
        if not waiting:
            return 0
        return max(0, min(waiting, await asyncio.to_thread(self._slots) - len(at_work)))

    async def _slot(self, progress: Progress, finished: Finished) -> int:
        """Work on one job after the other until none is left."""
        name = next(
            name for number in range(len(self._names) + 1) if (name := f"{self.name}/{number}") not in self._names
        )
        self._names.add(name)
        worked = 0
        try:
            while not (self._stopping.is_set() or self._draining):
                async with self._database.write() as session:
                    job = await jobs.claim(session, KIND, name, now=self._clock.now(), lease=self._lease)
                if job is None:
                    break
                worked += 1
                with bound_contextvars(job=job.id, call=job.call_id):
                    finished(job, await self._work(job, progress))
        finally:
            self._names.discard(name)
        return worked

    async def _work(self, job: rows.Job, progress: Progress) -> Judged | IvrError:
        judging = asyncio.create_task(
            self._judge.judge(job.call_id, progress, settle=lambda session, judged: self._settle(session, job, judged))
        )
        beat = asyncio.create_task(self._heartbeat(job, judging))
        try:
            return await self._end(job, judging)
        finally:
            for task in (beat, judging):
                task.cancel()
            await asyncio.gather(beat, judging, return_exceptions=True)

    async def _settle(self, session: Any, job: rows.Job, judged: Judged) -> None:
        """End the job in the transaction that keeps the findings: kept once, or not at all."""
        poison = "; ".join(str(PoisonFile(file, "")) for file in judged.poison)
        if not await jobs.finish(session, job.id, job.worker, now=self._clock.now(), poison=poison):
            raise TakenOver

    async def _end(self, job: rows.Job, judging: asyncio.Task[Judged]) -> Judged | IvrError:
        error: IvrError
        try:
            return await judging
        except (asyncio.CancelledError, TakenOver) as found:
            current = asyncio.current_task()
            if isinstance(found, asyncio.CancelledError) and current is not None and current.cancelling():
                raise
            log.error("job taken over by another worker")
            return QualityError(
                Text(f"job {job.id} was taken over by another worker", f"任务 {job.id} 已由另一工作进程接管"),
                cure=Text("its result counts", "以其结果为准"),
            )
        except IvrError as found:
            if self._stopping.is_set() or isinstance(found, ExecutorLost):
                async with self._database.write() as session:
                    await jobs.give_back(session, job.id, job.worker)
                if not self._stopping.is_set():
                    raise
                return found
            log.error("not judged", problem=str(found))
            error, retry = found, found.retryable and not isinstance(found, SetupError)
        except Exception as found:
            log.exception("not judged")
            error, retry = QualityError(f"{type(found).__name__}: {found}", cure="see the log"), True
        async with self._database.write() as session:
            await jobs.fail(session, job.id, job.worker, str(error), now=self._clock.now(), retry=retry)
        return error

    async def _heartbeat(self, job: rows.Job, judging: asyncio.Task[Judged]) -> None:
        """Keep the job ours; when it is no longer, another works on it and we stop."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 4)
            try:
                async with self._database.write() as session:
                    now = self._clock.now()
                    ours = await jobs.heartbeat(session, job.id, job.worker, now=now, lease=self._lease)
            except StorageError as error:
                log.warning("no heartbeat", problem=str(error))
                continue
            if not ours:
                judging.cancel()
                return
