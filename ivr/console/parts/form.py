"""Fields of plain HTML, each with its label; what is typed is known here as it is typed.

A first value is put in as the attribute, not the property: NiceGUI draws a page anew when anything on it changes, and
must not put back what somebody is typing over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.element import Element

from ivr.console.parts.frame import button, element
from ivr.console.view import View
from ivr.core.language import Text

Changed = Callable[[str], Awaitable[None] | None]

ASKED_FOR = 900.0  # seconds a question waits for its answer; then it is no

_TYPED = "(event) => emit(event.target.value)"
_TICKED = "(event) => emit(event.target.checked ? '1' : '')"


class Field:
    """One field: ``value`` is what stands in it now; a tick is ``"1"``."""

    def __init__(self, made: Element, value: str) -> None:
        self.element = made
        self.value = value


def text_field(
    view: View,
    label: Text,
    value: str = "",
    *,
    kind: str = "text",
    name: str = "",
    hint: Text | None = None,
    most: int = 200,
    width: str = "",
    changed: Changed | None = None,
) -> Field:
    """One line to type in.

    Args:
        kind: of HTML: text, search, password, number, date, datetime-local.
        name: by which tests and scripts find it.
        hint: shown in it while it is empty.
        most: characters.
        width: of CSS.
        changed: told what stands in it, when it is left or Enter is pressed.
    """
    with _labelled(view, label):
        made = ui.element("input").props(f'type="{kind}" maxlength="{most}" autocomplete="off"')
    made.props["^value"] = value
    if hint is not None:
        made.props["placeholder"] = view.say(hint)
    return _kept(view, made, value, name, width, "input", _TYPED, changed)


def area_field(view: View, label: Text, value: str = "", *, name: str = "", most: int = 4000, rows: int = 3) -> Field:
    """Several lines to type in."""
    with _labelled(view, label):
        made = element("textarea", text=value).props(f'rows="{rows}" maxlength="{most}"')
    return _kept(view, made, value, name, "", "input", _TYPED, None)


def choice(
    view: View,
    label: Text,
    options: Mapping[str, str],
    value: str = "",
    *,
    name: str = "",
    changed: Changed | None = None,
) -> Field:
    """One of several.

    Args:
        options: what each is called, by its value.
        value: chosen at first; the first of them when it is none of them.
    """
    value = value if value in options else next(iter(options), "")
    with _labelled(view, label):
        made = ui.element("select")
        with made:
            for one, title in options.items():
                option = element("option", text=title or " ")
                option.props["value"] = one
                if one == value:
                    option.props["selected"] = True
    return _kept(view, made, value, name, "", "change", _TYPED, changed)


def tick(view: View, label: Text, *, on: bool = False, name: str = "", changed: Changed | None = None) -> Field:
    """Yes or no."""
    with element("label", "tick"):
        made = ui.element("input").props('type="checkbox"')
        element("span", text=view.say(label))
    if on:
        made.props["^checked"] = ""
    return _kept(view, made, "1" if on else "", name, "", "change", _TICKED, changed)


async def confirmed(
    view: View, title: Text, yes: Text, inside: Callable[[], None] | None = None, *, wide: bool = False
) -> bool:
    """Ask whether to do it; Esc and a click beside it say no.

    Args:
        title: the question.
        yes: on the button that does it.
        inside: puts in what there is to know before.
    """
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def say(done: bool) -> Callable[[], None]:
        def said() -> None:
            if not answer.done():
                answer.set_result(done)
            dialog.close()

        return said

    with ui.dialog() as dialog, element("div", "ask ask-wide" if wide else "ask") as paper:
        paper.props["role"] = "dialog"
        paper.props["aria-label"] = view.say(title)
        element("h2", text=view.say(title))
        if inside is not None:
            inside()
        with element("div", "row-of ask-ends"):
            button(view.say(Text("Cancel", "取消")), view.does(say(False)))
            button(view.say(yes), view.does(say(True)), main=True).props('data-do="confirm"')
    dialog.on("hide", view.does(say(False)))
    dialog.open()
    try:
        async with asyncio.timeout(ASKED_FOR):
            return await answer
    except TimeoutError:  # the page may be gone by now
        return False
    finally:
        dialog.delete()


def _labelled(view: View, label: Text) -> Element:
    made = element("label", "field")
    with made:
        element("span", text=view.say(label))
    return made


def _kept(
    view: View,
    made: Element,
    value: str,
    name: str,
    width: str,
    event: str,
    script: str,
    changed: Changed | None,
) -> Field:
    field = Field(made, value)
    if name:
        made.props["name"] = name
    if width:
        made.style(f"width: {width}")

    def take(given: Any) -> None:
        field.value = str(given.args)[:100_000]

    async def tell(given: Any) -> None:
        take(given)
        if changed is not None and (done := changed(field.value)) is not None:
            await done

    if event == "input":
        made.on("input", take, js_handler=script)
    if changed is not None or event == "change":
        made.on("change", view.does(tell), js_handler=script)
    return field


__all__ = ["Field", "area_field", "choice", "confirmed", "text_field", "tick"]
