"""What pages of work orders and complaints share: the parts of a list; one case with its facts, acts, history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from ivr.console.errors import NotFound
from ivr.console.parts.frame import element, empty
from ivr.console.parts.still import still
from ivr.console.parts.work import Section, heading, link, named, words
from ivr.console.services.casework import Step
from ivr.console.view import View
from ivr.core.language import Text

Doing = Callable[[str], Callable[[], Awaitable[object]]]


def tabs(view: View, path: str, names: Mapping[str, Text], here: str) -> None:
    """The parts of a list."""
    with still("nav", "tabs") as made:
        made.props["aria-label"] = view.say(Text("Which", "筛选"))
        for name, title in names.items():
            one = link(view.say(title), f"{path}?which={name}")
            if name == here:
                one.props('aria-current="page"')


async def case(view: View, name: str, draw: Callable[[Section], Awaitable[None]], gone: Text) -> None:
    """One case, drawn again after what was done with it.

    Args:
        gone: told when who looks may not see it, or sees it no more.
    """

    async def draw_or_tell() -> None:
        try:
            await draw(section)
        except NotFound:
            empty(view, gone)

    section = Section(view, draw_or_tell, name=name)
    await section.show()


def facts(view: View, rows: Sequence[tuple[Text, str | Callable[[], None]]], call: int | None) -> None:
    """Names and values, those without a value left out, and the call it is about.

    Args:
        rows: a value may put elements there itself.
    """
    with element("dl", "pairs"):
        for name, value in rows:
            if not value:
                continue
            element("dt", text=view.say(name))
            if isinstance(value, str):
                element("dd", text=value)
            else:
                with element("dd"):
                    value()
        if call is not None:
            element("dt", text=view.say(Text("Call", "通话")))
            with element("dd"):
                link(str(call), f"/calls/{call}")


def acts(section: Section, kind: str, names: Mapping[str, Text], actions: Sequence[str], doing: Doing,
         main: Collection[str]) -> None:  # fmt: skip
    """A button for each of ``actions``; those in ``main`` are what is to be done next."""
    with element("div", "acts"):
        for action in actions:
            section.act(named(names[action]), doing(action), main=action in main, do=f"{kind}-{action}")


def history(view: View, steps: Sequence[Step]) -> None:
    """What was done, the newest first."""
    with still("section", "card"):
        heading(view, Text("History", "处理记录"), len(steps))
        with element("ol", "steps"):
            for one in reversed(steps):
                with element("li"):
                    with element("div", "todo-head"):
                        element("span", "faint", text=view.at(one.at, "%Y-%m-%d %H:%M"))
                        element("b", text=view.say(named(Text(one.action_name, one.action_name))))
                        element("span", text=one.by)
                    if one.text:
                        words(one.text)


__all__ = ["acts", "case", "facts", "history", "tabs"]
