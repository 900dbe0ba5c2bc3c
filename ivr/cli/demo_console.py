"""The console on the calls of the demo: its people, and whether it shows the calls."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ivr.cli.common import note
from ivr.core.clock import SystemClock
from ivr.core.language import Text
from ivr.demo.compare import Deviation

if TYPE_CHECKING:
    from ivr.core.settings import Settings
    from ivr.demo.console import ConsoleProcess
    from ivr.demo.run import Result

BY = "demo"
PEOPLE: Mapping[str, tuple[str, str]] = {
    "lee": ("agent", "agent-lee"),
    "kim": ("supervisor", ""),
    "qa": ("qa", ""),
    "admin": ("admin", ""),
}
"""Role and agent by login."""
_CHECKER = "demo-check"
_LIMIT = 30.0  # seconds


async def deviations(result: Result, process: ConsoleProcess) -> Sequence[Deviation]:
    """What is wrong with the console: it must let somebody in who was invited, and show him all calls."""
    shown = await _calls_shown(result.settings, process)
    return [
        Deviation(number, Text("the console does not show this call", "控制台未显示该通话"))
        for number, story in enumerate(result.stories, 1)
        if story.linkedid not in shown
    ]


async def _calls_shown(settings: Settings, process: ConsoleProcess) -> set[str]:
    """The calls that somebody sees who has just chosen a password by a one-time link; he is disabled afterwards."""
    import httpx

    from ivr.console.security import people
    from recording.vault.database import open_database

    clock = SystemClock()
    async with open_database(settings) as database:
        async with database.write() as session:
            await people.add(session, clock, BY, login=_CHECKER, role="qa")
            link = await people.link(session, clock, BY, _CHECKER)
        try:
            async with httpx.AsyncClient(base_url=process.url, timeout=_LIMIT, verify=False) as client:  # noqa: S501
                chosen = {"link": link, "password": secrets.token_urlsafe(24)}
                answer = await client.post("/api/v1/session/welcome", json=chosen)
                if not answer.is_success:
                    return set()
                answer = await client.get("/api/v1/calls")
                found: dict[str, Any] = answer.json() if answer.is_success else {"calls": []}
        except (httpx.HTTPError, ValueError):
            return set()
        finally:
            async with database.write() as session:
                await people.disable(session, clock, BY, _CHECKER)
    return {call["linkedid"] for call in found["calls"]}


async def invite(settings: Settings) -> dict[str, str]:
    """People of every role, none with a password yet: the links by which they choose one, by login."""
    from ivr.console.security import links, people
    from ivr.storage.accounts import people as rows
    from recording.vault.database import open_database

    clock, found = SystemClock(), {}
    async with open_database(settings) as database, database.write() as session:
        for login, (role, agent) in PEOPLE.items():
            if await rows.by_login(session, login) is None:  # the admin is there since the console began
                await people.add(session, clock, BY, login=login, role=role, agent=agent)
            found[login] = links.address(settings, await people.link(session, clock, BY, login))
    return found


def tell(settings: Settings, invited: Mapping[str, str]) -> None:
    """Where the console is, and how each role gets in."""
    from ivr.console.security.links import base_url
    from ivr.console.security.permissions import ROLE_NAMES, Role

    address = f"{base_url(settings)}/calls"
    note(f"The console shows these calls: {address}", f"控制台（可查看以上通话）：{address}")
    for login, link in invited.items():
        role = ROLE_NAMES[Role(PEOPLE[login][0])]
        note(
            f"  {role.en} {login} chooses a password here, once: {link}",
            f"  {role.zh} {login} 设置密码（一次有效）：{link}",
        )


def tell_how_to_open(settings: Settings) -> None:
    """Where the console was, and the command that opens it there again; it prints a link for the first admin."""
    from ivr.console.security.links import base_url

    address = f"{base_url(settings)}/calls"
    command = f"IVR_HOME={settings.home} IVR_CONSOLE_PORT={settings.console_port} ivr console"
    note(
        f"The console showed these calls: {address}; to open it again: {command}",
        f"控制台已显示以上通话：{address}；再次打开：{command}",
    )


__all__ = ["PEOPLE", "deviations", "invite", "tell", "tell_how_to_open"]
