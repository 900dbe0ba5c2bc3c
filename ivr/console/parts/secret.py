"""Something secret that is shown once."""

from __future__ import annotations

from nicegui import ui

from ivr.console.parts.frame import button, element
from ivr.console.view import View
from ivr.core.language import Text


def show_secret(view: View, title: Text, told: Text, secret: str) -> None:
    """Show it in a dialog until that is closed; it can be copied, and is not shown again.

    Args:
        told: what to do with it.
    """

    def close() -> None:
        dialog.close()

    with ui.dialog().props("persistent") as dialog, element("div", "ask ask-wide") as paper:
        paper.props["role"] = "dialog"
        paper.props["aria-label"] = view.say(title)
        element("h2", text=view.say(title))
        element("p", text=view.say(told))
        shown = ui.element("input").props('type="text" readonly data-part="secret" style="width:100%"')
        shown.props["aria-label"] = view.say(title)
        shown.props["^value"] = secret
        with element("div", "row-of ask-ends"):
            button(view.say(Text("Copy", "复制")), None).on(
                "click",
                js_handler="(event) => navigator.clipboard.writeText("
                "event.target.closest('[role=dialog]').querySelector('[data-part=secret]').value)",
            )
            button(view.say(Text("Done", "完成")), view.does(close), main=True).props('data-do="close-secret"')
    dialog.on("hide", dialog.delete)
    dialog.open()


__all__ = ["show_secret"]
