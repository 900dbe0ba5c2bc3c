"""From settings and a site to an Asterisk instance that can be started: found, rendered, ready."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable

from dialplan.model import Site
from ivr.asterisk.install import Progress, find_asterisk
from ivr.asterisk.instance import Instance
from ivr.asterisk.render import render
from ivr.asterisk.secrets import ensure_secrets
from ivr.asterisk.sounds import lay_sounds
from ivr.asterisk.toolbox import TOOLS, Tool, Toolbox
from ivr.core.completion import to_its_end
from ivr.core.errors import AsteriskError
from ivr.core.settings import Settings
from prompts.book import PromptBook


async def find_tools(settings: Settings, *, needs: Iterable[Tool] = TOOLS, progress: Progress | None = None) -> Toolbox:
    """``find_asterisk`` beside an event loop; a cancellation ends a download under way.

    Raises:
        AsteriskError: if a tool is missing and cannot be fetched.
    """
    stopped = threading.Event()

    def tell(stage: str, share: float) -> None:
        if stopped.is_set():
            raise AsteriskError("stopped")
        if progress is not None:
            progress(stage, share)

    search = asyncio.ensure_future(to_its_end(find_asterisk, settings, needs=needs, progress=tell))
    try:
        return await asyncio.shield(search)
    except asyncio.CancelledError:
        stopped.set()
        search.cancel()
        await asyncio.wait([search])
        raise


def prepare(
    settings: Settings,
    site: Site,
    *,
    toolbox: Toolbox | None = None,
    progress: Progress | None = None,
    book: PromptBook | None = None,
) -> Instance:
    """The instance, its configuration rendered from ``site`` and its sounds laid; not started.

    Args:
        toolbox: the tools, if they have been found already.
        progress: hears the stage of an installation and the share of it that is done.
        book: the prompts; those of the site's folder when not given.

    Raises:
        AsteriskError: if no Asterisk can be had or the configuration cannot be written.
        SetupError: if the sounds cannot be laid, or a part of the configuration is missing.
    """
    tools = toolbox or find_asterisk(settings, needs=("asterisk",), progress=progress)
    for place in (settings.recordings, settings.spool, settings.run, settings.logs):
        place.mkdir(parents=True, exist_ok=True)
    secrets = ensure_secrets(settings, site.agents)
    laid = lay_sounds(settings, site, book=book)
    render(site, settings, secrets, tools, laid.root)
    return Instance(settings, tools)
