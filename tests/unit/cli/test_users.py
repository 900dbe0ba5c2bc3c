"""``ivr users``: what an admin does of a machine without a console."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.cli.conftest import Ivr


def data(ivr: Ivr, *words: str, code: int = 0) -> Any:
    result = ivr("users", *words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_somebody_is_added_changed_disabled_and_enabled(ivr: Ivr) -> None:
    made = data(ivr, "add", "Lee", "agent", "--title", "Lee Wei", "--agent", "agent-lee")
    assert (made["login"], made["role"], made["agent"], made["state"]) == ("lee", "agent", "agent-lee", "invited")
    assert made["link"].startswith("http://127.0.0.1:8080/welcome#")
    assert data(ivr, "link", "lee")["link"] != made["link"]
    assert data(ivr, "role", "lee", "supervisor")["role"] == "supervisor"
    assert data(ivr, "disable", "lee")["state"] == "disabled"
    assert "disabled" in data(ivr, "link", "lee", code=1)["error"]
    assert data(ivr, "enable", "lee")["state"] == "invited"
    assert data(ivr, "unlock", "lee")["state"] == "invited"
    assert [row["login"] for row in data(ivr, "list")] == ["lee"]
    shown = json.loads(ivr("audit", "list", "--json").stdout)
    assert [row["action"] for row in reversed(shown)] == [
        "user.add", "user.link", "user.link", "user.change", "user.disable", "user.enable", "user.unlock",
    ]  # fmt: skip
    assert all(row["actor"].startswith("cli:") for row in shown)
    assert made["link"].partition("#")[2] not in json.dumps(shown)


def test_for_people_it_prints_a_table_and_the_link(ivr: Ivr) -> None:
    result = ivr("users", "add", "ann", "qa", "--title", "Ann [b]Lee")
    assert result.exit_code == 0 and "/welcome#" in result.output
    listed = ivr("users", "list").output
    assert "ann" in listed and "Ann [b]Lee" in listed and "no password yet" in listed
    assert "disabled" in ivr("users", "disable", "ann").output


def test_what_cannot_be_done_says_why(ivr: Ivr) -> None:
    data(ivr, "add", "boss", "admin")
    assert "already" in data(ivr, "add", "boss", "qa", code=1)["error"]
    assert "no admin" in data(ivr, "disable", "boss", code=1)["error"]
    assert "no role" in data(ivr, "role", "boss", "king", code=2)["error"]
    assert "not a login" in data(ivr, "add", "a b", "qa", code=2)["error"]
    assert "no user" in data(ivr, "unlock", "nobody", code=1)["error"]
