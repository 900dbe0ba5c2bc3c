"""What a step can come to: a closed set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class GoTo:
    """The flow goes on at another step; ``None`` ends the call."""

    step: str | None


@dataclass(frozen=True, slots=True)
class Enter:
    """The flow goes on inside another one and comes back to the step's own ``next``."""

    flow: str


@dataclass(frozen=True, slots=True)
class ToHuman:
    """The caller wants a human: the flow goes on at its ``human`` step, or that of the flow around it."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The dialplan runs a long application and asks again afterwards."""

    verb: Literal["queue", "voicemail", "record", "transfer"]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """The engine is done; the dialplan hangs up."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller has hung up."""


Outcome = GoTo | Enter | ToHuman | Handover | End | HungUp
