"""Go one of several ways, by conditions over the call's variables or by its language."""

from __future__ import annotations

from dialplan.expressions import Expression, ExpressionError
from dialplan.model import Branch
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Outcome
from ivr.call.variables import variables_of


async def run(step: Branch, call: CallContext) -> Outcome:
    """The first condition that holds, else the call's language, else the way of all others.

    A condition that cannot be decided, because a text is no number, does not hold; that is told.
    """
    variables = variables_of(call) if step.cases else {}
    for case in step.cases:
        try:
            holds = Expression.parse(case.when).holds(variables)
        except ExpressionError as error:
            call.tell("undecided", when=case.when, why=error.why.en)
            continue
        if holds:
            call.tell("branch", when=case.when)
            return GoTo(case.go)
    call.tell("branch", language=call.language)
    return GoTo(step.languages.get(call.language, step.next))


__all__ = ["run"]
