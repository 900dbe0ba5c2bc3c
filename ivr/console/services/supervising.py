"""A supervisor's own phone is rung, and he hears an agent's talk, whispers to the agent, or joins."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from dialplan.staffing import may_supervise
from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.core.language import Text

Act = Literal["listen", "whisper", "barge"]


class Rung(BaseModel):
    """A supervisor's phone rings: when it is answered, he is let in."""

    model_config = ConfigDict(frozen=True)

    supervisor: str
    act: str
    agent: str
    phone: str
    call: str


async def order(console: Console, who: Person, agent: str, act: Act, *, phone: str = "") -> Rung:
    """Have the supervisor's phone rung; the engine writes what follows into the audit.

    Args:
        phone: an extension of the site; his own if empty.

    Raises:
        Forbidden: if he may not supervise, or not this agent by the site's own rules.
        NotFound: if the site has no such agent.
        Conflict: if his account is no agent of the site: there is no phone to ring.
        UsageError: if the agent is in no talk, or the site has no such phone.
        IvrError: if the phone is not there, or not free.
        SetupError: if no engine answers.
    """
    who.must(Permission.SUPERVISE)
    must_hear(console, who, agent)
    if who.agent not in console.site().agents:
        raise Conflict(
            Text(
                "your account is no agent of the site, so there is no phone to ring",
                "您的账号未关联坐席，没有可振铃的话机",
            ),
            cure=Text("an admin names your agent in Users", "请管理员在“用户”中关联您的坐席"),
        )
    body = {"by": who.agent, "phone": phone, "user": who.login}
    return Rung.model_validate(await console.engine.ask(f"/agents/{quote(agent, safe='')}/{act}", body))


def must_hear(console: Console, who: Person, agent: str) -> None:
    """Refuse unless ``who`` may hear this agent's talks: where he is an agent himself, the site says whose.

    Raises:
        Forbidden: if he may not.
        NotFound: if the site has no such agent.
    """
    agents = console.site().agents
    if agent not in agents:
        raise NotFound(Text("no such agent", "没有该坐席"))
    mine = agents.get(who.agent)
    if mine is not None and (mine is agents[agent] or not may_supervise(mine, agents[agent])):
        raise Forbidden(Text("the site does not let you supervise this agent", "站点配置不允许您监听该坐席"))


__all__ = ["Act", "Rung", "must_hear", "order"]
