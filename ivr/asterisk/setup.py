"""From settings and a site to an Asterisk instance that can be started: found, rendered, ready."""

from __future__ import annotations

from dialplan.model import Site
from ivr.asterisk.install import Progress, find_asterisk
from ivr.asterisk.instance import Instance
from ivr.asterisk.render import render
from ivr.asterisk.secrets import ensure_secrets
from ivr.asterisk.toolbox import Toolbox
from ivr.core.settings import Settings
from prompts.sounds import folder


def prepare(
    settings: Settings, site: Site, *, toolbox: Toolbox | None = None, progress: Progress | None = None
) -> Instance:
    """The instance, its configuration rendered from ``site``; not started.

    Args:
        toolbox: the tools, if they have been found already.
        progress: hears the stage of an installation and the share of it that is done.

    Raises:
        AsteriskError: if no Asterisk can be had or the configuration cannot be written.
    """
    tools = toolbox or find_asterisk(settings, needs=("asterisk",), progress=progress)
    for place in (settings.recordings, settings.spool, settings.run, settings.logs):
        place.mkdir(parents=True, exist_ok=True)
    secrets = ensure_secrets(settings, site.agents)
    render(site, settings, secrets, tools, folder())
    return Instance(settings, tools)
