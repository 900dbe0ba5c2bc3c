"""The composition root: builds, runs and stops everything; nothing is wired at import."""

from __future__ import annotations

import io
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.core.settings import Settings


class Application:
    """What the command line can ask for beyond its own rooms."""

    async def serve(self, settings: Settings) -> None:
        """Answer calls until told to stop."""
        from ivr.app.serve import serve

        await serve(settings)

    async def up(self, settings: Settings) -> None:
        """Run Asterisk, the engine, the quality worker and the console until told to stop."""
        from ivr.app.up import up

        await up(settings)

    async def console(self, settings: Settings) -> None:
        """Answer browsers until told to stop."""
        from ivr.console.serve import serve

        await serve(settings)


def main() -> None:
    """The ``ivr`` command; stopped while it is still loading, it ends as it does later: in a word, with 130."""
    try:
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a character shows ? for it
                stream.reconfigure(errors="replace")
        from ivr.cli.main import build

        command = build(Application())
    except KeyboardInterrupt:
        from ivr.core.language import Text

        print(Text("stopped", "已停止"), file=sys.stderr)
        sys.exit(130)
    if signal.getsignal(signal.SIGTERM) == signal.default_int_handler:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    command()


__all__ = ["Application", "main"]
