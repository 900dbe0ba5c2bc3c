"""Work as rows: whoever claims one holds a lease on it; when the lease runs out, another may."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.inserts import insert_all_new, insert_new
from ivr.storage.models import Call, Job, Recording

MAX_ATTEMPTS = 3
_OVER = ("done", "failed", "quarantined")


async def enqueue(session: AsyncSession, kind: str, call_id: int, at: datetime) -> bool:
    """Ask for work on a call once; True if it was not asked for before."""
    return await insert_new(session, Job, {"kind": kind, "call_id": call_id, "created_at": at})


async def enqueue_all(session: AsyncSession, kind: str, call_ids: Collection[int], at: datetime) -> int:
    """Ask for work on these calls once; on how many of them it was not asked for before."""
    rows = [{"kind": kind, "call_id": call_id, "created_at": at} for call_id in sorted(call_ids)]
    return len(await insert_all_new(session, Job, rows)) if rows else 0


async def unasked(session: AsyncSession, kind: str, since: datetime, *, limit: int = 1) -> Sequence[Call]:
    """Calls that are over and on which this work was never asked for; the oldest first, with visits and recordings.

    Only those with recordings that the caller has not refused.
    """
    query = (
        select(Call)
        .options(selectinload(Call.visits), selectinload(Call.recordings))
        .where(Call.started_at >= since, Call.ended_at.is_not(None))
        .where(
            Call.recordings.any(Recording.state != "refused"), ~exists().where(Job.kind == kind, Job.call_id == Call.id)
        )
        .order_by(Call.ended_at, Call.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def claim(
    session: AsyncSession,
    kind: str,
    worker: str,
    *,
    now: datetime,
    lease: timedelta = timedelta(minutes=5),
    max_attempts: int = MAX_ATTEMPTS,
) -> Job | None:
    """Take the oldest job that is queued or whose lease ran out; None if there is none.

    A job that has used up its attempts and whose lease ran out again (it may have killed its workers) is
    quarantined instead.
    """
    free = _free(now)
    spent = (
        update(Job)
        .where(Job.kind == kind, free, Job.attempts >= max_attempts)
        .values(
            state="quarantined",
            finished_at=now,
            lease_until=None,
            error=func.coalesce(func.nullif(Job.error, ""), "every worker on it ended without a word"),
        )
    )
    await session.execute(spent, execution_options={"synchronize_session": False})
    query = select(Job).where(Job.kind == kind, free).order_by(Job.created_at, Job.id).limit(1)
    job = await session.scalar(query.with_for_update(skip_locked=True))
    if job is None:
        return None
    job.state, job.worker, job.lease_until = "running", worker, now + lease
    job.attempts += 1
    await session.flush()
    return job


async def claimable(session: AsyncSession, kind: str, now: datetime) -> int:
    """How many jobs are queued or have a lease that ran out."""
    return await session.scalar(select(func.count()).where(Job.kind == kind, _free(now))) or 0


async def under_way(session: AsyncSession, kind: str) -> Sequence[Job]:
    """Jobs that somebody holds, or held when he died."""
    return (await session.scalars(select(Job).where(Job.kind == kind, Job.state == "running"))).all()


async def heartbeat(
    session: AsyncSession, job_id: int, worker: str, *, now: datetime, lease: timedelta = timedelta(minutes=5)
) -> bool:
    """Lengthen the lease; False if the job is no longer this worker's, who then must stop."""
    job = await _held(session, job_id, worker)
    if job is None:
        return False
    job.lease_until = now + lease
    await session.flush()
    return True


async def finish(session: AsyncSession, job_id: int, worker: str, *, now: datetime, poison: str = "") -> bool:
    """Mark as done; False if the job is no longer this worker's.

    Args:
        poison: what had to be left out because it ends its workers; the job is quarantined then, its findings stay.
    """
    job = await _held(session, job_id, worker)
    if job is None:
        return False
    job.state, job.finished_at, job.lease_until, job.error = "done", now, None, ""
    if poison:
        job.state, job.error = "quarantined", poison[:4000]
    await session.flush()
    return True


async def fail(
    session: AsyncSession,
    job_id: int,
    worker: str,
    error: str,
    *,
    now: datetime,
    retry: bool = True,
    max_attempts: int = MAX_ATTEMPTS,
) -> str:
    """Give a job back with a reason; returns its state now, "" if it is no longer this worker's.

    Args:
        retry: whether another attempt can help: queued again, and quarantined after the last attempt; without
            retry it is failed at once.
    """
    job = await _held(session, job_id, worker)
    if job is None:
        return ""
    if not retry:
        job.state = "failed"
    else:
        job.state = "queued" if job.attempts < max_attempts else "quarantined"
    job.error, job.lease_until, job.worker = error[:4000], None, ""
    job.finished_at = None if job.state == "queued" else now
    await session.flush()
    return job.state


async def give_back(session: AsyncSession, job_id: int, worker: str) -> bool:
    """Queue a job again whose worker was told to stop, without counting an attempt; False if it is no longer his."""
    job = await _held(session, job_id, worker)
    if job is None:
        return False
    job.state, job.worker, job.lease_until = "queued", "", None
    job.attempts -= 1
    await session.flush()
    return True


async def release(session: AsyncSession, job_id: int, worker: str) -> bool:
    """Queue a job again whose worker is known to be dead, its attempt counted; False if it is no longer his."""
    job = await _held(session, job_id, worker)
    if job is None:
        return False
    job.state, job.worker, job.lease_until = "queued", "", None
    await session.flush()
    return True


async def requeue(session: AsyncSession, kind: str, call_id: int) -> bool:
    """Ask for the work again, whatever became of it; False if there is no such job or it is being done."""
    statement = (
        update(Job)
        .where(Job.kind == kind, Job.call_id == call_id, Job.state.in_(_OVER))
        .values(state="queued", attempts=0, worker="", error="", lease_until=None, finished_at=None)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalar(statement)) is not None


async def ended(session: AsyncSession, kind: str, call_ids: Collection[int]) -> Sequence[int]:
    """Those of the calls on which the work was asked for and is over, whatever became of it."""
    query = select(Job.call_id).where(Job.kind == kind, Job.call_id.in_(call_ids), Job.state.in_(_OVER))
    return (await session.scalars(query)).all()


async def find(session: AsyncSession, kind: str, call_id: int) -> Job | None:
    """The job of a kind on a call."""
    return await session.scalar(select(Job).where(Job.kind == kind, Job.call_id == call_id))


async def get(session: AsyncSession, job_id: int) -> Job | None:
    """A job by its id."""
    return await session.get(Job, job_id)


async def oldest_waiting(session: AsyncSession) -> datetime | None:
    """Since when the oldest job waits that nobody does yet; None when none waits."""
    return await session.scalar(select(func.min(Job.created_at)).where(Job.state == "queued"))


async def list_jobs(session: AsyncSession, *, state: str | None = None, limit: int = 100) -> Sequence[Job]:
    """Jobs, the newest first."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Job.state == state)
    return (await session.scalars(query)).all()


async def counts(session: AsyncSession, kind: str | None = None) -> dict[str, int]:
    """How many jobs are in each state."""
    query = select(Job.state, func.count()).group_by(Job.state)
    if kind is not None:
        query = query.where(Job.kind == kind)
    return {row[0]: row[1] for row in await session.execute(query)}


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Job.state == "queued", and_(Job.state == "running", Job.lease_until < now))


async def _held(session: AsyncSession, job_id: int, worker: str) -> Job | None:
    query = select(Job).where(Job.id == job_id, Job.worker == worker, Job.state == "running")
    return await session.scalar(query.with_for_update())
