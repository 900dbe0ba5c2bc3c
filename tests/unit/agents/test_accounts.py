"""What an agent needs to make a softphone his."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.agents import account_of, accounts
from ivr.asterisk.secrets import ensure_secrets
from ivr.core.errors import SetupError, UsageError
from ivr.core.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, sip_port=5160)


def test_every_agent_has_an_account_with_a_password_of_his_own(settings: Settings) -> None:
    site = load_site(demo_site())
    ensure_secrets(settings, site.agents)
    found = accounts(settings, site)
    assert [(one.agent, one.user, one.server) for one in found] == [
        ("agent-kim", "6002", "127.0.0.1:5160"),
        ("agent-lee", "6001", "127.0.0.1:5160"),
    ]
    assert len({one.secret for one in found}) == 2
    assert all(len(one.secret) >= 20 for one in found)
    assert not any(one.secret in repr(one) for one in found)


def test_an_agent_the_site_does_not_have(settings: Settings) -> None:
    site = load_site(demo_site())
    ensure_secrets(settings, site.agents)
    with pytest.raises(UsageError, match=r"agents\.yaml"):
        account_of(settings, site, "agent-nobody")


def test_before_anything_was_rendered(settings: Settings) -> None:
    with pytest.raises(SetupError, match="ivr asterisk render"):
        accounts(settings, load_site(demo_site()))
