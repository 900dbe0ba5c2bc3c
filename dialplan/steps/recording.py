"""Steps that record what the caller says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dialplan.base import Name, PromptId, Variable
from dialplan.steps.base import StepBase


class _Recording(StepBase):
    max_seconds: int = Field(default=120, ge=5, le=600, description="longest message")
    silence: int = Field(default=5, ge=1, le=30, description="seconds of silence that end it")
    review: bool = Field(
        default=False, description="whether the caller may listen to it (2), record it anew (3) or keep it (1)"
    )


class Voicemail(_Recording):
    """Record a message."""

    step: Literal["voicemail"]
    prompts: list[PromptId] = Field(default_factory=lambda: ["voicemail-intro"], description="spoken before the tone")


class Record(_Recording):
    """Record a statement of the caller, e.g. what his complaint is about, and go on."""

    step: Literal["record"]
    prompts: list[PromptId] = Field(description="spoken before the tone", min_length=1)
    variable: Variable | None = Field(default=None, description="variable that holds the name of the recording")
    failure: Name | None = Field(default=None, description="step when it could not be written; that of next else")


__all__ = ["Record", "Voicemail"]
