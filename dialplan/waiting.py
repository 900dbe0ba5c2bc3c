"""Who waits before whom, and callbacks for those who would rather not wait."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from dialplan.base import Digits, Model, Name

Priority = Annotated[int, Field(ge=0, le=10)]
# As in Asterisk's dialplan, but of fixed length: X any digit, Z 1 to 9, N 2 to 9.
NumberPattern = Annotated[str, StringConstraints(pattern=r"^[0-9NXZ]{3,20}$")]
# The number is the only part that is not the site's own.
DialTemplate = Annotated[
    str,
    StringConstraints(
        pattern=r"^PJSIP/(\{number\}@[A-Za-z0-9_-]{1,40}|[A-Za-z0-9_-]{1,40}/sip:\{number\}@[A-Za-z0-9.-]{1,60}(:[0-9]{1,5})?)$"
    ),
]


def dialled_over(template: str) -> str:
    """The name Asterisk has for the trunk or account in a template."""
    head, _, rest = template.removeprefix("PJSIP/").partition("/")
    return head if rest else head.rpartition("@")[2]


class CallerList(Model):
    """Callers who come before others."""

    priority: Priority = Field(default=5, description="0 to 10; whoever has the highest is served first")
    numbers: list[Digits] = Field(description="their numbers, as the trunk sends them", min_length=1)
    accessible: bool = Field(default=False, description="whether they are served by the accessible profile")


class CallbackSettings(Model):
    """How callers are called back, and which numbers may be called at all."""

    dial: DialTemplate = Field(description="what is dialled, e.g. PJSIP/{number}@trunk-main")
    allowed: list[NumberPattern] = Field(
        description="numbers that may be called, as national patterns of fixed length: X = 0-9, Z = 1-9, N = 2-9",
        min_length=1,
    )
    denied: list[NumberPattern] = Field(
        default_factory=list, description="exceptions, e.g. of premium numbers; a shorter one is a beginning"
    )
    country_code: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}$")] = Field(
        default="86", description="country code that is taken off, with + or 00 before it"
    )
    other_numbers: bool = Field(default=False, description="whether a caller may give another number than his own")
    first: Literal["caller", "agent"] = Field(
        default="caller", description="who is called first; the agent waits for the caller in the one case"
    )
    tries: int = Field(default=3, ge=1, le=10, description="how often a caller is called")
    retry_after: int = Field(default=300, ge=1, le=86_400, description="seconds from one try to the next")
    ring: int = Field(default=30, ge=5, le=60, description="seconds the caller's phone rings")
    hours: Name | None = Field(default=None, description="business hours outside which nobody is called back")
    give_up_after: int = Field(default=86_400, ge=60, le=604_800, description="seconds after which it is too late")
    most: int = Field(default=100, ge=1, le=1000, description="most callbacks waiting; more are not taken")
    daily: int = Field(default=3, ge=1, le=50, description="most callbacks to one number in 24 hours")


__all__ = ["CallbackSettings", "CallerList", "DialTemplate", "NumberPattern", "Priority", "dialled_over"]
