"""``ivr hours list|open|close|auto`` against a control socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ivr.call.control import Route
from ivr.cli.hours import until_of
from ivr.core.errors import UsageError
from ivr.core.language import Text
from tests.unit.cli.test_pause import engine

SWITCHED = {"position": "open", "by": "api:wang", "since": "2026-03-02T01:00:00+00:00", "until": None}
FEAST = {
    "hours": "feast",
    "state": "holiday",
    "why": "holiday",
    "holiday": "National Day",
    "holiday_zh": "国庆节",
    "switched": None,
    "next": "2026-10-08T09:00:00+08:00",
}


def shown(name: str, state: str = "open", switched: Mapping[str, Any] | None = None) -> dict[str, Any]:
    why = "switched" if switched else "weekday"
    return {
        "hours": name,
        "state": state,
        "why": why,
        "holiday": "",
        "holiday_zh": "",
        "switched": switched,
        "next": None,
    }


def test_hours_are_switched_and_told(ivr: Callable[..., Any], home: Path) -> None:
    asked: list[tuple[str, str, Mapping[str, Any]]] = []

    def route(verb: str, answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Route:
        async def note(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
            asked.append((verb, name, body))
            return answer(body)

        return note

    routes = {
        "GET hours": route("list", lambda _: {"hours": [FEAST, shown("office", "open", SWITCHED)]}),
        "POST hours open": route("open", lambda _: shown("office", "open", SWITCHED)),
        "POST hours close": route(
            "close", lambda body: shown("office", "closed", {**SWITCHED, "until": body.get("until")})
        ),
        "POST hours auto": route("auto", lambda _: shown("office", "closed") | {"was_switched": True}),
    }
    with engine(home, routes):
        listed = ivr("hours", "list")
        assert listed.exit_code == 0
        for words in ("National Day", "by hand", "wang", "10-08 09:00"):
            assert words in listed.stdout
        assert "api:" not in listed.stdout
        assert json.loads(ivr("hours", "list", "--json").stdout)["hours"][0] == FEAST
        assert "ivr hours auto office" in ivr("hours", "open", "office", "--as", "wang").stdout
        closed = ivr("hours", "close", "office", "--as", "wang", "--until", "2099-03-02T18:00")
        assert "until 03-02 18:00" in closed.stdout
        assert "by the schedule again, now closed" in ivr("hours", "auto", "office", "--as", "wang").stdout
        assert ivr("hours", "close", "office", "--as", "wang", "--until", "soon").exit_code == 2
        assert ivr("hours", "open", "office").exit_code == 2  # nobody's name
    acts = [one for one in asked if one[0] != "list"]
    assert acts == [
        ("open", "office", {"by": "wang"}),
        ("close", "office", {"by": "wang", "until": "2099-03-02T10:00:00+00:00"}),
        ("auto", "office", {"by": "wang"}),
    ]


def test_what_is_refused_is_told(ivr: Callable[..., Any], home: Path) -> None:
    async def refuse(_: str, __: Mapping[str, Any]) -> dict[str, Any]:
        raise UsageError(Text("no business hours 'x'", "没有营业时间 'x'"), cure="one of: office")

    with engine(home, {"POST hours open": refuse}):
        result = ivr("hours", "open", "../x", "--as", "wang", "--json")
        assert (result.exit_code, json.loads(result.stdout)["error"]) == (2, "no business hours 'x'")
    assert ivr("hours", "list").exit_code == 3  # no engine


NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 17:00 in Shanghai


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("30m", "2026-03-02T09:30"),
        ("2h", "2026-03-02T11:00"),
        ("3d", "2026-03-05T09:00"),
        ("18:00", "2026-03-02T10:00"),
        ("8:30", "2026-03-03T00:30"),
        ("17:00", "2026-03-03T09:00"),
        ("2026-10-01T18:00", "2026-10-01T10:00"),
        ("2026-10-01T18:00Z", "2026-10-01T18:00"),
        ("2026-10-01", "2026-09-30T16:00"),
    ],
)
def test_ends(text: str, until: str) -> None:
    assert until_of(text, ZoneInfo("Asia/Shanghai"), NOW) == datetime.fromisoformat(until).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "24:00", "soon", "-2h", "9999d" * 3, "2h30m", "2026-13-01", "\x1b[31m"])
def test_what_is_no_end(text: str) -> None:
    with pytest.raises(UsageError, match="not a time"):
        until_of(text, ZoneInfo("Asia/Shanghai"), NOW)
