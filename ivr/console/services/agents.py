"""An agent at work: his state, login and pause, the outcome of his talk, who rings him, his figures of today.

An agent does these things for himself only; who may control agents does them for all. The engine writes each act
into the audit before it is done, under the login of who asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, StringConstraints

from dialplan.model import Agent
from dialplan.schedule import local_time
from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.fanout import Listener
from ivr.console.pops import PopFeed
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.core.language import Text
from ivr.reports.indicators.site import rules_of
from ivr.reports.live.agent_day import agent_day, last_talk

Verb = Literal["login", "logout", "pause", "unpause"]
Word = Annotated[str, StringConstraints(max_length=60)]


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class Standing(_Shown):
    """How an agent stands: ``queues`` where he is logged in, with his penalty in each."""

    agent: str
    logged_in: bool
    queues: dict[str, int]
    paused: bool
    reason: str
    reachable: bool
    name: str = ""
    state: str = ""
    since: datetime | None = None
    misses: int = 0
    wrapup_until: datetime | None = None


class Outcome(_Shown):
    """What an agent has said of his last talk."""

    agent: str
    outcome: str
    call: str
    queue: str


class Choice(_Shown):
    """One of the site's pause reasons, outcomes or queues: its name there, and its title for people."""

    name: str
    title: str


class Choices(_Shown):
    """What an agent can choose from."""

    queues: list[Choice]
    pause_reasons: list[Choice]
    outcomes: list[Choice]


class Figure(_Shown):
    """One figure of today with what it was made from; ``reason`` says why there is none."""

    id: str
    name: str
    value: float | None
    unit: str
    numerator: float
    denominator: float
    formula: str
    reason: str = ""


class Talk(_Shown):
    """An agent's last talk, and what he said it came to; ``call`` is the id of its call in the network."""

    call: str
    queue: str
    began_at: datetime
    ended_at: datetime | None
    outcome: str


class Day(_Shown):
    """An agent's own figures since midnight, site's zone; times in seconds."""

    agent: str
    since: datetime
    talks: int
    talk_s: float
    paused_s: float
    logged_in_s: float
    figures: list[Figure]
    last_talk: Talk | None


async def standing(console: Console, who: Person, agent: str) -> Standing:
    """How an agent stands, as Asterisk has it now.

    Raises:
        Forbidden: if it is another's and ``who`` may not control agents.
        NotFound: if the site has no such agent.
        SetupError: if no engine answers.
    """
    _must(console, who, agent)
    return Standing.model_validate(await _ask(console, agent, "", {}, method="GET"))


async def act(console: Console, who: Person, agent: str, verb: Verb, *, queue: str = "", reason: str = "") -> Standing:
    """Log an agent in or out (of one queue, or all of his), pause him or end his pause.

    Raises:
        Forbidden: if it is another's and ``who`` may not control agents.
        NotFound: if the site has no such agent.
        UsageError: if there is no such queue or reason, or he is not logged in.
        SetupError: if no engine answers.
    """
    _must(console, who, agent)
    body = {"by": who.login, "queue": queue, "reason": reason}
    return Standing.model_validate(await _ask(console, agent, verb, body))


async def outcome(console: Console, who: Person, agent: str, name: str) -> Outcome:
    """Say what an agent's last talk came to, at most an hour after its end.

    Raises:
        Forbidden: if it is another's and ``who`` may not control agents.
        NotFound: if the site has no such agent.
        UsageError: if the site has no such outcome, or there was no such talk.
        SetupError: if no engine answers.
    """
    _must(console, who, agent)
    return Outcome.model_validate(await _ask(console, agent, "outcome", {"by": who.login, "outcome": name}))


async def choices(console: Console, who: Person, agent: str) -> Choices:
    """What an agent can choose from.

    Raises:
        Forbidden: if it is another's and ``who`` may not control agents.
        NotFound: if the site has no such agent.
    """
    known, site = _must(console, who, agent), console.site()
    queues = {name: site.queues[name].title for name in known.queues if name in site.queues}
    return Choices(
        queues=[Choice(name=name, title=title or name) for name, title in queues.items()],
        pause_reasons=[Choice(name=name, title=one.title or name) for name, one in site.staffing.pause_reasons.items()],
        outcomes=[Choice(name=name, title=one.title or name) for name, one in site.staffing.outcomes.items()],
    )


async def today(console: Console, who: Person, agent: str) -> Day:
    """An agent's own figures since midnight.

    Raises:
        Forbidden: if it is another's and ``who`` may not control agents.
        NotFound: if the site has no such agent.
    """
    _must(console, who, agent)
    site, now = console.site(), console.clock.now()
    since = local_time(now, site.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    async with console.database.read() as session:
        day = await agent_day(session, agent, since, now, three_rings_s=rules_of(site).three_rings_s or 15.0)
        last = await last_talk(session, agent)
    say = who.language
    return Day(
        agent=agent,
        since=since,
        talks=day.talks,
        talk_s=round(day.talk_s, 1),
        paused_s=round(day.paused_s, 1),
        logged_in_s=round(day.logged_in_s, 1),
        figures=[
            Figure(
                id=one.id,
                name=one.name.within(say),
                value=None if one.value is None else round(one.value, 1),
                unit=one.unit,
                numerator=round(one.numerator, 1),
                denominator=round(one.denominator, 1),
                formula=one.formula.within(say),
                reason=one.reason.within(say) if one.reason else "",
            )
            for one in day.indicators
        ],
        last_talk=None
        if last is None
        else Talk(call=last.linkedid, queue=last.queue, began_at=last.began, ended_at=last.ended, outcome=last.outcome),
    )


async def pops(console: Console, who: Person, agent: str) -> Listener:
    """Who rings an agent's phone, now and from now on; numbers are masked.

    Raises:
        Forbidden: if it is another's and ``who`` may not control agents.
        NotFound: if the site has no such agent.
        Conflict: if ``who`` has too many live pages open already.
    """
    _must(console, who, agent)
    feed: PopFeed = console.parts["pops"]
    return feed.listen(agent, who.id)


def _must(console: Console, who: Person, agent: str) -> Agent:
    """The agent of the site, if ``who`` may act for him."""
    if not who.may(Permission.AGENTS_CONTROL):
        who.must(Permission.AGENT_STATE)
        if not who.owns(agent):
            raise Forbidden(Text("agents do this for themselves only", "坐席只能为自己执行此操作"))
    found = console.site().agents.get(agent)
    if found is None:
        raise NotFound(Text("no such agent", "没有该坐席"))
    return found


async def _ask(
    console: Console, agent: str, verb: str, body: dict[str, Any], *, method: str = "POST"
) -> dict[str, Any]:
    path = "/".join(quote(part, safe="") for part in ("agents", agent, verb) if part)
    return await console.engine.ask(f"/{path}", body, method=method)


__all__ = [
    "Choices",
    "Day",
    "Outcome",
    "Standing",
    "Verb",
    "Word",
    "act",
    "choices",
    "outcome",
    "pops",
    "standing",
    "today",
]
