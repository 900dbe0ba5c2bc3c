"""Figures of the monthly sheet that no machine here measures: a person enters them (B4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.models import Figure
from ivr.storage.people import Session
from ivr.storage.people import figures as rows
from recording.review.draw import month_of
from recording.review.people import person, prose


@dataclass(frozen=True, slots=True)
class Entered:
    """A figure people enter.

    Args:
        most: largest value; the smallest is 0.
        unit: ``%``, or empty for a number or mark.
    """

    name: Text
    most: float
    unit: str


FIGURES = {
    "resolution_rate": Entered(Text("resolution rate", "解决率"), 100, "%"),
    "complaint_rate": Entered(Text("complaint rate", "投诉率"), 100, "%"),
    "satisfaction": Entered(Text("satisfaction", "满意度"), 100, "%"),
    "knowledge_test": Entered(Text("knowledge test", "知识测验"), 100, ""),
    "team_work": Entered(Text("team work", "团队协作"), 100, ""),
}


async def enter(
    session: Session, agent: str, month: str, name: str, value: float, *, by: str, now: datetime, source: str = ""
) -> Figure:
    """Enter a figure of an agent's month, or put another in its place; the audit keeps both.

    Args:
        source: where it comes from, e.g. the survey.

    Raises:
        UsageError: if name, month or value is unusable.
    """
    by, agent = person(by), person(agent)
    month_of(month)
    known = FIGURES.get(name)
    if known is None:
        raise UsageError(
            Text(f"no figure {name!r:.40}", f"没有指标 {name!r:.40}"),
            cure=Text("one of: " + ", ".join(FIGURES), "可选：" + "、".join(FIGURES)),
        )
    if not 0 <= value <= known.most:  # refuses NaN too
        raise UsageError(
            Text(f"{name}: {value:g}", f"{name}：{value:g}"),
            cure=Text(f"between 0 and {known.most:g}", f"应在 0 与 {known.most:g} 之间"),
        )
    found = await rows.find(session, agent, month, name)
    before = found.value if found else None
    if found is None:
        found = await rows.add(
            session, Figure(agent=agent, month=month, name=name, value=value, entered_by=by, entered_at=now)
        )
    found.value, found.entered_by, found.entered_at = value, by, now
    found.source = prose(source, Text("the source", "来源"))[:200]
    detail = {"agent": agent, "month": month, "name": name, "from": before, "to": value, "source": found.source}
    await audit.append(session, actor=by, action="figure.enter", object=f"figure:{found.id}", at=now, detail=detail)
    return found
