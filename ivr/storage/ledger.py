"""The ledger as a whole, a page at a time: what a check of all recordings reads, and what deletion writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from ivr.storage.calls import whole_call
from ivr.storage.models import Base, Call, Leg, LegalHold, QueueVisit, Recording, Score, Transcript, Verdict
from ivr.storage.sealing import OPEN_EVIDENCE

PAGE = 500


async def count(session: AsyncSession) -> int:
    """How many files the ledger knows."""
    return await session.scalar(select(func.count()).select_from(Recording)) or 0


async def page(session: AsyncSession, after: int, limit: int = PAGE) -> Sequence[Recording]:
    """Recordings with ids above ``after``, in order of their ids, each with its call and the call's legs."""
    query = (
        select(Recording)
        .options(joinedload(Recording.call).selectinload(Call.legs))
        .where(Recording.id > after)
        .order_by(Recording.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def known(session: AsyncSession, files: Collection[str]) -> set[str]:
    """Those of the files that have a row."""
    return set(await session.scalars(select(Recording.file).where(Recording.file.in_(files))))


async def talks(session: AsyncSession, after: int, ended_before: datetime, limit: int = PAGE) -> Sequence[Call]:
    """Calls with ids above ``after`` that are over and in which somebody talked to an agent, whole, in order."""
    talked = exists().where(QueueVisit.call_id == Call.id, QueueVisit.connected_at.is_not(None))
    query = whole_call().where(Call.id > after, Call.ended_at < ended_before, talked).order_by(Call.id).limit(limit)
    return (await session.scalars(query)).all()


async def locked(session: AsyncSession, recording_id: int) -> Recording | None:
    """A recording with its call's whole story, not to be changed by others until the transaction ends."""
    query = (
        select(Recording)
        .options(
            joinedload(Recording.call).selectinload(Call.legs),
            joinedload(Recording.call).selectinload(Call.recordings),
        )
        .where(Recording.id == recording_id)
    )
    return await session.scalar(query.with_for_update(of=Recording))


async def call_of_leg(session: AsyncSession, uniqueid: str) -> Call | None:
    """The call to which a channel belonged, with its legs."""
    query = select(Call).options(selectinload(Call.legs)).join(Leg, Leg.call_id == Call.id)
    return await session.scalar(query.where(Leg.uniqueid == uniqueid).limit(1))


async def list_recordings(
    session: AsyncSession,
    *,
    state: str | None = None,
    agent: str | None = None,
    since: datetime | None = None,
    limit: int = 100,
) -> Sequence[Recording]:
    """Recordings with their calls, the newest first."""
    query = select(Recording).options(joinedload(Recording.call)).order_by(Recording.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Recording.state == state)
    if agent is not None:
        query = query.where(Recording.agent == agent)
    if since is not None:
        query = query.where(Recording.started_at >= since)
    return (await session.scalars(query)).all()


async def keepable(session: AsyncSession, after: int, limit: int = PAGE) -> Sequence[Call]:
    """Calls with ids above ``after`` that are over and have recordings not yet deleted, with visits and recordings."""
    kept = exists().where(Recording.call_id == Call.id, Recording.state != "deleted")
    query = (
        select(Call)
        .options(selectinload(Call.visits), selectinload(Call.recordings))
        .where(Call.id > after, Call.ended_at.is_not(None), kept)
        .order_by(Call.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def strays(session: AsyncSession, after: int, limit: int = PAGE) -> Sequence[Recording]:
    """Recordings without a call, not yet deleted, with ids above ``after``."""
    query = select(Recording).where(Recording.id > after, Recording.call_id.is_(None), Recording.state != "deleted")
    return (await session.scalars(query.order_by(Recording.id).limit(limit))).all()


async def newest_scores(session: AsyncSession, calls: Collection[int]) -> dict[int, list[Score]]:
    """The newest score of each agent's part, by call."""
    newest = select(func.max(Score.id)).where(Score.call_id.in_(calls)).group_by(Score.call_id, Score.agent)
    found: dict[int, list[Score]] = {}
    for row in await session.scalars(select(Score).where(Score.id.in_(newest))):
        found.setdefault(row.call_id, []).append(row)
    return found


async def half_deleted(session: AsyncSession, after: int = 0, limit: int = PAGE) -> Sequence[Recording]:
    """Recordings whose deletion was begun and not finished."""
    query = select(Recording).where(Recording.state == "deleting", Recording.id > after)
    return (await session.scalars(query.order_by(Recording.id).limit(limit))).all()


async def erase_words(session: AsyncSession, recording_id: int) -> None:
    """Blank what was said in a recording: transcripts, and the texts of verdicts that rest on it; verdicts stay."""
    for transcript in await session.scalars(select(Transcript).where(Transcript.recording_id == recording_id)):
        transcript.text, transcript.words, transcript.speech = "", [], []
        transcript.grammar_words = transcript.detail = transcript.sealed = None
    recording = await session.get(Recording, recording_id)
    mine = Verdict.recording_id == recording_id
    if recording is not None and recording.call_id is not None:
        # verdicts that name no recording may quote any party
        mine = or_(mine, and_(Verdict.call_id == recording.call_id, Verdict.recording_id.is_(None)))
    for verdict in await session.scalars(select(Verdict).where(mine)):
        verdict.evidence = without_words(verdict.evidence)
        verdict.sealed = None
    await session.flush()


async def words_of(session: AsyncSession, recording_id: int) -> Sequence[Transcript]:
    """All transcripts of a recording, old ones too."""
    return (await session.scalars(select(Transcript).where(Transcript.recording_id == recording_id))).all()


async def verdicts_of(session: AsyncSession, call_id: int) -> Sequence[Verdict]:
    """All verdicts on a call, of every judging."""
    return (await session.scalars(select(Verdict).where(Verdict.call_id == call_id).order_by(Verdict.id))).all()


async def scores_of(session: AsyncSession, call_id: int) -> Sequence[Score]:
    """All scores of a call, of every judging."""
    return (await session.scalars(select(Score).where(Score.call_id == call_id).order_by(Score.id))).all()


def plain(row: Base) -> dict[str, Any]:
    """A row's columns as plain data for JSON; what is sealed and could not be opened is left out."""
    data = {}
    for column in row.__table__.columns:
        value = getattr(row, column.key)
        if isinstance(value, bytes):
            continue
        data[column.key] = value.isoformat() if isinstance(value, datetime) else value
    return data


def without_words(evidence: dict[str, Any]) -> dict[str, Any]:
    """A verdict's evidence without what was heard: names and reasons out of the rulebook stay."""
    return {name: value for name, value in evidence.items() if name in OPEN_EVIDENCE}


async def held(session: AsyncSession, calls: Collection[int]) -> set[int]:
    """Those of the calls on which a legal hold lies."""
    query = select(LegalHold.call_id).where(LegalHold.call_id.in_(calls), LegalHold.released_at.is_(None))
    return set(await session.scalars(query))
