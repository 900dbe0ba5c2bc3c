"""The drawing of a flow: zoomed, moved, its steps chosen, the path of a call and figures shown in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element

from ivr.console.view import View
from ivr.core.language import Text


class FlowDrawing(Element, component="drawing.js"):
    """A flow.

    Args:
        view: who looks.
        chosen: told the name of the step that was chosen.
    """

    def __init__(self, view: View, chosen: Callable[[str], Awaitable[None] | None]) -> None:
        super().__init__()
        self.props["words"] = {
            "tools": view.say(Text("Zoom", "缩放")),
            "in": view.say(Text("Zoom in (+)", "放大（+）")),
            "out": view.say(Text("Zoom out (−)", "缩小（−）")),
            "fit": view.say(Text("Fit (0)", "适应窗口（0）")),
            "flow": view.say(
                Text("Call flow; arrows move it, Tab goes through its steps", "流程图；方向键移动，Tab 遍历步骤")
            ),
        }

        async def step(event: Any) -> None:
            if (done := chosen(str(event.args)[:64])) is not None:
                await done

        self.on("step", view.does(step))

    def show(
        self,
        *,
        svg: str | None = None,
        path: Sequence[str] | None = None,
        chosen: str | None = None,
        marks: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Change what is shown; None leaves it.

        Args:
            svg: the drawing.
            path: the steps a call went through; the last is where it is.
            chosen: the step that is looked at.
            marks: by step, ``calls`` and ``lost``: figures over its box.
        """
        given: dict[str, Any] = {"svg": svg, "path": None if path is None else list(path), "chosen": chosen}
        given["marks"] = None if marks is None else {name: dict(mark) for name, mark in marks.items()}
        for name, value in given.items():
            if value is not None:
                self.props[name] = value
        self.update()


__all__ = ["FlowDrawing"]
