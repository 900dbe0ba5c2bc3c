"""Figures of surveys, each with its formula and its parts.

Answer rate: answered / asked. Mean: sum of the points / answered. Satisfied: answers 4 and 5 / answered. Shares have
Wilson's interval of 95 %, for few answers say little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from dialplan.model import Site, Survey
from ivr.core.language import Text
from ivr.reports.surveys.model import Asked, By, Group, Measure, SurveyReport
from recording.review.intervals import wilson

SCALE = ("1", "2", "3", "4", "5")
SATISFIED = frozenset({"4", "5"})
# The question every survey asks that names none: on a scale though no flow names it any more.
DEFAULT = "satisfaction"

_RATE = Text("questions answered / questions asked × 100 %", "已回答的次数 ÷ 提问次数 × 100%")
_MEAN = Text("points from 1 to 5, summed / questions answered", "1 至 5 分之和 ÷ 已回答的次数")
_SATISFIED = Text("answers 4 and 5 / questions answered × 100 %", "回答 4 分和 5 分的次数 ÷ 已回答的次数 × 100%")


def scales_of(site: Site) -> dict[str, bool]:
    """Whether a question's keys are a scale from 1 to 5, by its name, as the flows ask it."""
    found: dict[str, bool] = {DEFAULT: True}
    for flow in site.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Survey):
                found.update({question.name: tuple(sorted(question.keys)) == SCALE for question in step.questions})
    return found


def build(
    asked: Sequence[Asked], since: datetime, until: datetime, by: By, zone: tzinfo, scales: Mapping[str, bool]
) -> SurveyReport:
    """The report on all that was asked in ``since <= t < until``.

    Args:
        scales: see :func:`scales_of`; a question that is not named has no mean.
    """
    named: dict[By, Callable[[Asked], str]] = {
        "agent": lambda one: one.agent,
        "queue": lambda one: one.queue,
        "day": lambda one: f"{one.at.astimezone(zone):%Y-%m-%d}",
    }
    groups: dict[str, list[Asked]] = {}
    for one in asked:
        groups.setdefault(named[by](one), []).append(one)
    rows = [group for name in sorted(groups) for group in _groups(name, groups[name], scales)]
    return SurveyReport(since, until, zone, by, tuple(_groups("", asked, scales)), tuple(rows))


def _groups(name: str, asked: Iterable[Asked], scales: Mapping[str, bool]) -> list[Group]:
    """One group a question, in the order in which they were first asked."""
    questions: dict[str, list[Asked]] = {}
    for one in asked:
        questions.setdefault(one.question, []).append(one)
    return [
        group_of(name, question, Counter(one.answer for one in found), scale=scales.get(question, False))
        for question, found in questions.items()
    ]


def group_of(name: str, question: str, answers: Mapping[str, int], *, scale: bool) -> Group:
    """One question of one group.

    Args:
        answers: how often each key was the answer; "" is no answer.
        scale: whether the keys are points from 1 to 5.
    """
    asked = sum(answers.values())
    counts = Counter({key: times for key, times in answers.items() if key})
    answered = counts.total()
    measures = [_share("answer_rate", Text("answer rate", "回答率"), answered, asked, _RATE)]
    points = {key: number for key, number in counts.items() if key in SCALE}
    if scale:
        total, number = sum(int(key) * times for key, times in points.items()), sum(points.values())
        mean = total / number if number else None
        measures.append(Measure("mean", Text("mean", "平均分"), mean, "", total, number, _MEAN))
        happy = sum(times for key, times in points.items() if key in SATISFIED)
        measures.append(_share("satisfied", Text("satisfied", "满意率"), happy, number, _SATISFIED))
    return Group(name, question, asked, answered, dict(sorted(counts.items())), tuple(measures))


def _share(id_: str, name: Text, count: int, of: int, formula: Text) -> Measure:
    share = wilson(count, of)
    if share is None:
        return Measure(id_, name, None, "%", count, of, formula)
    return Measure(id_, name, 100 * share.value, "%", count, of, formula, 100 * share.low, 100 * share.high)


__all__ = ["build", "group_of", "scales_of"]
