"""Still parts of a page: HTML that stays as it was put there. The server sends it and forgets it.

Each element of NiceGUI is kept on the server for as long as the page is open, with some forty objects; a table of 300
cells makes the page late and the console's memory large. Within :func:`still`, ``element``, ``icon`` and ``button``
(:mod:`ivr.console.parts.frame`) make nodes of a plain tree instead, which the browser draws by one component: names and
attributes from the code, words as text nodes. Buttons work; nothing can be changed later, it is drawn anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, cast

from nicegui import context
from nicegui.element import Element
from nicegui.props import Props

_inside: ContextVar[Node | None] = ContextVar("console_still", default=None)


class Attributes(dict[str, Any]):
    """Of a node; called, they take NiceGUI's notation: ``type="button" hidden``."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._node = node

    def __call__(self, add: str) -> Node:
        self.update(Props.parse(add))
        return self._node


class Node:
    """An element within a still part.

    Args:
        tag: of HTML.
        text: within it.
    """

    __slots__ = ("_token", "children", "clicked", "props", "tag")

    def __init__(self, tag: str, text: str = "") -> None:
        self.tag = tag
        self.props = Attributes(self)
        self.children: list[str | Node] = [text] if text else []
        self.clicked: Callable[..., Any] | None = None
        self._token: Token[Node | None] | None = None

    def classes(self, add: str) -> Node:
        """Add classes."""
        if add:
            self.props["class"] = f"{self.props['class']} {add}" if "class" in self.props else add
        return self

    def style(self, add: str) -> Node:
        """Add to its style."""
        self.props["style"] = f"{self.props['style']}; {add}" if "style" in self.props else add
        return self

    def on(self, event: str, handler: Callable[..., Any], args: object = None) -> Node:
        """Call ``handler`` when it is clicked; there are no other events, and none has arguments."""
        if event != "click":
            raise ValueError(f"a still element cannot handle {event}")
        self.clicked = handler
        return self

    def __enter__(self) -> Node:
        self._token = _inside.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _inside.reset(self._token)

    def told(self, handlers: list[Callable[..., Any]]) -> list[Any]:
        """The tree as the browser gets it: ``[tag, attributes, number of its handler or -1, *children]``."""
        at = -1
        if self.clicked is not None:
            at = len(handlers)
            handlers.append(self.clicked)
        inner = [one if isinstance(one, str) else one.told(handlers) for one in self.children]
        return [self.tag, self.props, at, *inner]


class _Root(Node):
    """The outermost node: where its block ends the part is put into the page."""

    __slots__ = ("_before",)

    def __enter__(self) -> Node:
        self._before = len(context.slot.children)
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if error is not None:
            return
        if len(context.slot.children) != self._before:
            raise RuntimeError("an element of NiceGUI was made within a still part")
        handlers: list[Callable[..., Any]] = []
        _Still(json.dumps(self.told(handlers), ensure_ascii=False, separators=(",", ":")), handlers)


class _Still(Element, component="still.js"):
    def __init__(self, tree: str, handlers: list[Callable[..., Any]]) -> None:
        super().__init__()
        self.props["tree"] = tree
        if handlers:

            def clicked(event: Any) -> Any:
                at = event.args if isinstance(event.args, int) else -1
                return handlers[at]() if 0 <= at < len(handlers) else None

            self.on("clicked", clicked)


def still(tag: str, classes: str = "") -> Element:
    """A part of the page that does not change; what is built in its block belongs to it.

    Its attributes are to be set within the block. It behaves like an element of NiceGUI as far as ``props``,
    ``classes``, ``style`` and clicks go.
    """
    return cast("Element", (inner(tag) or _Root(tag)).classes(classes))


def inner(tag: str, text: str = "") -> Node | None:
    """A node in the still part that is being built; None where none is."""
    around = _inside.get()
    if around is None:
        return None
    made = Node(tag, text)
    around.children.append(made)
    return made


def fill(text: str) -> None:
    """Put ``text`` into the innermost open node, unless something stands there already."""
    around = _inside.get()
    if around is not None and text and not around.children:
        around.children.append(text)


__all__ = ["Node", "fill", "inner", "still"]
