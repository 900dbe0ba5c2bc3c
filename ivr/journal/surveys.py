"""The part of a story that says what the caller was asked after the service, and what he answered (A8)."""

from __future__ import annotations

from ivr.journal import facts as own
from ivr.journal.told import plain
from ivr.storage.models import Call, SurveyAnswer
from recording.talks import talks


def question_asked(call: Call, fact: own.StepFact) -> None:
    """A question is asked; it stays unanswered until an answer is told."""
    question = plain(str(fact.detail.get("question", "")), 64)
    if question and not any(row.question == question and row.asked_at == fact.at for row in call.answers):
        flow = plain(str(fact.detail.get("flow", "")), 64)
        call.answers.append(_row(call, question, fact, flow=flow))


def question_answered(call: Call, fact: own.SurveyAnswered) -> None:
    """The caller answers the question he was asked last under this name."""
    question = plain(fact.question, 64)
    rows = [row for row in call.answers if row.question == question and row.asked_at <= fact.at]
    row = max(rows, key=lambda one: one.asked_at, default=None)
    if row is None or row.answered_at not in {None, fact.at}:
        row = _row(call, question, fact)
        call.answers.append(row)
    row.answer, row.answered_at = plain(fact.answer, 8), fact.at


def tell_answers(call: Call) -> None:
    """Write down whom each answer is about: the last to have talked to the caller before he was asked."""
    if not call.answers:
        return
    found = talks(call)
    for row in call.answers:
        asked = (row.asked_at - call.started_at).total_seconds()
        before = [talk for talk in found if talk.start <= asked]
        queues = [talk.visit.queue for talk in before if talk.visit is not None]
        row.agent = before[-1].agent if before else ""
        row.queue = queues[-1] if queues else ""


def _row(call: Call, question: str, fact: own.EngineFact, *, flow: str = "") -> SurveyAnswer:
    return SurveyAnswer(
        question=question, answer="", asked_at=fact.at, agent="", queue="", flow=flow or call.flow,
        flow_version=call.flow_version,
    )  # fmt: skip


__all__ = ["question_answered", "question_asked", "tell_answers"]
