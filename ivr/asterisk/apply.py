"""A site that changed, taken over by an Asterisk that runs: rendered, and read again; calls under way go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialplan.model import Agent, Site
from ivr.asterisk.install import find_asterisk
from ivr.asterisk.instance import Instance
from ivr.asterisk.setup import prepare
from ivr.core.errors import AsteriskError
from ivr.core.language import Text
from ivr.core.settings import Settings

# What Asterisk reads again. Another address or port of a transport takes a restart.
_RELOADS = (
    "module reload res_pjsip.so",
    "module reload res_pjsip_endpoint_identifier_ip.so",
    "module reload res_pjsip_outbound_registration.so",
    "dialplan reload",
    "queue reload all",
)
_REFUSED = ("No such", "failed", "Unable")


@dataclass(frozen=True, slots=True)
class Applied:
    """Whether Asterisk runs, and so has taken the change over."""

    running: bool


def apply(settings: Settings, site: Site, *, gone: Sequence[Agent] = ()) -> Applied:
    """Render the site; where Asterisk runs, let it read the files again and take out who is gone.

    Args:
        settings: of the installation.
        site: as it is now.
        gone: agents who were removed: they leave their queues.

    Raises:
        AsteriskError: if it cannot be rendered, or Asterisk does not answer.
        SetupError: if a password or certificate is missing.
    """
    tools = find_asterisk(settings, needs=("asterisk",), install=False)
    instance = prepare(settings, site, toolbox=tools)
    if not instance.status().running:
        return Applied(running=False)
    for agent in gone:
        _take_out(instance, site, agent)
    for command in _RELOADS:
        said = instance.run_cli(command)
        if any(word in said for word in _REFUSED):
            reason = " ".join(said.split())[:200]
            raise AsteriskError(
                Text(f"Asterisk did not read its files again: {reason}", f"Asterisk 未能重新读取配置：{reason}"),
                cure=Text("run `ivr asterisk stop` and `start`", "请运行 `ivr asterisk stop` 和 `start`"),
            )
    return Applied(running=True)


def _take_out(instance: Instance, site: Site, agent: Agent) -> None:
    """Persistent members outlive a reload, so they are told to go."""
    for queue in agent.queues:
        if queue in site.queues:
            try:
                instance.run_cli(f"queue remove member PJSIP/{agent.extension} from {queue}")
            except AsteriskError:  # he was not logged in to it
                continue


__all__ = ["Applied", "apply"]
