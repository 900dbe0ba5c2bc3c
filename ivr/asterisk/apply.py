"""A site that changed, taken over by an Asterisk that runs: rendered, and read again; calls under way go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialplan.model import Agent, Site
from ivr.asterisk.install import find_asterisk
from ivr.asterisk.instance import Instance
from ivr.asterisk.setup import prepare
from ivr.core.errors import AsteriskError
from ivr.core.settings import Settings

# What Asterisk reads again. Another address or port of a transport takes a restart.
_RELOADS = ("pjsip reload", "dialplan reload", "queue reload all")


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
        instance.run_cli(command)
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
