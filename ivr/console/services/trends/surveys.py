"""What callers answered after the service (A8), by queue, agent or day."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.trends.period import PeriodTold, Wanted, ground
from ivr.reports.surveys.figures import group_of, scales_of
from ivr.reports.surveys.model import Group
from ivr.reports.trends import read

By = Literal["queue", "agent", "day"]


class MeasureTold(BaseModel):
    """A figure of a question."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="answer_rate, mean or satisfied")
    name: str
    value: float | None
    unit: str
    numerator: int
    denominator: int
    low: float | None
    high: float | None
    formula: str


class QuestionTold(BaseModel):
    """One question, asked of one queue's, agent's or day's callers; ``name`` "" is all of them, or nobody's."""

    model_config = ConfigDict(frozen=True)

    name: str
    question: str
    asked: int
    answered: int
    counts: dict[str, int] = Field(description="how often each key was the answer")
    measures: list[MeasureTold]


class SurveysTold(BaseModel):
    """Answers of a period."""

    model_config = ConfigDict(frozen=True)

    period: PeriodTold
    by: str
    whole: list[QuestionTold]
    rows: list[QuestionTold]


async def surveys(console: Console, who: Person, wanted: Wanted, by: By) -> SurveysTold:
    """Answer rate, mean and share of satisfied callers, by question.

    Raises:
        Forbidden: if he may not see trends.
        UsageError: if it is no period.
    """
    who.must(Permission.TRENDS)
    here = await ground(console, wanted)
    scales = scales_of(console.site())
    async with console.database.read() as session:
        whole = await read.surveys(session, here.span, "whole", queue=here.team, agent=here.agent)
        rows = await read.surveys(session, here.span, by, queue=here.team, agent=here.agent)

    def told(found: dict[str, dict[str, read.Answers]]) -> list[QuestionTold]:
        return [
            _question(group_of(name, question, answers, scale=scales.get(question, False)))
            for name, questions in sorted(found.items())
            for question, answers in sorted(questions.items())
        ]

    return SurveysTold(period=here.told, by=by, whole=told(whole), rows=told(rows))


def _question(group: Group) -> QuestionTold:
    return QuestionTold(
        name=group.name,
        question=group.question,
        asked=group.asked,
        answered=group.answered,
        counts=dict(group.counts),
        measures=[
            MeasureTold(
                id=one.id,
                name=str(one.name),
                value=one.value,
                unit=one.unit,
                numerator=one.numerator,
                denominator=one.denominator,
                low=one.low,
                high=one.high,
                formula=str(one.formula),
            )
            for one in group.measures
        ],
    )


__all__ = ["By", "MeasureTold", "QuestionTold", "SurveysTold", "surveys"]
