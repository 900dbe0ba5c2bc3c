"""Ask how the service was (A8): each answer is told at once, so that a caller who hangs up leaves what he answered."""

from __future__ import annotations

from dialplan.model import Survey
from ivr.call.asking import ask_key
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, HungUp, Outcome


async def run(step: Survey, call: CallContext) -> Outcome:
    """Ask the questions in turn; one that stays unanswered ends the survey: he wants to answer no more."""
    answered = 0
    for question in step.questions:
        call.tell("asked", question=question.name)
        answer = await ask_key(call, step, question.prompts, question.keys)
        if isinstance(answer, HungUp):
            return answer
        if answer is None:
            break
        call.tell("key", key=answer, question=question.name)
        call.trace.answered(question.name, answer)
        answered += 1
    if answered and (await call.say(step.thanks)).hung_up:
        return HungUp()
    return GoTo(step.next)
