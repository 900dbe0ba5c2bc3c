"""Still parts: a tree of HTML that the server sends and forgets; its words are words, its buttons work."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from nicegui import Client, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from nicegui.page import page

from ivr.console.parts.frame import button, element, icon
from ivr.console.parts.still import still

HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def client() -> Client:
    return Client(page(""), request=None)


def part(client: Client) -> Element:
    """The one still part."""
    (found,) = [one for one in client.elements.values() if "tree" in one.props]
    return found


def told(client: Client) -> Any:
    return json.loads(part(client).props["tree"])


async def test_what_is_built_within_is_one_element_and_a_tree(client: Client) -> None:
    with client:
        before = len(client.elements)
        with still("ul", "rows").props("data-ready") as made:
            made.props["aria-label"] = HOSTILE
            with element("li", "a").classes("b").style("color: red"):
                icon("call")
                element("span", text=HOSTILE)
            with still("li"):
                element("b")
        assert len(client.elements) == before + 1
    assert told(client) == [
        "ul",
        {"class": "rows", "data-ready": True, "aria-label": HOSTILE},
        -1,
        [
            "li",
            {"class": "a b", "style": "color: red"},
            -1,
            [
                "i",
                {"class": "q-icon notranslate material-icons", "style": "font-size: 18px", "aria-hidden": "true"},
                -1,
                "call",
            ],
            ["span", {}, -1, HOSTILE],
        ],
        ["li", {}, -1, ["b", {}, -1]],
    ]


async def test_buttons_call_their_own_handlers_and_no_other_number_calls_any(client: Client) -> None:
    pressed: list[str] = []

    async def second() -> None:
        pressed.append("second")

    with client, still("div"):
        button("1", lambda: pressed.append("first"))
        button("2", second)
    (first, other) = told(client)[3:]
    assert [first[2], other[2]] == [0, 1]
    made = part(client)
    (listener,) = made._event_listeners.values()
    assert listener.type == "clicked"
    for given in (1, 2, -1, "1", None, [0], 1.0):
        done = listener.handler(GenericEventArguments(sender=made, client=client, args=given))
        if asyncio.iscoroutine(done):
            await done
    assert pressed == ["second"]


async def test_what_a_still_part_cannot_hold_is_refused(client: Client) -> None:
    with client:
        with pytest.raises(RuntimeError, match="within a still part"), still("div"):
            ui.label("of NiceGUI")
        with pytest.raises(ValueError, match="change"), still("div"):
            element("select").on("change", print)
        element("p", text="a real one again")
    assert [one for one in client.elements.values() if "tree" in one.props] == []
    assert [one.tag for one in client.elements.values()].count("p") == 1
