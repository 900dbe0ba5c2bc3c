"""What every part of a site is made of: the base of the models, and the kinds of text they hold."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from dialplan.times import clock_time, plain_date

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Digit = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
PromptId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Language = Literal["zh-CN", "en-US", "ko-KR"]
WhisperPart = Literal["queue", "language", "wait", "region", "contacts"]
ClockTime = Annotated[time, BeforeValidator(clock_time)]
PlainDate = Annotated[date, BeforeValidator(plain_date)]
RulebookName = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def pattern_of(kind: Any) -> str:
    """The pattern of a kind of text, as the schema and its errors name it."""
    return next(str(one.pattern) for one in get_args(kind) if isinstance(one, StringConstraints))


class Model(BaseModel):
    """Base of every part of a site: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


__all__ = [
    "ClockTime",
    "Day",
    "Digit",
    "Digits",
    "Language",
    "Model",
    "Name",
    "PlainDate",
    "PromptId",
    "RulebookName",
    "Variable",
    "WhisperPart",
    "pattern_of",
]
