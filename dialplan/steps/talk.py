"""Steps that bring the caller to somebody."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dialplan.base import Digit, Digits, Model, Name, PromptId
from dialplan.steps.base import StepBase, Template
from dialplan.waiting import Priority


class Enqueue(Model):
    """Queue the caller to an agent."""

    step: Literal["queue"]
    queue: Name = Field(description="name of the queue")
    priority: Priority = Field(default=0, description="0 to 10; whoever has the highest is served first")
    wait: Annotated[int, Field(ge=5, le=3600)] | None = Field(
        default=None, description="longest wait in seconds; that of the queue when not given"
    )
    keys: dict[Digit, Name] = Field(
        default_factory=dict, description="key to step: how a caller who waits may leave; alike for all of a queue"
    )
    after: Name | None = Field(default=None, description="step after the talk, when the agent hung up first")
    timeout: Name | None = Field(default=None, description="step after the longest wait, or when nobody is logged in")
    full: Name | None = Field(default=None, description="step when the queue is full; that of timeout when not given")
    empty: Name | None = Field(default=None, description="step when it is empty; that of timeout when not given")


class Callback(StepBase):
    """Note a callback that keeps the caller's place in the queue."""

    step: Literal["callback"]
    queue: Name = Field(description="name of the queue")
    failure: Name | None = Field(
        default=None, description="step when none is wanted or possible, and when a called back caller waits in vain"
    )
    after: Name | None = Field(default=None, description="step after the talk, when the agent hung up first")


class Transfer(Model):
    """Hand the caller on to an extension, a queue, or a number outside that the site allows: exactly one of them."""

    step: Literal["transfer"]
    agent: Name | None = Field(default=None, description="agent, by id")
    extension: Template | None = Field(
        default=None, description="extension of an agent, as a template, e.g. {extension}; others are refused"
    )
    queue: Name | None = Field(default=None, description="queue, by name")
    outside: Digits | None = Field(default=None, description="number of the site's list outside:")
    prompts: list[PromptId] = Field(
        default_factory=lambda: ["transfer-wait"],
        description="spoken before; to a queue, which has words of its own, only what is named here",
    )
    failed: list[PromptId] = Field(
        default_factory=lambda: ["transfer-failed"],
        description="spoken when it came to nothing; after a queue only what is named here",
    )
    ring: int = Field(default=25, ge=5, le=60, description="seconds the other phone rings")
    after: Name | None = Field(default=None, description="step after the talk, when the other one hung up first")
    busy: Name | None = Field(default=None, description="step when the other one is busy; that of failure else")
    failure: Name | None = Field(
        default=None, description="step when nobody answers, or there is nobody of that name; the call ends else"
    )


__all__ = ["Callback", "Enqueue", "Transfer"]
