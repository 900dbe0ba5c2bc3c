"""An agent's newest calls with the scores that count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.ledger import newest_scores
from ivr.storage.models import AgentTalk, Call, Dispute, Review
from recording.review.cards import laid_over
from recording.scorecards import Outcome


@dataclass(frozen=True, slots=True)
class OwnCall:
    """An agent's part in a call.

    Args:
        talk_s: seconds from being connected to the end of the talk.
        machine, final: score, 0..100; None where nothing counts or it was not judged.
        failed: items that failed in the end, by their names in both languages.
        reviewed: whether a person has scored it.
        dispute: state of the newest dispute; "" where there is none.
    """

    call_id: int
    started_at: datetime
    queue: str
    language: str
    talk_s: float
    machine: float | None
    final: float | None
    failed: tuple[tuple[str, str], ...]
    reviewed: bool
    dispute: str


async def newest_calls(session: AsyncSession, agent: str, *, limit: int = 20) -> list[OwnCall]:
    """The newest calls in which ``agent`` talked, each once."""
    query = (
        select(AgentTalk, Call.started_at, Call.language)
        .join(Call, Call.id == AgentTalk.call_id)
        .where(AgentTalk.agent == agent)
        .order_by(AgentTalk.connected_at.desc(), AgentTalk.id.desc())
        .limit(2 * limit)
    )
    talks: dict[int, tuple[AgentTalk, datetime, str]] = {}
    for talk, started_at, language in await session.execute(query):
        talks.setdefault(talk.call_id, (talk, started_at, language))
    chosen = list(talks.values())[:limit]
    numbers = [talk.call_id for talk, _, _ in chosen]
    scores = await newest_scores(session, numbers)
    reviews = {
        one.call_id: one
        for one in await session.scalars(
            select(Review)
            .options(selectinload(Review.items))
            .where(
                Review.call_id.in_(numbers),
                Review.agent == agent,
                Review.kind == "first",
                Review.state == "submitted",
            )
        )
    }
    disputes: dict[int, list[Dispute]] = {}
    about = select(Dispute).where(Dispute.call_id.in_(numbers), Dispute.agent == agent).order_by(Dispute.id)
    for one in await session.scalars(about):
        disputes.setdefault(one.call_id, []).append(one)
    found = []
    for talk, started_at, language in chosen:
        number = talk.call_id
        score = next((one for one in scores.get(number, ()) if one.agent == agent), None)
        card = None if score is None else laid_over(score.items, reviews.get(number), disputes.get(number, ()))
        found.append(
            OwnCall(
                number,
                started_at,
                talk.queue,
                language,
                max(0.0, (talk.completed_at - talk.connected_at).total_seconds()),
                None if card is None else card.automatic.percent,
                None if card is None else card.final.percent,
                ()
                if card is None
                else tuple((one.title.en, one.title.zh) for one in card.lines if one.final is Outcome.FAIL),
                number in reviews,
                disputes[number][-1].state if number in disputes else "",
            )
        )
    return found


__all__ = ["OwnCall", "newest_calls"]
