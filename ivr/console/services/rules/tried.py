"""What is tried before it becomes a rule, and what it comes to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from recording.rulebooks.base import Phrase

MOST_PHRASES = 20

Kind = Literal["must", "must_not"]
By = Literal["agent", "caller", "either"]
Variants = Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=MOST_PHRASES)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Tried(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrases: Variants = Field(description="ways of saying it; {company} and the like as in rulebooks")
    near_misses: Annotated[tuple[Phrase, ...], Field(max_length=MOST_PHRASES)] = Field(
        default=(), description="harmless phrases that sound alike"
    )
    kind: Kind = "must"


class FoundTold(BaseModel):
    """One way of saying it at its best place in a text."""

    model_config = ConfigDict(frozen=True)

    phrase: str
    score: float = Field(description="0..100")
    near_miss: str = Field(description="the near miss most alike there")
    near_miss_score: float
    excused: bool = Field(description="whether the near miss fits better")
    found: bool


class TextTold(BaseModel):
    """A phrase tried against a text."""

    model_config = ConfigDict(frozen=True)

    found: bool
    needed: float = Field(description="score from which the text alone is evidence")
    rows: list[FoundTold]


class HitTold(BaseModel):
    """Evidence at one place of a call."""

    model_config = ConfigDict(frozen=True)

    start: float = Field(description="seconds from the start of the call")
    end: float
    heard: str
    phrase: str
    score: float
    by: str = Field(description="text, grammar or grammar_only")
    strong: bool = Field(description="whether it is enough on its own")
    missing: list[str]
    near_miss: str


class PartTold(BaseModel):
    """What a phrase comes to in one agent's part of a call."""

    model_config = ConfigDict(frozen=True)

    agent: str
    value: str = Field(description="said, not_said or cannot_tell")
    value_name: str
    reason: str
    speaker: str
    hits: list[HitTold] = Field(description="the deciding one first")


class CallTold(BaseModel):
    """A phrase tried against a call."""

    model_config = ConfigDict(frozen=True)

    call: int
    language: str
    parts: list[PartTold]
    note: str


__all__ = [
    "MOST_PHRASES",
    "By",
    "CallTold",
    "FoundTold",
    "HitTold",
    "Kind",
    "PartTold",
    "Said",
    "TextTold",
    "Tried",
]
