"""One call: what happened on one time axis with its sound, the words that follow it, and what people do about it."""

from __future__ import annotations

import json
from collections.abc import Callable

from nicegui import ui

from ivr.console.errors import NotFound
from ivr.console.page import Page
from ivr.console.pages.call import facts
from ivr.console.pages.call.beside import neighbours
from ivr.console.pages.call.panel import panel
from ivr.console.pages.call.words import SAY
from ivr.console.parts.frame import element
from ivr.console.parts.still import still
from ivr.console.security.permissions import Permission
from ivr.console.services import call as calls
from ivr.console.services.call.models import CallView
from ivr.console.view import View
from ivr.core.language import Text

TITLE = Text("Call", "通话")
Pane = Callable[[View, CallView], None]


def _by_script(_view: View, _call: CallView) -> None:
    """The player's script fills it: what stands there moves with the sound."""


_PANES: tuple[tuple[str, Text, Pane], ...] = (
    ("words", Text("Words", "文字"), _by_script),
    ("story", Text("Story", "过程"), _by_script),
    ("rules", Text("Rules", "规则"), _by_script),
    ("sound", Text("Sound", "声音"), facts.sound),
    ("queues", Text("Queues", "队列"), facts.queues),
    ("files", Text("Files", "录音"), facts.files),
    ("caller", Text("Caller", "来电者"), _by_script),
)


async def build(view: View) -> None:
    """The page."""
    given = view.path["call"]
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise NotFound(Text("there is no such call", "没有该通话"))
    call = await calls.look(view.console, view.who, int(given), plain=bool(view.query.get("plain")))
    ui.context.client.title = f"{view.say(TITLE)} {call.id} · callwright"
    ui.add_head_html('<link rel="stylesheet" href="/static/player/player.css">')
    ui.add_body_html('<script type="module" src="/static/player/player.js"></script>')
    with element("div", "call-page"):
        with element("div"):
            facts.head(view, call, await neighbours(view, call.id))
            facts.notices(view, call)
        player = element("ivr-player").props('role="region"')
        player.props["aria-label"] = view.say(Text("Player", "播放器"))
        player.props["data-view"] = json.dumps(call.model_dump(mode="json"), ensure_ascii=False)
        player.props["data-say"] = json.dumps({name: view.say(text) for name, text in SAY.items()}, ensure_ascii=False)
        with element("div", "call-split"):
            with element("div", "call-main"):
                _panes(view, call)
            with element("aside", "call-side") as side:
                side.props["aria-label"] = view.say(Text("Scorecard and work", "评分与处理"))
                await panel(view, call.id)


def _panes(view: View, call: CallView) -> None:
    with still("div", "call-tabs").props('role="tablist"') as tabs:
        tabs.props["aria-label"] = view.say(Text("About this call", "通话内容"))
        for at, (name, title, _) in enumerate(_PANES):
            tab = element("button", text=view.say(title)).props(f'type="button" role="tab" id="tab-{name}"')
            tab.props(
                f'data-pane="pane-{name}" aria-controls="pane-{name}" aria-selected="{"false" if at else "true"}"'
            )
    for at, (name, _, fill) in enumerate(_PANES):
        with element("div", "call-pane").props(f'role="tabpanel" id="pane-{name}" tabindex="0"') as pane:
            pane.props(f'aria-labelledby="tab-{name}"')
            if at:
                pane.props("hidden")
            fill(view, call)


PAGES = [Page("/calls/{call}", TITLE, build, permissions=(Permission.CALLS_ALL, Permission.CALLS_OWN), wide=True)]

__all__ = ["PAGES"]
