"""A page of the console: its address, who may see it, and what builds it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.console.security.permissions import Permission
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.console.view import View

Build = Callable[["View"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Args:
        path: of its address, with ``{parameters}``.
        title: in the window's title and the navigation.
        build: puts its elements on it.
        permissions: one of these is needed to see it; none: everybody who is logged in.
        icon: name of its Material icon in the navigation; "" for a page that is only linked to.
        key: letter that leads to it after ``g``.
        wide: without the frame's margins, e.g. a wallboard.
    """

    path: str
    title: Text
    build: Build
    permissions: tuple[Permission, ...] = ()
    icon: str = ""
    key: str = ""
    wide: bool = False


__all__ = ["Build", "Page"]
