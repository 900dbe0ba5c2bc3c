"""The composition root: builds, runs and stops everything; nothing is wired at import."""

from __future__ import annotations

import io
import sys

from ivr.app.serve import serve
from ivr.app.up import up
from ivr.cli.main import build
from ivr.core.settings import Settings


class Application:
    """What the command line can ask for beyond its own rooms."""

    async def serve(self, settings: Settings) -> None:
        """Answer calls until told to stop."""
        await serve(settings)

    async def up(self, settings: Settings) -> None:
        """Run Asterisk, the engine and the quality worker until told to stop."""
        await up(settings)


def main() -> None:
    """The ``ivr`` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a character shows ? for it
            stream.reconfigure(errors="replace")
    build(Application())()


__all__ = ["Application", "main"]
