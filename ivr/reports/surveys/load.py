"""The questions that were asked in a period, from the journal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.reports.surveys.model import Asked
from ivr.storage.models import SurveyAnswer


async def load_asked(session: AsyncSession, since: datetime, until: datetime) -> list[Asked]:
    """All questions asked in ``since <= t < until`` (UTC), in order of time."""
    query = (
        select(
            SurveyAnswer.question, SurveyAnswer.answer, SurveyAnswer.agent, SurveyAnswer.queue, SurveyAnswer.asked_at
        )
        .where(SurveyAnswer.asked_at >= since, SurveyAnswer.asked_at < until)
        .order_by(SurveyAnswer.asked_at, SurveyAnswer.id)
    )
    return [Asked(*row) for row in (await session.execute(query)).all()]


__all__ = ["load_asked"]
