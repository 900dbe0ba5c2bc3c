"""Features of sound and the health of recognition: kept with each judging, read back for reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Call, CallFeatures, Recording, RecordingFeatures
from ivr.storage.quality import latest_run


async def save_track(session: AsyncSession, row: RecordingFeatures) -> RecordingFeatures:
    """Keep what was measured in one file; returns it with its id."""
    session.add(row)
    await session.flush()
    return row


async def find_track(session: AsyncSession, recording_id: int, version: str) -> RecordingFeatures | None:
    """The newest measurement of a recording by this version; None if there is none."""
    query = select(RecordingFeatures).where(
        RecordingFeatures.recording_id == recording_id, RecordingFeatures.version == version
    )
    return await session.scalar(query.order_by(RecordingFeatures.id.desc()).limit(1))


async def tracks(session: AsyncSession, call_id: int) -> Sequence[tuple[Recording, RecordingFeatures]]:
    """The newest measurement of each of a call's recordings, in the order in which they began."""
    its = select(Recording.id).where(Recording.call_id == call_id)
    newest = (
        select(func.max(RecordingFeatures.id))
        .where(RecordingFeatures.recording_id.in_(its))
        .group_by(RecordingFeatures.recording_id)
    )
    query = (
        select(Recording, RecordingFeatures)
        .join(RecordingFeatures, RecordingFeatures.recording_id == Recording.id)
        .where(Recording.call_id == call_id, RecordingFeatures.id.in_(newest))
        .order_by(Recording.started_at, Recording.id)
    )
    return [(recording, row) for recording, row in await session.execute(query)]


async def save_features(session: AsyncSession, found: Iterable[CallFeatures]) -> None:
    """Keep what was measured in one judging of one call."""
    session.add_all(found)
    await session.flush()


async def list_features(session: AsyncSession, call_id: int, run: str | None = None) -> Sequence[CallFeatures]:
    """A call's features, one row an agent, of one judging, the newest when ``run`` is None."""
    run = run or await latest_run(session, call_id)
    query = select(CallFeatures).where(CallFeatures.call_id == call_id, CallFeatures.run == run)
    return (await session.scalars(query.order_by(CallFeatures.id))).all()


async def features_between(
    session: AsyncSession, since: datetime, until: datetime, *, agent: str | None = None
) -> Sequence[tuple[int, str, dict[str, Any]]]:
    """The newest features of each agent's part in each call begun in ``since <= t < until``, in order of the calls.

    Returns:
        Call, agent, features as ``recording.analytics.features.CallFeatures.to_dict`` gave them.
    """
    within = (Call.started_at >= since, Call.started_at < until)
    newest = select(func.max(CallFeatures.id)).join(Call, Call.id == CallFeatures.call_id).where(*within)
    newest = newest.group_by(CallFeatures.call_id, CallFeatures.recording_id)
    query = (
        select(CallFeatures.call_id, CallFeatures.agent, CallFeatures.features)
        .join(Call, Call.id == CallFeatures.call_id)
        .where(*within, CallFeatures.id.in_(newest))
        .order_by(Call.started_at, CallFeatures.id)
    )
    if agent is not None:
        query = query.where(CallFeatures.agent == agent)
    return [(call_id, who, features) for call_id, who, features in await session.execute(query)]
