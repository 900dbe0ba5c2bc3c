"""What several steps have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from dialplan.base import Model, Name, PromptId

Expression = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,300}$")]
"""A condition or a sum over a call's variables, e.g. ``tries < 3 and status == 'open'``."""

Template = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{0,500}$")]
"""Text in which ``{name}`` stands for a call's variable."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_PROMPT = {"type": "string", "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*$"}
Wordings = Annotated[
    list[PromptId],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [_PROMPT, {"type": "array", "items": _PROMPT, "minItems": 1}]}),
    Field(min_length=1),
]
"""A prompt, or several: the first time the first, and so on; the last of them for all the rest."""


def worded(wordings: list[str], time: int) -> str:
    """The prompt for the ``time``-th time, counted from 0."""
    return wordings[min(time, len(wordings) - 1)]


class StepBase(Model):
    """What every step has."""

    next: Name | None = Field(
        default=None, description="step that follows; when none is named, the call ends, and a subflow returns"
    )


class Input(Model):
    """How a step that waits for keys deals with silence and wrong keys (A9)."""

    timeout: float = Field(default=5.0, ge=1, le=30, description="seconds to wait for a key (A9)")
    tries: int = Field(default=3, ge=1, le=5, description="how often it is asked")
    invalid: Wordings = Field(
        default=["invalid-choice"], description="prompt after a wrong key; several for one time after another"
    )
    silent: Wordings = Field(
        default=["no-input"], description="prompt after silence; several for one time after another"
    )


class Ladder(Input):
    """How a step ends that cannot go on without a key (A9)."""

    closing: PromptId = Field(
        default="no-input-last", description="closing formula after the last try, where no failure step is named (A9)"
    )
    failure: Name | None = Field(
        default=None, description="step after the last try; when none, the closing formula, one more wait, the end"
    )


class Case(Model):
    """One way of a branch."""

    when: Expression = Field(description="condition over the call's variables")
    go: Name = Field(description="step, where it holds")


__all__ = ["Case", "Expression", "Input", "Ladder", "StepBase", "Template", "Wordings", "worded"]
