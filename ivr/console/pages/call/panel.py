"""The panel beside a call: the scorecard, and what people do about the call."""

from __future__ import annotations

from ivr.console.pages.call import panel_card, panel_work
from ivr.console.parts.form import choice
from ivr.console.parts.frame import element
from ivr.console.parts.still import still
from ivr.console.parts.work import Section, heading, styles
from ivr.console.services import cards
from ivr.console.services.casework import agents_of
from ivr.console.view import View
from ivr.core.language import Text


async def panel(view: View, call: int) -> None:
    """Put the panel of a call into the page.

    A place in the sound is asked for with the browser's event ``seek`` on ``window``: ``detail.seconds`` of the call.

    Raises:
        Forbidden, NotFound: if who looks may not see the call.
    """
    styles()
    scored = await cards.agents(view.console, view.who, call)
    agents = tuple(sorted(await agents_of(view.console, view.who, call)))
    chosen = {"agent": view.query.get("agent", "")}
    if chosen["agent"] not in scored:
        chosen["agent"] = next((one for one in scored if view.who.owns(one)), scored[0] if scored else "")

    async def draw() -> None:
        heading(view, Text("Scorecard", "评分表"))
        if len(scored) > 1:

            async def choose(agent: str) -> None:
                chosen["agent"] = agent
                with section.around:
                    await section.show()

            options = {one: one for one in scored}
            choice(view, Text("Agent", "坐席"), options, chosen["agent"], name="card-agent", changed=choose)
        blind = False
        if not scored:
            element(
                "p", "faint", text=view.say(Text("Not scored: the call was not judged.", "未评分：该通话尚未评判。"))
            )
        else:
            card = await cards.card(view.console, view.who, call, chosen["agent"])
            blind = card.blind
            draft = panel_card.Draft(view, card)
            panel_card.head(view, draft, section)
            panel_card.items(view, draft, section)
        with still("div"):
            await panel_work.about_disputes(view, call, section)
            if not blind:  # notes tell what others thought of the call
                await panel_work.about_notes(view, call, agents, section)

    async def draw_rest() -> None:
        with still("div"):
            await panel_work.about_the_caller(view, call, agents, rest)

    with element("div", "panel").props('data-part="panel" data-ready'):
        section = Section(view, draw, "card", name="card")
        await section.show()
        rest = Section(view, draw_rest, "card", name="casework")
        await rest.show()


__all__ = ["panel"]
