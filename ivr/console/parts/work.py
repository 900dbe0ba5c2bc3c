"""Pieces of the pages of people's work: sections that redraw themselves, dialogs that ask for words, due times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nicegui import ui
from nicegui.element import Element

from ivr.console.errors import NotFound
from ivr.console.parts.form import Field, area_field, choice, confirmed, text_field, tick
from ivr.console.parts.frame import button, element
from ivr.console.view import View, notice
from ivr.core.language import Text
from recording.review.people import MOST_TEXT

REASON = Text("Reason", "理由")
SAVED = Text("Saved.", "已保存。")
LANGUAGES = {"zh": Text("Chinese", "中文"), "en": Text("English", "英语"), "ko": Text("Korean", "韩语")}


def when(row: object) -> str:
    """Class of cells with a time: they are not broken."""
    return "when"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a dialog.

    Args:
        kind: ``area`` for several lines, ``choice`` with ``options``, ``tick``, ``date``, or ``text``.
        needed: whether it may not be empty.
    """

    name: str
    label: Text
    kind: Literal["area", "choice", "tick", "date", "text"] = "area"
    value: str = ""
    needed: bool = True
    options: Mapping[str, str] | None = None
    most: int = MOST_TEXT


def styles() -> None:
    """What these pages look like beyond what all do."""
    ui.add_head_html('<link rel="stylesheet" href="/static/work.css">')


async def ask(view: View, title: Text, yes: Text, *fields: Asked, told: Text | None = None) -> dict[str, str] | None:
    """Ask for words; None if nothing is to be done. What is needed and missing is asked for again.

    Args:
        told: what there is to know before.
    """
    values = {one.name: one.value for one in fields}
    while True:
        made: dict[str, Field] = {}

        def inside(made: dict[str, Field] = made, values: dict[str, str] = values) -> None:
            if told is not None:
                element("p", "faint", text=view.say(told))
            for one in fields:
                with element("div", "asked-for"):
                    made[one.name] = _field(view, one, values[one.name])

        if not await confirmed(view, title, yes, inside):
            return None
        values = {name: field.value.strip() for name, field in made.items()}
        missing = [one.label for one in fields if one.needed and not values[one.name]]
        if not missing:
            return values
        notice(Text(f"{missing[0].en} is missing", f"缺少{missing[0].zh}"))


def _field(view: View, one: Asked, value: str) -> Field:
    name = f"ask-{one.name}"
    if one.kind == "choice":
        return choice(view, one.label, one.options or {}, value, name=name)
    if one.kind == "tick":
        return tick(view, one.label, on=bool(value), name=name)
    if one.kind == "area":
        return area_field(view, one.label, value, name=name, most=one.most, rows=4)
    return text_field(view, one.label, value, kind=one.kind, name=name, most=min(one.most, 200))


class Section:
    """A part of a page that is drawn again after what was done in it.

    Args:
        draw: puts its elements.
        classes: of the element around.
    """

    def __init__(self, view: View, draw: Callable[[], Awaitable[None]], classes: str = "", *, name: str = "") -> None:
        self._view = view
        self._draw = draw
        self.around: Element = element("div", classes)
        if name:
            self.around.props(f'data-part="{name}"')

    async def show(self) -> None:
        """Draw it, or draw it again."""
        self.around.clear()
        with self.around:
            await self._draw()

    def after(
        self, work: Callable[[], Awaitable[object]], *, told: Text | None = SAVED
    ) -> Callable[[], Awaitable[None]]:
        """A handler that does ``work``, says so, and draws the section again; work that gives False did nothing."""

        async def run() -> None:
            if await work() is False:
                return
            with self.around:  # what was clicked is gone after the drawing
                await self.show()
                if told is not None:
                    notice(told, good=True)

        return self._view.does(run)

    def act(self, text: Text, work: Callable[[], Awaitable[object]], *, main: bool = False, do: str = "") -> Element:
        """A button for ``work``."""
        made = button(self._view.say(text), self.after(work), main=main)
        return made.props(f'data-do="{do}"') if do else made


def number_of(view: View, name: str) -> int:
    """A number out of the page's path.

    Raises:
        NotFound: if nothing can have that number.
    """
    number = int(view.path[name])
    if not 0 < number < 2**31:
        raise NotFound
    return number


def named(text: Text) -> Text:
    """An action, on a button: with a capital letter where there are any."""
    return Text(text.en[:1].upper() + text.en[1:], text.zh)


def heading(view: View, text: Text, count: int | None = None) -> None:
    """A heading, with how many there are."""
    with element("h2"):
        element("span", text=view.say(text))
        if count is not None:
            element("span", "faint", text=f" {count}")


def due(view: View, at: datetime | None, *, overdue: bool = False) -> None:
    """A due time in the site's zone and how far off it is; overdue ones are marked in words and colour."""
    if at is None:
        element("span", "faint", text="–")
        return
    left = (at - view.console.clock.now()).total_seconds()
    late = overdue or left < 0
    with element("span", "due"):
        element("span", text=view.at(at, "%m-%d %H:%M"))
        said = span_of(abs(left))
        text = Text(f"{said.en} late", f"已逾期 {said.zh}") if late else Text(f"in {said.en}", f"剩 {said.zh}")
        kind = "tag bad" if overdue else "tag warn" if left < 12 * 3600 else "tag"
        element("span", kind, text=view.say(text))


def span_of(seconds: float) -> Text:
    """A length of time in its two largest units."""
    minutes = int(seconds // 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return Text(f"{days} d {hours} h", f"{days} 天 {hours} 小时")
    if hours:
        return Text(f"{hours} h {minutes} min", f"{hours} 小时 {minutes} 分")
    return Text(f"{minutes} min", f"{minutes} 分")


def percent(value: float | None) -> str:
    """A score for people."""
    return "–" if value is None else f"{value:.1f}"


def words(text: str, classes: str = "") -> Element:
    """Words of people: as text, their line breaks kept, in whatever language they are."""
    return element("p", f"words {classes}", text=text or " ").props("data-words")


def link(text: str, href: str, classes: str = "") -> Element:
    """A link of this console."""
    made = element("a", classes, text=text)
    made.props["href"] = href
    return made


def language_name(view: View, code: str) -> str:
    """A language of calls, by its code."""
    found = LANGUAGES.get(code.split("-", maxsplit=1)[0])
    return code if found is None else view.say(found)


__all__ = [
    "REASON",
    "SAVED",
    "Asked",
    "Section",
    "ask",
    "due",
    "heading",
    "language_name",
    "link",
    "named",
    "number_of",
    "percent",
    "span_of",
    "styles",
    "when",
    "words",
]
