"""A step beside the drawing: what it does, says, and where it leads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from ivr.console.parts.frame import button, element
from ivr.console.services.flows.models import StepTold
from ivr.console.view import View
from ivr.core.language import Text


def show_step(view: View, step: StepTold, choose: Callable[[str], Awaitable[None]]) -> None:
    """Put it in.

    Args:
        choose: shows another step.
    """
    with element("section", "card").props("data-step-card"):
        with element("h2"):
            element("span", text=step.name)
            element("span", "faint", text=f"  {step.title}")
        for problem in step.problems:
            with element("p", "bad" if problem.severity == "error" else "warn"):
                element("b", text=f"{problem.code} ")
                element("span", text=f"{problem.text} — {problem.cure} ")
                element("span", "faint", text=problem.where)
        _settings(view, step)
        _ways(view, step, choose)
    _spoken(view, step)


def _settings(view: View, step: StepTold) -> None:
    if not step.settings:
        return
    with element("dl", "pairs"):
        for one in step.settings:
            name = element("dt", text=one.name)
            name.props["title"] = one.meaning
            with element("dd").props("data-words"):
                element("span", text=one.value)
                if one.meaning:
                    element("div", "faint", text=one.meaning)


def _ways(view: View, step: StepTold, choose: Callable[[str], Awaitable[None]]) -> None:
    if not step.ways:
        element("p", "faint", text=view.say(Text("The call ends here.", "通话到此结束。")))
        return
    element("h3", text=view.say(Text("Leads to", "去向")))
    with element("div", "replies"):
        for way in step.ways:
            button(f"{way.label} → {way.target}", view.does(partial(choose, way.target)))


def _spoken(view: View, step: StepTold) -> None:
    if not step.spoken:
        return
    with element("section", "card"):
        element("h2", text=view.say(Text("What callers may hear", "来电者可能听到")))
        for prompt in dict.fromkeys(one.prompt for one in step.spoken):
            element("h3", text=prompt)
            with element("dl", "pairs"):
                for one in step.spoken:
                    if one.prompt == prompt:
                        element("dt", text=one.language)
                        missing = view.say(Text("not there", "缺失"))
                        element("dd", "" if one.text else "bad", text=one.text or missing).props("data-words")


__all__ = ["show_step"]
