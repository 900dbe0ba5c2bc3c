"""Business hours as data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from dialplan.base import ClockTime, Day, Model, PlainDate

SwitchDigit = Annotated[str, StringConstraints(pattern=r"^[0-9]$")]


class Opening(Model):
    """One stretch of opening hours."""

    days: list[Day] = Field(description="days of the week", min_length=1)
    start: ClockTime = Field(description="opens at, site's zone")
    end: ClockTime = Field(description="closes at, site's zone; 00:00 = end of the day")


class Hours(Model):
    """Business hours: weekly openings, closed on holidays and on single days."""

    always: Literal["open", "closed"] | None = Field(default=None, description="open or closed at all times")
    openings: list[Opening] = Field(default_factory=list, description="weekly openings")
    holidays: str | None = Field(default=None, description="country whose public holidays are closed, e.g. CN")
    closed: list[PlainDate] = Field(default_factory=list, description="single days that are closed")
    open: list[PlainDate] = Field(default_factory=list, description="make-up working days, with Monday's hours")
    breaks: list[Opening] = Field(default_factory=list, description="weekly breaks within the openings, e.g. lunch")
    switch: SwitchDigit | None = Field(
        default=None, description="digit after *28 by which an agent who may do so opens or closes them by hand"
    )


class Accessible(Model):
    """How callers who need more time are served: more patience, * says it again, 0 is a human, slower prompts."""

    patience: float = Field(default=2.0, ge=1, le=4, description="by what the seconds to wait for a key are multiplied")
    speed: float = Field(default=0.85, ge=0.5, le=1, description="speed of the prompts, 1 = as recorded")


__all__ = ["Accessible", "Hours", "Opening", "SwitchDigit"]
