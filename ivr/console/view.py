"""What a page is built with: the console, who looks at it, its address; and how its events come back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from nicegui import ui

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.core.errors import IvrError
from ivr.core.ids import mask_number
from ivr.core.language import Text, speak
from ivr.core.log import get_logger

log = get_logger("console")


@dataclass(frozen=True)
class View:
    """One opening of one page by one person.

    Args:
        console: what the services work with.
        who: who looks. Events come in only while that is still true (``ivr.console.security.sockets``).
        path: parameters of the path.
        query: parameters of the query, the first of each name.
    """

    console: Console
    who: Person
    path: Mapping[str, str]
    query: Mapping[str, str]

    @property
    def language(self) -> str:
        """``zh`` or ``en``."""
        return self.who.language

    def say(self, text: Text | str) -> str:
        """In the language of who looks."""
        return text.within(self.language) if isinstance(text, Text) else text

    def number(self, number: str) -> str:
        """A telephone number as who looks may see it."""
        return number if self.who.may(Permission.NUMBERS) else mask_number(number)

    def at(self, moment: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
        """A moment in the site's zone; "" for none."""
        return "" if moment is None else moment.astimezone(self.console.zone).strftime(form)

    def does(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """``handler`` of an event, in the language of who looks; what is refused is told, not raised.

        Use it for every handler and timer: they run in tasks of their own.
        """
        wants = bool(inspect.signature(handler).parameters)
        # What is told goes to the page: a handler may take away the very element whose event it handles.
        page = ui.context.client

        async def run(*arguments: Any) -> None:
            speak(self.language)
            with page:
                try:
                    result = handler(*arguments) if wants else handler()
                    if inspect.isawaitable(result):
                        await result
                except IvrError as error:
                    notice(error)
                except Exception:
                    log.exception("event of a page failed")
                    notice(Text("this failed; the console's log says why", "操作失败，原因见控制台日志"))

        if wants:

            @wraps(handler)
            async def taking(*arguments: Any) -> None:
                await run(*arguments)

            return taking

        async def plain() -> None:
            await run()

        return plain


def notice(what: IvrError | Text | str, *, good: bool = False) -> None:
    """Tell who looks, for a few seconds, at the bottom of the page."""
    text = str(what)
    ui.notify(text, type="positive" if good else "negative", position="bottom", close_button="✕", multi_line=True)


__all__ = ["View", "notice"]
