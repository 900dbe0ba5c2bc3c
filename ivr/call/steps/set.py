"""Set variables of the call."""

from __future__ import annotations

from dialplan.expressions import Expression, ExpressionError
from dialplan.model import SetVariables
from dialplan.reckoning import as_text
from dialplan.templates import TemplateError, fill
from ivr.call.context import CallContext
from ivr.call.outcome import GoTo, Outcome
from ivr.call.variables import keep, variables_of


async def run(step: SetVariables, call: CallContext) -> Outcome:
    """First the texts, then what is computed, in the order written; each sees those before it.

    What cannot be had becomes empty text. Told are the variables, not their values.
    """
    failed = {}
    for name, template in step.values.items():
        try:
            keep(call, name, fill(template, variables_of(call)))
        except TemplateError as error:
            keep(call, name, "")
            failed[name] = error.why.en
    for name, text in step.compute.items():
        try:
            keep(call, name, as_text(Expression.parse(text).value(variables_of(call))))
        except ExpressionError as error:
            keep(call, name, "")
            failed[name] = error.why.en
    if step.accessible is not None:
        call.accessible = step.accessible
    call.tell("set", variables=[*step.values, *step.compute], **({"failed": failed} if failed else {}))
    return GoTo(step.next)


__all__ = ["run"]
