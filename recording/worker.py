"""The quality worker: takes jobs, judges their calls, gives them back. The rows are the truth."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

from ivr.core.clock import Clock
from ivr.core.errors import IvrError, SetupError
from ivr.core.log import bound_contextvars, get_logger
from ivr.storage import jobs
from ivr.storage import models as rows
from ivr.storage.database import Database
from recording.judging import CallJudge, Judged, Progress

log = get_logger("worker")

KIND = "judge"
LEASE = timedelta(minutes=2)


class QualityWorker:
    """Works on jobs one after the other.

    Args:
        name: the worker's name, unique among those running.
        database: where the jobs are.
        judge: does the work.
        clock: the time.
        lease: how long a job is ours without a heartbeat.
    """

    def __init__(
        self, name: str, database: Database, judge: CallJudge, clock: Clock, *, lease: timedelta = LEASE
    ) -> None:
        self.name = name
        self._database = database
        self._judge = judge
        self._clock = clock
        self._lease = lease

    async def run(
        self,
        *,
        progress: Progress = lambda stage, share: None,
        finished: Callable[[rows.Job, Judged | IvrError], None] = lambda job, result: None,
    ) -> int:
        """Work until no job is left; returns how many were worked on.

        Args:
            progress: hears the file under way and the share of it that is done.
            finished: hears each job's end.
        """
        worked = 0
        while True:
            async with self._database.write() as session:
                job = await jobs.claim(session, KIND, self.name, now=self._clock.now(), lease=self._lease)
            if job is None:
                return worked
            worked += 1
            with bound_contextvars(job=job.id, call=job.call_id):
                finished(job, await self._work(job, progress))

    async def watch(self, *, every: float = 2.0) -> None:
        """Work on jobs as they come, until cancelled; trouble with the database is waited out."""
        while True:
            try:
                await self.run()
            except IvrError as error:
                log.error("quality worker", problem=str(error))
            await asyncio.sleep(every)

    async def _work(self, job: rows.Job, progress: Progress) -> Judged | IvrError:
        beat = asyncio.create_task(self._heartbeat(job.id))
        try:
            judged = await self._judge.judge(job.call_id, progress)
        except IvrError as error:
            log.error("not judged", problem=str(error))
            retry = error.retryable and not isinstance(error, SetupError)
            async with self._database.write() as session:
                await jobs.fail(session, job.id, self.name, str(error), now=self._clock.now(), retry=retry)
            return error
        finally:
            beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beat
        async with self._database.write() as session:
            await jobs.finish(session, job.id, self.name, now=self._clock.now())
        return judged

    async def _heartbeat(self, job_id: int) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 4)
            async with self._database.write() as session:
                await jobs.heartbeat(session, job_id, self.name, now=self._clock.now(), lease=self._lease)
