"""What somebody may change about himself."""

from __future__ import annotations

from typing import Literal

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.person import Person
from ivr.storage.accounts import people


async def change(
    console: Console,
    who: Person,
    *,
    language: Literal["zh", "en"] | None = None,
    theme: Literal["light", "dark", "auto"] | None = None,
) -> None:
    """Set the language or the theme of one's own pages; None leaves it.

    Raises:
        NotFound: if the account is gone.
    """
    async with console.database.write() as session:
        account = await people.get(session, who.id, lock=True)
        if account is None:
            raise NotFound
        account.language = language or account.language
        if theme is not None:
            account.theme = "" if theme == "auto" else theme


__all__ = ["change"]
