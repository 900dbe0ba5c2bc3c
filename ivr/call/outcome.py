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
class Handover:
    """The dialplan runs a long application and asks again afterwards."""

    verb: Literal["queue", "voicemail"]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """The engine is done; the dialplan hangs up."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller has hung up."""


Outcome = GoTo | Handover | End | HungUp
