"""``ivr supervise listen|whisper|barge`` against a control socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ivr.core.errors import IvrError, UsageError
from tests.unit.cli.test_pause import engine


@pytest.mark.parametrize(("act", "says"), [("listen", "listen to"), ("whisper", "whisper to"), ("barge", "join")])
def test_the_phone_that_rings_is_named(ivr: Callable[..., Any], home: Path, act: str, says: str) -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []

    async def answer(agent: str, body: Mapping[str, Any]) -> dict[str, Any]:
        asked.append((agent, body))
        return {"supervisor": "agent-kim", "act": act, "agent": agent, "phone": "6002", "state": "ringing"}

    with engine(home, {f"POST agents {act}": answer}):
        told = ivr("supervise", act, "agent-lee", "--as", "agent-kim")
        assert (told.exit_code, "6002" in told.stdout, f"{says} agent-lee" in told.stdout) == (0, True, True)
        plain = ivr("supervise", act, "agent-lee", "--as", "agent-kim", "--phone", "6003", "--json")
        assert json.loads(plain.stdout)["state"] == "ringing"
    assert [(agent, body["by"], body["phone"], bool(body["user"])) for agent, body in asked] == [
        ("agent-lee", "agent-kim", "", True),
        ("agent-lee", "agent-kim", "6003", True),
    ]


def test_what_is_in_the_way_is_told_by_text_and_code(ivr: Callable[..., Any], home: Path) -> None:
    async def refused(*_: object) -> dict[str, Any]:
        raise UsageError("may not", cure="agents.yaml")

    async def busy(*_: object) -> dict[str, Any]:
        raise IvrError("phone 6002 is busy")

    with engine(home, {"POST agents listen": refused, "POST agents barge": busy}):
        told = ivr("supervise", "listen", "agent-lee", "--as", "agent-kim")
        assert (told.exit_code, "agents.yaml" in told.stderr) == (2, True)
        told = ivr("supervise", "barge", "agent-lee", "--as", "agent-kim", "--json")
        assert (told.exit_code, json.loads(told.stdout)["error"]) == (1, "phone 6002 is busy")
    assert ivr("supervise", "listen", "agent-lee", "--as", "agent-kim").exit_code == 3  # no engine
    assert ivr("supervise", "listen", "agent-lee").exit_code == 2  # who?
