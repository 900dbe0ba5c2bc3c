"""Steps that answer, speak, look at the clock, and end the call."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dialplan.base import Digit, Model, Name, PromptId
from dialplan.steps.base import StepBase


class Answer(StepBase):
    """Answer the call."""

    step: Literal["answer"]


class Play(StepBase):
    """Play prompts."""

    step: Literal["play"]
    prompts: list[PromptId] = Field(description="prompt ids, played in order", min_length=1)
    barge_in: bool = Field(default=False, description="whether a key stops those prompts that may be stopped")


class Greeting(StepBase):
    """Greet by time of day and holiday (A4), then the recording notice."""

    step: Literal["greeting"]
    notice: bool = Field(default=True, description="whether the recording notice follows")
    refuse_key: Digit | None = Field(
        default=None, description="key that refuses the recording, announced after the notice; none where not allowed"
    )
    refuse_wait: float = Field(default=3.0, ge=1, le=10, description="seconds to wait for that key")


class HoursGate(Model):
    """Go one way in business hours, another outside them (A1)."""

    step: Literal["hours"]
    hours: Name = Field(description="name of the business hours")
    open: Name = Field(description="step in business hours")
    closed: Name = Field(description="step outside them")
    at_break: Name | None = Field(default=None, description="step in a break, e.g. at lunch; that of closed else")
    holiday: Name | None = Field(
        default=None, description="step on a public holiday and on a single closed day; that of closed else"
    )


class Hangup(Model):
    """Say goodbye and end the call."""

    step: Literal["hangup"]
    prompts: list[PromptId] = Field(default_factory=lambda: ["goodbye"], description="spoken before the end")


__all__ = ["Answer", "Greeting", "Hangup", "HoursGate", "Play"]
