"""``ivr queues watch``: what it draws, and how it carries the state on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ivr.cli.queues_watch import apply, lines, view
from ivr.core.errors import SetupError
from ivr.core.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEVEL = {"per_cent": 75.0, "in_time": 3, "answered": 3, "abandoned": 1, "left": 0, "seconds": 20, "target": 80}


def queue(waiting: int = 0, since: datetime | None = None) -> dict[str, Any]:
    members = dict.fromkeys(("available", "ringing", "talking", "on_phone", "wrapup", "paused"), 0)
    at = since.isoformat() if since else None
    return {"title": "客服", "waiting": waiting, "longest_since": at, "members": members, "logged_in": 0,
            "service_level": LEVEL}  # fmt: skip


def agent(state: str) -> dict[str, Any]:
    since = (NOW - timedelta(seconds=3723)).isoformat()
    return {"name": "[red]Kim", "state": state, "since": since, "paused": False, "reason": "", "queues": ["service"],
            "misses": 2, "reachable": True}  # fmt: skip


def drawn(known: dict[str, Any], *, width: int = 150) -> str:
    console = Console(width=width, record=True, file=None, quiet=False)
    with console.capture() as found:
        console.print(view(known, NOW))
    return found.get()


def test_it_draws_queues_and_agents() -> None:
    known: dict[str, Any] = {}
    waiting = queue(2, NOW - timedelta(seconds=95))
    apply(known, {"type": "snapshot", "seq": 4, "queue": {"service": waiting}, "agent": {"kim": agent("talking")}})
    text = drawn(known)
    for word in ("service 客服", "1:35", "75 % (3/4, 20 s, ≥ 80 %)", "kim [red]Kim", "1:02:03"):
        assert word in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_state_has_a_column_of_its_own(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("IVR_LANG", language)
    doing = {"available": 2, "ringing": 3, "talking": 4, "on_phone": 5, "wrapup": 6, "paused": 7}
    one = queue(1, NOW - timedelta(hours=1)) | {"members": doing, "logged_in": 27, "title": ""}
    text = drawn({"queue": {"service": one}}, width=80)
    assert "…" not in text
    (row,) = [line.split() for line in text.splitlines() if line.startswith("service ") and "1:00:00" in line]
    assert row[:10] == ["service", "1", "1:00:00", "27", "2", "3", "4", "5", "6", "7"]
    heads = {
        "en": "wait- longest logged free ring- talk- phone wrap- paused level",
        "zh": "签入 空闲 振铃 通话 占线 话后 小休",
    }
    assert all(head in text for head in heads[language].split())


def test_changes_carry_it_on() -> None:
    known: dict[str, Any] = {}
    apply(known, {"type": "snapshot", "seq": 4, "queue": {"service": queue()}, "line": {"site": {"asterisk": True}}})
    apply(known, {"type": "change", "seq": 5, "kind": "queue", "name": "sales", "state": queue(7)})
    apply(known, {})
    apply(known, {"type": "lost", "count": 9})
    apply(known, {"type": "change", "seq": 6, "kind": "queue", "name": "service", "state": None})
    assert known["queue"] == {"sales": queue(7)}
    apply(known, {"type": "change", "seq": 7, "kind": "line", "name": "site", "state": {"asterisk": False}})
    assert "may be old" in drawn(known)
    apply(known, {"type": "snapshot", "seq": 8})
    assert "queue" not in known


def test_without_an_engine_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        next(lines(Settings(home=tmp_path)))
