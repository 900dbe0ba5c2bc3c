"""Passwords: made once, kept privately."""

from __future__ import annotations

import pytest

from ivr.asterisk.secrets import ensure_secrets, load_secrets, secrets_file
from ivr.core.errors import SetupError
from ivr.core.settings import Settings


def test_secrets_are_made_once_and_a_new_agent_gets_one_added(settings: Settings) -> None:
    first = ensure_secrets(settings, ["li"])
    assert ensure_secrets(settings, ["li"]) == first
    second = ensure_secrets(settings, ["wang"])
    assert second.ami == first.ami
    assert second.agents["li"] == first.agents["li"]
    assert len({second.ami, *second.agents.values()}) == 3
    assert min(len(secret) for secret in (second.ami, *second.agents.values())) >= 20
    assert load_secrets(settings) == second


def test_only_their_owner_can_read_them_and_no_log_shows_them(settings: Settings) -> None:
    secrets = ensure_secrets(settings, ["li"])
    assert secrets_file(settings).stat().st_mode & 0o777 == 0o600
    assert secrets.ami not in repr(secrets)
    assert secrets.agents["li"] not in repr(secrets)


def test_a_missing_or_broken_file_is_told(settings: Settings) -> None:
    with pytest.raises(SetupError, match="ivr asterisk render"):
        load_secrets(settings)
    settings.home.mkdir()
    secrets_file(settings).write_text('{"ami": 5', "utf-8")
    with pytest.raises(SetupError, match="delete it"):
        ensure_secrets(settings, ["li"])
