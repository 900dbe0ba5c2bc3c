"""A scenario as data: a call, what the caller does, how the world answers, and what is expected."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, StringConstraints

from dialplan.base import Digits, Language, Model, Name, Variable, pattern_of
from ivr.call.simulation.plan import LookupReplies, Plan, Words
from ivr.core.errors import UsageError
from ivr.core.language import Text

GAP = "..."
"""In a path: any number of steps."""

_KEY = r"^(!?[0-9*#]{1,40}|timeout|hangup)$"
Action = Annotated[str, StringConstraints(pattern=_KEY)]
_NAME = pattern_of(Name).removeprefix("^").removesuffix("$")
_STEP = f"({_NAME}/)?{_NAME}"
StepName = Annotated[str, StringConstraints(pattern=f"^{_STEP}$")]
PathEntry = Annotated[str, StringConstraints(pattern=rf"^(\.\.\.|{_STEP})$")]
Said = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Sounds = Annotated[list[Said], Field(max_length=500)]


def _split(value: Any) -> Any:
    """``1,2,timeout`` as a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Keys = Annotated[list[Action], BeforeValidator(_split), Field(max_length=500)]


class Call(Model):
    """Who calls when."""

    to: Digits | None = Field(default=None, description="service number called")
    caller: Annotated[str, StringConstraints(pattern=r"^[0-9+]{0,20}$")] | None = Field(
        default=None, alias="from", description="his own number; empty when it is withheld"
    )
    at: datetime | None = Field(default=None, description="when, e.g. 2026-10-01T09:30, in the site's zone")
    accessible: bool | None = Field(
        default=None, description="whether he is served by the accessible profile from the beginning"
    )


class Expected(Model):
    """What a call is held against; what is not named is not looked at."""

    path: list[PathEntry] | None = Field(
        default=None, description='names of steps, those of other flows as flow/step; "..." for any number of them'
    )
    heard: Sounds = Field(
        default_factory=list, description="ids of prompts, or pieces of their texts, in this order; others between them"
    )
    not_heard: Sounds = Field(default_factory=list, description="ids, or pieces of texts, that are heard nowhere")
    language: Language | None = Field(default=None, description="language at the end")
    outcome: Name | None = Field(default=None, description="as the journal has it, e.g. answered, voicemail, abandoned")
    ended: Literal["line", "caller", "emergency"] | None = Field(default=None, description="who ended the call")
    variables: dict[Variable, str] = Field(default_factory=dict, description="variables of the call at its end")
    recorded: bool | None = Field(default=None, description="whether the call is recorded to its end")


class Scenario(Model):
    """One call, and what is expected of it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(description="what it shows")
    call: Call = Field(default=Call(), description="who calls when; what is not named is that of the file")
    keys: Keys = Field(
        default_factory=list,
        description="what he does each time he is asked: keys, timeout, hangup; silence after the last",
    )
    replies: dict[StepName, Words] = Field(
        default_factory=dict, description="what becomes of him where he is handed over, by step or verb"
    )
    lookups: dict[Said, LookupReplies] = Field(
        default_factory=dict, description="what stands in for services, by step or by the beginning of the address"
    )
    switches: dict[Name, Literal["open", "closed"]] = Field(
        default_factory=dict, description="business hours that are switched by hand"
    )
    expect: Expected = Field(default=Expected(), description="what is expected")


class ScenarioFile(Model):
    """A file of scenarios, with what they have in common."""

    call: Call = Field(default=Call(), description="who calls when, where a scenario does not say")
    lookups: dict[Said, LookupReplies] = Field(
        default_factory=dict, description="what stands in for services, where a scenario does not say"
    )
    scenarios: list[Scenario] = Field(description="the scenarios", min_length=1, max_length=1000)


def usable_keys(keys: str) -> list[str]:
    """What the caller does, from ``1,2,timeout``.

    Raises:
        UsageError: if one of them is nothing a caller can do.
    """
    actions: list[str] = _split(keys)
    for action in actions:
        if re.fullmatch(_KEY, action) is None:
            raise UsageError(
                Text(f"{action!r:.40} is nothing a caller can do", f"来电者无法执行 {action!r:.40}"),
                cure=Text("keys (1, 123456#, !1), timeout or hangup", "请写按键（1、123456#、!1）、timeout 或 hangup"),
            )
    return actions


def plan_of(scenario: Scenario, file: ScenarioFile, zone: ZoneInfo, number: str) -> Plan:
    """The call to simulate.

    Args:
        zone: of the site; of times that name none.
        number: called where none is named.
    """
    call, common = scenario.call, file.call
    at = call.at or common.at or datetime(2026, 1, 7, 10, 0)  # noqa: DTZ001 - the site's zone follows
    accessible = call.accessible if call.accessible is not None else common.accessible
    return Plan(
        to=call.to or common.to or number,
        at=at if at.tzinfo else at.replace(tzinfo=zone),
        caller=_first(call.caller, common.caller, "13800000000"),
        replies=scenario.replies,
        lookups={**file.lookups, **scenario.lookups},
        switches=scenario.switches,
        accessible=bool(accessible),
    )


def _first(*values: str | None) -> str:
    return next((value for value in values if value is not None), "")


__all__ = ["GAP", "Call", "Expected", "Keys", "Scenario", "ScenarioFile", "plan_of", "usable_keys"]
