"""ivr agents add|remove|list|provision and ivr trunks, on a site of one's own without Asterisk."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ivr.cli.main import build
from tests.unit.cli.conftest import FakeRuntime, Ivr
from tests.unit.dialplan.sites import write_site

AGENTS = "lee:\n  name: Lee\n  extension: 6001\n  number: 801\n  queues: [service]\n"
TRUNKS = "main: {host: 203.0.113.7, user: line, numbers: {01088886666: 1000}}\n"


@pytest.fixture
def site(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_asterisk: None) -> Path:
    folder = write_site(tmp_path / "site", agents=AGENTS)
    (folder / "trunks.yaml").write_text(TRUNKS, "utf-8")
    monkeypatch.setenv("IVR_SITE", str(folder))
    return folder


def audited(home: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(home / "ivr.db") as connection:
        rows: list[tuple[str, str]] = connection.execute("select action, object from audit order by id").fetchall()
    connection.close()
    return rows


def plain(ivr: Ivr, *words: str) -> Any:
    result = ivr(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_agent_comes_and_goes(ivr: Ivr, site: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added = plain(ivr, "agents", "add", "kim", "--name", "金", "--queue", "service")
    assert added == {
        "id": "kim", "name": "金", "extension": "6002", "number": "802", "queues": ["service"], "running": None,
        "engine": False,
    }  # fmt: skip
    assert [one["id"] for one in plain(ivr, "agents", "list")] == ["kim", "lee"]
    secret = json.loads((home / "secrets.json").read_text("utf-8"))["agents"]["kim"]
    (account,) = plain(ivr, "agents", "provision", "kim")["accounts"]
    assert account["Password"] == secret
    monkeypatch.setenv("IVR_LANG", "zh")
    assert plain(ivr, "agents", "provision", "kim")["accounts"] == [account]  # keys of JSON are one language's
    shown = ivr("agents", "provision", "kim").stdout
    assert f"密码: {secret}" in shown
    assert all(any("\u4e00" <= char <= "\u9fff" for char in line) for line in shown.splitlines()[1:])
    assert ivr("agents", "remove", "kim").exit_code == 0
    assert [one["id"] for one in plain(ivr, "agents", "list")] == ["lee"]
    assert "kim" not in json.loads((home / "secrets.json").read_text("utf-8"))["agents"]
    assert (site / "agents.yaml").read_text("utf-8") == AGENTS
    assert audited(home) == [
        ("agents.add", "agent:kim"),
        *[("agents.provision", "agents")] * 3,
        ("agents.remove", "agent:kim"),
    ]


def test_files_for_phones(ivr: Ivr, site: Path, home: Path, tmp_path: Path) -> None:
    assert ivr("agents", "provision", "lee").exit_code == 3  # no password has been made yet
    ivr("agents", "add", "kim")
    found = plain(ivr, "agents", "provision", "kim", "--phone", "baresip", "--out", str(tmp_path / "out"))
    assert [Path(file).name for file in found["files"]] == ["kim-baresip.accounts"]
    assert found["accounts"] == []
    assert ivr("agents", "provision", "kim", "--phone", "rotary").exit_code == 2


def test_what_goes_wrong_changes_nothing(ivr: Ivr, site: Path, home: Path) -> None:
    assert ivr("agents", "add", "lee").exit_code == 2
    assert ivr("agents", "add", "kim", "--queue", "nope").exit_code == 4
    assert ivr("agents", "remove", "nobody").exit_code == 2
    assert (site / "agents.yaml").read_text("utf-8") == AGENTS
    assert audited(home) == []


def test_the_demo_site_is_left_alone(ivr: Ivr, no_asterisk: None) -> None:
    result = ivr("agents", "add", "kim")
    assert result.exit_code == 2
    assert "IVR_SITE" in result.output


def test_a_trunks_password_comes_from_standard_input_and_is_shown_nowhere(
    ivr: Ivr, site: Path, home: Path, runtime: FakeRuntime
) -> None:
    app: typer.Typer = build(runtime)
    kept = CliRunner().invoke(app, ["trunks", "secret", "main"], input="s3cret;x\n")
    assert kept.exit_code == 0
    assert "s3cret" not in kept.output
    assert json.loads((home / "secrets.json").read_text("utf-8"))["trunks"] == {"main": "s3cret;x"}
    assert "s3cret" not in (home / "ivr.db").read_bytes().decode("latin-1")
    assert CliRunner().invoke(app, ["trunks", "secret", "main"], input="\n").exit_code == 2
    assert CliRunner().invoke(app, ["trunks", "secret", "nope"], input="x\n").exit_code == 2
    assert ivr("trunks", "secret", "main", "--forget").exit_code == 0
    assert json.loads((home / "secrets.json").read_text("utf-8"))["trunks"] == {}
    assert audited(home) == [("trunks.secret", "trunk:main"), ("trunks.forget", "trunk:main")]


def test_trunks_and_their_numbers(ivr: Ivr, site: Path, home: Path) -> None:
    (row,) = plain(ivr, "trunks", "list")
    assert (row["name"], row["host"], row["state"], row["numbers"]) == (
        "main", "203.0.113.7:5060", "", ["01088886666"],
    )  # fmt: skip
    assert not home.exists()
    assert plain(ivr, "trunks", "number", "main", "+861088886666") == {
        "number": "+861088886666", "written": "01088886666", "service": "1000",
    }  # fmt: skip
    assert plain(ivr, "trunks", "number", "main", "008613912345678")["written"] == "13912345678"


def test_doctor_says_who_may_call_in(ivr: Ivr, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> dict[str, Any]:
        findings = json.loads(ivr("doctor", "--json").stdout)["findings"]
        return next(one for one in findings if one["name"] == "who may call in")

    assert "trunk main has no password" in told()["detail"]
    monkeypatch.setenv("IVR_TRUNK_MAIN_SECRET", "x")
    assert told()["ok"]
    assert told()["detail"] == "trunks main; agents by udp"
    monkeypatch.setenv("IVR_HOST", "0.0.0.0")
    assert not told()["ok"]
    assert "without encryption" in told()["detail"]
    (site / "site.yaml").write_text((site / "site.yaml").read_text("utf-8") + "sip: {agents: tls}\n", "utf-8")
    assert told()["detail"] == "trunks main; agents by tls; no certificate yet"
