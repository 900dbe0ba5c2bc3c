"""The calls and moments a rule is about: what must have happened before it says anything."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from recording.rulebooks.base import Language, Line, Model, Phrase, Slug, Title


class Moment(StrEnum):
    """The part of the call a rule looks at."""

    ANYWHERE = "anywhere"
    OPENING = "opening"
    CLOSING = "closing"
    CALL_START = "call_start"
    CALL_END = "call_end"
    BEFORE_HOLD = "before_hold"
    AFTER_HOLD = "after_hold"
    BEFORE_TRANSFER = "before_transfer"
    BEFORE = "before"
    AFTER = "after"
    AROUND = "around"


ANCHORED = frozenset({Moment.BEFORE, Moment.AFTER, Moment.AROUND})


class Window(Model):
    """When in the call it counts."""

    moment: Moment = Field(
        default=Moment.ANYWHERE,
        description="anywhere; opening: from the speaker's first word; closing: back from the last; call_start: from "
        "the connection; call_end: back from its end; before_hold, after_hold, before_transfer; before, after, around "
        "what `of` names",
    )
    seconds: float = Field(default=20.0, gt=0, le=600, description="length in seconds")
    of: Slug | None = Field(default=None, description="a cue or a rule of this rulebook: every place it is heard at")
    every: bool = Field(default=True, description="where there are several such places: at each, or at one at least")

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        if (self.of is not None) != (self.moment in ANCHORED):
            raise ValueError("moment before, after or around needs `of`, and no other moment has it")
        return self


class Cue(Model):
    """Something that is listened for, but not judged: it says whether, or when, a rule counts."""

    id: Slug = Field(description="name, unique among the rulebook's cues and rules")
    title: Title = Field(description="what people read")
    by: Literal["agent", "caller", "either"] = Field(default="caller", description="whose words count")
    phrases: list[Phrase] = Field(min_length=1, max_length=200, description="any of these")
    near_misses: list[Phrase] = Field(default_factory=list, max_length=200, description="as of a rule")
    must_match: list[Line] = Field(min_length=1, description="lines it must find")
    must_not_match: list[Line] = Field(min_length=1, description="lines it must not find")


class When(Model):
    """Conditions; all that are given must hold. A single word (`held`) stands for `{held: true}`."""

    held: bool | None = Field(default=None, description="the caller was on hold, or waited as long")
    transferred: bool | None = Field(default=None, description="the call was transferred")
    holiday: bool | None = Field(default=None, description="the call was on a holiday of the site")
    caller_first: bool | None = Field(default=None, description="the caller spoke before the agent did")
    caller_silent: float | None = Field(
        default=None, gt=0, le=600, description="the caller said nothing in the first so many seconds of the talk"
    )
    heard: list[Slug] = Field(default_factory=list, description="any of these cues was heard")
    queue: list[str] = Field(default_factory=list, description="the call came through any of these queues")
    outcome: list[str] = Field(default_factory=list, description="the call ended in any of these ways")
    ended_by: list[Literal["agent", "caller", "transfer"]] = Field(
        default_factory=list, description="the talk was ended by any of these"
    )
    language: list[Language] = Field(default_factory=list, description="the call is in any of these languages")

    @property
    def always(self) -> bool:
        """Whether nothing is asked."""
        return self == When()


def _short(value: Any) -> Any:
    """``held`` for ``{held: true}``, ``always`` for no condition."""
    if not isinstance(value, str):
        return value
    if value == "always":
        return {}
    if value in {"held", "transferred", "holiday", "caller_first"}:
        return {value: True}
    raise ValueError("write always, held, transferred, holiday, caller_first, or conditions as key: value")


Condition = Annotated[When, BeforeValidator(_short)]
