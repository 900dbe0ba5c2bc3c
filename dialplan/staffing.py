"""What agents can do with their phones' codes, what they are able to do, and when the line looks after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from dialplan.base import Language, Model, Name

TOP = 5
"""The best level of a skill."""

NO_ANSWER = "no-answer"
"""The reason of a pause that the line itself begins, when an agent has missed calls."""

HELD = "callback"
"""The reason of a pause in which an agent is kept free for a caller who is being called back."""

OWN_REASONS = frozenset({NO_ANSWER, HELD})
"""Reasons that a site may not use."""

Keys = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")]
Level = Annotated[int, Field(ge=1, le=TOP)]


class PauseReason(Model):
    """Why an agent takes no calls for a while."""

    code: Keys = Field(description="digits after *46")
    title: str = Field(default="", description="name shown to people", max_length=60)


class CallOutcome(Model):
    """What a talk came to, as the agent says after it."""

    code: Keys = Field(description="digits after *48")
    title: str = Field(default="", description="name shown to people", max_length=60)


class Staffing(Model):
    """Agents at work: codes they dial, and when they are paused or logged out without asking."""

    pause_reasons: dict[Name, PauseReason] = Field(
        default_factory=lambda: {
            "break": PauseReason(code="1", title="小休"),
            "lunch": PauseReason(code="2", title="用餐"),
            "training": PauseReason(code="3", title="培训"),
            "paperwork": PauseReason(code="4", title="整理资料"),
        },
        description="reasons of a pause by name",
    )
    outcomes: dict[Name, CallOutcome] = Field(
        default_factory=lambda: {
            "solved": CallOutcome(code="1", title="已解决"),
            "follow-up": CallOutcome(code="2", title="待跟进"),
            "complaint": CallOutcome(code="3", title="投诉"),
            "no-need": CallOutcome(code="4", title="无需处理"),
        },
        description="outcomes of a talk by name",
    )
    misses_before_pause: int = Field(
        default=3, ge=0, le=20, description="calls an agent misses in a row before he is paused, 0 = never"
    )
    phone_check: int = Field(default=60, ge=5, le=300, description="seconds between checks that a phone is there")
    gone_after: int = Field(
        default=30, ge=1, le=900, description="seconds a phone may be gone before its agent is logged out"
    )


class Able(Protocol):
    """Who has, or what needs, skills."""

    @property
    def skills(self) -> Mapping[str, int]:
        """Levels by skill."""
        ...

    @property
    def languages(self) -> Mapping[Language, int]:
        """Levels by language, which are skills too."""
        ...


class Supervisor(Protocol):
    """Who may supervise whom."""

    @property
    def supervises(self) -> bool:
        """Whether all."""
        ...

    @property
    def supervises_queues(self) -> Sequence[str]:
        """Else the agents of which queues."""
        ...


class Member(Protocol):
    """Who serves queues."""

    @property
    def queues(self) -> Sequence[str]:
        """Which."""
        ...


def may_supervise(supervisor: Supervisor, agent: Member) -> bool:
    """Whether a supervisor may listen to an agent; that nobody does to himself is for the caller to see."""
    return supervisor.supervises or not set(supervisor.supervises_queues).isdisjoint(agent.queues)


def needed(who: Able) -> dict[str, int]:
    """Skills and languages together, level by name."""
    return {**{str(language): level for language, level in who.languages.items()}, **who.skills}


def lacking(agent: Able, queue: Able) -> Iterator[tuple[str, int]]:
    """The skills and levels that a queue asks for and the agent has not got."""
    has = needed(agent)
    yield from ((name, level) for name, level in needed(queue).items() if has.get(name, 0) < level)


def penalty(agent: Able, queue: Able) -> int:
    """The agent's penalty in a queue: what his weakest needed skill is below the best; 0 where none is needed.

    Asterisk rings members of a higher penalty when all of a lower one are busy.
    """
    has = needed(agent)
    return max((TOP - min(has.get(name, 0), TOP) for name in needed(queue)), default=0)


def reason_of(staffing: Staffing, code: str) -> str | None:
    """The pause reason with this code."""
    return next((name for name, reason in staffing.pause_reasons.items() if reason.code == code), None)


def outcome_of(staffing: Staffing, code: str) -> str | None:
    """The outcome with this code."""
    return next((name for name, outcome in staffing.outcomes.items() if outcome.code == code), None)


def spoken_to(agent: Able, languages: list[Language]) -> Language:
    """The language the line speaks to an agent: his best among the site's, the site's first when none is his."""
    mine = [language for language in languages if language in agent.languages]
    return max(mine, key=lambda language: agent.languages[language]) if mine else languages[0]
