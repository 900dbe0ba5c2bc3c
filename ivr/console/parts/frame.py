"""What stands around every page: navigation, language, theme, who is logged in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, cast

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from ivr.console.page import Page
from ivr.console.parts.still import inner, still
from ivr.console.security.permissions import ROLE_NAMES
from ivr.console.view import View
from ivr.core.language import Text

# What each theme is followed by when its button is pressed, and its icon.
_THEMES: dict[str, tuple[Literal["light", "dark", "auto"], str]] = {
    "auto": ("light", "brightness_auto"),
    "light": ("dark", "light_mode"),
    "dark": ("auto", "dark_mode"),
}


@contextmanager
def frame(view: View, page: Page, pages: Sequence[Page]) -> Iterator[None]:
    """The frame; what is built inside this block is the page's own.

    Args:
        pages: all of them; the navigation has those with an icon that who looks may see.
    """
    if page.wide and view.query.get("full"):
        with element("main", "page page-full"):
            yield
        return
    with element("div", "shell"):
        link = element("a", "skip", text=view.say(Text("Skip to content", "跳到内容")))
        link.props('href="#content"')
        _navigation(view, page, pages)
        with element("div", "work"):
            _bar(view, page)
            with element("main", "page page-wide" if page.wide else "page").props('id="content" tabindex="-1"'):
                yield


def element(tag: str, classes: str = "", *, text: str = "") -> Element:
    """A plain element of HTML; ``text`` is put in as text, whatever it holds."""
    if (node := inner(tag, text)) is not None:
        return cast("Element", node.classes(classes))
    made: Element = TextElement(tag=tag, text=text) if text else ui.element(tag)
    return made.classes(classes)


def empty(view: View, text: Text, hint: Text | None = None) -> None:
    """That there is nothing to show, and what could be done about it."""
    with element("div", "empty").props("data-ready"):
        element("p", text=view.say(text))
        if hint is not None:
            element("p", "faint", text=view.say(hint))


def _navigation(view: View, page: Page, pages: Sequence[Page]) -> None:
    label = view.say(Text("Pages", "页面"))
    with still("nav", "side").props(f'aria-label="{label}"'):
        element("div", "brand", text="callwright")
        for one in pages:
            if not one.icon or "{" in one.path or (one.permissions and not view.who.may(*one.permissions)):
                continue
            here = one.path == page.path or (one.path != "/" and page.path.startswith(one.path + "/"))
            with element("a", "side-link").props(f'href="{one.path}" data-key="{one.key}"') as link:
                if here:
                    link.props('aria-current="page"')
                icon(one.icon)
                element("span", text=view.say(one.title))
                if one.key:
                    element("kbd", text=f"g {one.key}").props('aria-hidden="true"')


def _bar(view: View, page: Page) -> None:
    from ivr.console.services import me

    async def theme() -> None:
        await me.change(view.console, view.who, theme=_THEMES[view.who.theme][0])
        ui.navigate.reload()

    async def language() -> None:
        await me.change(view.console, view.who, language="en" if view.language == "zh" else "zh")
        ui.navigate.reload()

    with element("header", "bar"):
        element("h1", text=view.say(page.title))
        element("div", "bar-space")
        ui.element("div").props('id="bar-tools"').classes("bar-tools")
        other = "English" if view.language == "zh" else "中文"
        button(other, view.does(language), hint=view.say(Text("切换为中文", "Switch to English"))).props(
            f'lang="{"en" if view.language == "zh" else "zh-CN"}" data-do="language"'
        )
        shade = view.say(Text("Light or dark", "浅色或深色"))
        button("", view.does(theme), hint=shade, sign=_THEMES[view.who.theme][1]).props('data-do="theme"')
        with element("a", "who").props('href="/me" data-do="me"'):
            element("span", text=view.who.title)
            element("span", "tag", text=view.say(ROLE_NAMES[view.who.role]))
        button(view.say(Text("Log out", "退出")), None).props('data-do="logout"')


def icon(name: str) -> Element:
    """A Material icon, for the eye only."""
    if (node := inner("i", name)) is not None:
        return cast(
            "Element",
            node.classes("q-icon notranslate material-icons").props('style="font-size: 18px" aria-hidden="true"'),
        )
    return ui.element("q-icon").props(f'name="{name}" size="18px" aria-hidden="true"')


def button(text: str, does: object, *, hint: str = "", sign: str = "", main: bool = False) -> Element:
    """A button of plain HTML.

    Args:
        text: on it; with ``sign`` alone, ``hint`` is what it is called.
        does: handler of its click, wrapped by ``view.does``; None: a script acts on it.
        hint: told on hover, and to screen readers.
        sign: name of an icon.
        main: the one action of the page.
    """
    with element("button", "button main" if main else "button").props('type="button"') as made:
        if hint:
            made.props["title"] = hint
            made.props["aria-label"] = text or hint
        if sign:
            icon(sign)
        if text:
            element("span", text=text)
    if does is not None:
        made.on("click", does, [])  # type: ignore[arg-type]
    return made


__all__ = ["button", "element", "empty", "frame", "icon"]
