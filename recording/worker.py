"""The quality worker: takes jobs, judges their calls, gives them back. The rows are the truth."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

from ivr.core.clock import Clock
from ivr.core.errors import IvrError, QualityError, SetupError, StorageError
from ivr.core.log import bound_contextvars, get_logger
from ivr.storage import jobs
from ivr.storage import models as rows
from ivr.storage.database import Database
from recording.judging import CallJudge, Judged, Progress

log = get_logger("worker")

KIND = "judge"
LEASE = timedelta(minutes=2)
LONGEST_PAUSE = 60.0  # seconds between looks for work when the database does not answer


class QualityWorker:
    """Works on jobs one after the other.

    Args:
        name: the worker's name, unique among those running.
        database: where the jobs are.
        judge: does the work.
        clock: the time.
        lease: how long a job is ours without a heartbeat.
        give_up: ends the transcription under way with a TranscriptionError; called when the worker is stopped.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        judge: CallJudge,
        clock: Clock,
        *,
        lease: timedelta = LEASE,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._database = database
        self._judge = judge
        self._clock = clock
        self._lease = lease
        self._give_up = give_up
        self._stopping = asyncio.Event()

    async def run(
        self,
        *,
        progress: Progress = lambda stage, share: None,
        finished: Callable[[rows.Job, Judged | IvrError], None] = lambda job, result: None,
    ) -> int:
        """Work until no job is left, or the worker is stopped; returns how many were worked on.

        Args:
            progress: hears the file under way and the share of it that is done.
            finished: hears each job's end.
        """
        worked = 0
        while not self._stopping.is_set():
            async with self._database.write() as session:
                job = await jobs.claim(session, KIND, self.name, now=self._clock.now(), lease=self._lease)
            if job is None:
                return worked
            worked += 1
            with bound_contextvars(job=job.id, call=job.call_id):
                finished(job, await self._work(job, progress))
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

    async def _work(self, job: rows.Job, progress: Progress) -> Judged | IvrError:
        judging = asyncio.create_task(self._judge.judge(job.call_id, progress))
        beat = asyncio.create_task(self._heartbeat(job.id, judging))
        try:
            return await self._end(job, judging)
        finally:
            for task in (beat, judging):
                task.cancel()
            await asyncio.gather(beat, judging, return_exceptions=True)

    async def _end(self, job: rows.Job, judging: asyncio.Task[Judged]) -> Judged | IvrError:
        error: IvrError
        try:
            judged = await judging
        except asyncio.CancelledError:
            if (current := asyncio.current_task()) is not None and current.cancelling():
                raise
            log.error("job taken over by another worker")
            return QualityError(f"job {job.id} was taken over by another worker", cure="its result counts")
        except IvrError as found:
            if self._stopping.is_set():
                async with self._database.write() as session:
                    await jobs.give_back(session, job.id, self.name)
                return found
            log.error("not judged", problem=str(found))
            error, retry = found, found.retryable and not isinstance(found, SetupError)
        except Exception as found:
            log.exception("not judged")
            error, retry = QualityError(f"{type(found).__name__}: {found}", cure="see the log"), True
        else:
            async with self._database.write() as session:
                await jobs.finish(session, job.id, self.name, now=self._clock.now())
            return judged
        async with self._database.write() as session:
            await jobs.fail(session, job.id, self.name, str(error), now=self._clock.now(), retry=retry)
        return error

    async def _heartbeat(self, job_id: int, judging: asyncio.Task[Judged]) -> None:
        """Keep the job ours; when it is no longer, another works on it and we stop."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 4)
            try:
                async with self._database.write() as session:
                    ours = await jobs.heartbeat(session, job_id, self.name, now=self._clock.now(), lease=self._lease)
            except StorageError as error:
                log.warning("no heartbeat", problem=str(error))
                continue
            if not ours:
                judging.cancel()
                return
