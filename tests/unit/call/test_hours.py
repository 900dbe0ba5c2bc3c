"""The step of business hours: four ways, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialplan.model import Hours
from ivr.call.outcome import End
from ivr.call.runner import run_flow
from ivr.call.services import NoSwitches
from ivr.core.clock import FixedClock
from tests.unit.call.conftest import MakeCall

WEEK = ["mon", "tue", "wed", "thu", "fri"]
OFFICE = {
    "openings": [{"days": WEEK, "start": "09:00", "end": "18:00"}],
    "breaks": [{"days": WEEK, "start": "12:00", "end": "13:00"}],
    "holidays": "CN",
    "closed": ["2026-03-05"],
}
NATIONAL_DAY = {"hours": "office", "why": "holiday", "holiday": "National Day", "holiday_zh": "国庆节"}
ALL_WAYS = {"at_break": "lunch", "holiday": "feast"}


async def way(make_call: MakeCall, when: str, ways: dict[str, str], switched: Any = None) -> tuple[str, Any, list[str]]:
    """The step that follows, what the hours told, and the outcomes of the call."""
    targets = ("served", "shut", *ways.values())
    call, _, trace = make_call(
        steps={
            "gate": {"step": "hours", "hours": "office", "open": "served", "closed": "shut", **ways},
            **{name: {"step": "hangup", "prompts": []} for name in targets},
        }
    )
    call.site = call.site.model_copy(update={"hours": {"office": Hours.model_validate(OFFICE)}})
    call.clock = FixedClock(datetime.fromisoformat(when).replace(tzinfo=ZoneInfo("Asia/Shanghai")))
    call.switches = NoSwitches({"office": switched} if switched else {})
    assert isinstance(await run_flow(call, "gate"), End)
    told = [(event, dict(detail)) for step, event, detail in trace.told if step == "gate" and event != "enter"]
    entered = [step for step, event, _ in trace.told if event == "enter"]
    assert len(told) == 1
    return entered[1], told[0], trace.outcomes


@pytest.mark.parametrize(
    ("when", "step", "state", "why"),
    [
        ("2026-03-04T10:00", "served", "open", "weekday"),
        ("2026-03-04T12:00", "lunch", "break", "weekday"),
        ("2026-03-04T13:00", "served", "open", "weekday"),
        ("2026-03-04T18:00", "shut", "closed", "weekday"),
        ("2026-10-10T10:00", "served", "open", "make-up day"),
        ("2026-03-05T10:00", "feast", "holiday", "closed day"),
    ],
)
async def test_each_way(make_call: MakeCall, when: str, step: str, state: str, why: str) -> None:
    went, told, outcomes = await way(make_call, when, ALL_WAYS)
    assert (went, told) == (step, (state, {"hours": "office", "why": why}))
    assert outcomes == ([] if state == "open" else ["closed"])


async def test_a_holiday_is_told_by_its_name(make_call: MakeCall) -> None:
    went, told, outcomes = await way(make_call, "2026-10-01T10:00", ALL_WAYS)
    assert (went, told) == ("feast", ("holiday", NATIONAL_DAY))
    assert outcomes == ["closed"]


@pytest.mark.parametrize("when", ["2026-03-04T12:30", "2026-10-01T10:00"])
async def test_break_and_holiday_are_closed_where_no_way_is_named(make_call: MakeCall, when: str) -> None:
    assert (await way(make_call, when, {}))[0] == "shut"


async def test_what_is_switched_by_hand_wins(make_call: MakeCall) -> None:
    assert (await way(make_call, "2026-10-01T10:00", ALL_WAYS, "open"))[:2] == (
        "served",
        ("open", {"hours": "office", "why": "switched"}),
    )
    assert (await way(make_call, "2026-03-04T12:30", ALL_WAYS, "closed"))[:2] == (
        "shut",
        ("closed", {"hours": "office", "why": "switched"}),
    )
