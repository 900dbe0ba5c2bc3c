"""The people whom the demo invites to the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.cli.demo_console import PEOPLE, invite, tell, tell_how_to_open
from ivr.console.security.links import first_admin
from ivr.core.clock import SystemClock
from ivr.core.settings import Settings
from ivr.storage import audit
from ivr.storage.accounts import people
from ivr.storage.database import Database


async def test_everybody_has_a_link_and_nobody_a_password(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_LANG", "en")
    settings = Settings(home=tmp_path, database_url=url, console_port=18080)
    async with Database(url, tmp_path / "audit.head") as database:
        await first_admin(database, settings, SystemClock())  # as the console does when it begins
        invited = await invite(settings)
        again = await invite(settings)
        async with database.read() as session:
            accounts = await people.list_accounts(session)
            rows = await audit.list_rows(session, actor="demo")
    assert {one.login: (one.role, one.agent) for one in accounts} == dict(PEOPLE)
    assert [one.password for one in accounts] == [""] * 4
    assert all(link.startswith("http://127.0.0.1:18080/welcome#") for link in invited.values())
    assert len({*invited.values(), *again.values()}) == 8
    assert {row.action for row in rows} == {"user.add", "user.link"}
    tell(settings, again)
    said = capsys.readouterr().out
    assert "http://127.0.0.1:18080/calls" in said
    assert all(link in said for link in again.values())


def test_without_staying_it_says_where_the_console_was_and_how_to_open_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_LANG", "en")
    monkeypatch.setenv("COLUMNS", "400")
    tell_how_to_open(Settings(home=tmp_path, console_port=18080))
    said = capsys.readouterr().out
    assert "http://127.0.0.1:18080/calls" in said
    assert f"IVR_HOME={tmp_path} IVR_CONSOLE_PORT=18080 ivr console" in " ".join(said.split())
