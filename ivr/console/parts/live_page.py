"""What live pages are built with: a place that scripts of ours fill, with its words in the language of who looks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from ivr.agents.states import NAMES
from ivr.console.parts.frame import element
from ivr.console.view import View
from ivr.core.language import Text

SHARED: Mapping[str, Text] = {
    **NAMES,
    "because": Text(" ({reason})", "（{reason}）"),
    "no-answer": Text("calls missed", "漏接来电"),
    "callback": Text("kept free for a callback", "等待回呼"),
    "for_so_long": Text("for", "已持续"),
    "comma": Text(", ", "、"),
    "done": Text("done", "已完成"),
    "gone": Text("phone gone", "话机离线"),
    "log_in": Text("Log in", "签入"),
    "log_out": Text("Log out", "签出"),
    "pause": Text("Pause", "小休"),
    "unpause": Text("Take calls again", "恢复接听"),
    "down_lost": Text(
        "The connection to the console is lost; what is shown may be old.", "与控制台的连接已断开，所示数据可能已过时。"
    ),
    "down_refused": Text(
        "Nothing live is told here: close other live pages, or log in again, then reload.",
        "无法获取实时数据：请关闭其他实时页面或重新登录，然后刷新本页。",
    ),
    "no_asterisk": Text("no connection to Asterisk: this may be old", "与 Asterisk 的连接已断开，数据可能已过时"),
}


def live_page(view: View, name: str, words: Mapping[str, Text], data: Mapping[str, Any]) -> None:
    """A place that ``static/NAME.js`` fills; it says ``data-ready`` when that is done.

    Args:
        name: of the script, and the place's id.
        words: all it can say.
        data: plain JSON; texts of people and callers are put in as text by the script.
    """
    ui.add_head_html('<link rel="stylesheet" href="/static/live.css">')
    ui.add_body_html(f'<script type="module" src="/static/{name}.js"></script>')
    setup = {
        "language": view.language,
        "zone": view.console.site().zone,
        "words": {key: view.say(text) for key, text in {**SHARED, **words}.items()},
        "reasons": {key: one.title or key for key, one in view.console.site().staffing.pause_reasons.items()},
        **data,
    }
    place = element("div", "live-page")
    place.props(f'id="{name}"')
    place.props["data-setup"] = json.dumps(setup, ensure_ascii=False)


__all__ = ["SHARED", "live_page"]
