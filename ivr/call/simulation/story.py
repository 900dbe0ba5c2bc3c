"""What happened in a simulated call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Ended = Literal["line", "caller", "emergency"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened.

    Args:
        what: ``sound``: the caller hears a prompt; ``recording``: what he has said; ``wait``: the line waits for him;
            ``event``: the step tells why it does something; ``handover``: the dialplan works for him; ``lookup``: a
            service is asked.
        at: seconds since the call began.
        detail: what belongs to it.
    """

    what: Literal["sound", "recording", "wait", "event", "handover", "lookup"]
    at: float
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Visit:
    """One step of the path."""

    flow: str
    step: str
    kind: str
    at: float
    items: list[Item] = field(default_factory=list)

    @property
    def name(self) -> str:
        """``flow/step``."""
        return f"{self.flow}/{self.step}"


@dataclass(slots=True)
class Story:
    """A simulated call from its beginning to its end.

    Args:
        flow: the flow of the number called.
        visits: the steps, in order.
        ended: who ended it; ``emergency``: the engine failed, and the dialplan takes the caller to the default queue.
        problem: why it failed.
        outcome: as the journal will have it.
        language: spoken at the end.
        variables: of the call at its last handover or end, without secret ones.
        seconds: how long it lasted.
        longest_silence: seconds in which the caller heard nothing.
        unanswered: lookups for which nothing stood in.
        facts: what the journal was told.
    """

    flow: str
    visits: list[Visit] = field(default_factory=list)
    ended: Ended = "line"
    problem: str = ""
    error: Exception | None = None
    outcome: str = ""
    language: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    recorded: bool = True
    seconds: float = 0.0
    longest_silence: float = 0.0
    unanswered: list[str] = field(default_factory=list)
    facts: list[Any] = field(default_factory=list)

    @property
    def path(self) -> list[str]:
        """The names of the steps; those of other flows as ``flow/step``."""
        return [visit.step if visit.flow == self.flow else visit.name for visit in self.visits]

    @property
    def sounds(self) -> list[Item]:
        """All that was heard."""
        return [item for visit in self.visits for item in visit.items if item.what in {"sound", "recording"}]

    def as_dict(self) -> dict[str, Any]:
        """As plain data for ``--json``."""
        return {
            "flow": self.flow,
            "path": self.path,
            "ended": self.ended,
            "problem": self.problem,
            "outcome": self.outcome,
            "language": self.language,
            "variables": self.variables,
            "recorded": self.recorded,
            "seconds": round(self.seconds, 1),
            "longest_silence": round(self.longest_silence, 1),
            "unanswered_lookups": self.unanswered,
            "steps": [
                {
                    "at": round(visit.at, 1),
                    "flow": visit.flow,
                    "step": visit.step,
                    "kind": visit.kind,
                    "happened": [{"what": item.what, "at": round(item.at, 1), **item.detail} for item in visit.items],
                }
                for visit in self.visits
            ],
        }


__all__ = ["Ended", "Item", "Story", "Visit"]
