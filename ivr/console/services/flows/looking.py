"""The flows of a site: drawn, each step with all that is known of it, and how calls go through."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from dialplan.differing.naming import kind
from dialplan.drawing import TooLargeError, chart_of, svg
from dialplan.graph import Graph
from dialplan.manual_zh import ZH
from dialplan.semantics.prompts import step_prompts
from ivr.call.site_drawing import codes_of
from ivr.call.versions import VersionStore
from ivr.call.versions.start import differs
from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.flows.models import (
    FlowTold,
    Overview,
    PassedTold,
    ProblemTold,
    Setting,
    Spoken,
    StepTold,
    TrafficTold,
    Way,
)
from ivr.console.services.flows.shelf import Opened, folder_of, opened
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.flows import traffic as read_traffic

LONGEST = 24 * 31  # hours


async def overview(console: Console, who: Person, source: str = "") -> Overview:
    """The flows of a site.

    Args:
        source: ``in-force``, ``folder``, or a version.

    Raises:
        Forbidden: if he may not see flows.
        NotFound: if there is no such version.
        SiteError: if it cannot be read.
    """
    who.must(Permission.FLOWS)
    one = await opened(console, source)
    other = await asyncio.to_thread(_differs, console)
    flows = [
        FlowTold(
            name=name,
            numbers=sorted(number for number, leads in one.site.numbers.items() if leads == name),
            steps=len(flow.steps),
            problems=sum(len(found) for found in one.by_step.get(name, {}).values()),
        )
        for name, flow in one.site.flows.items()
    ]
    return Overview(
        source=one.source,
        version=one.version,
        site=one.site.name,
        zone=one.site.zone,
        languages=list(one.site.languages),
        numbers=list(one.site.numbers),
        hours=list(one.site.hours),
        folder_differs=other,
        flows=flows,
    )


async def drawing(console: Console, who: Person, flow: str, source: str = "") -> str:
    """A flow as SVG; each step's group has its name as ``data-step``, and all words are escaped.

    Raises:
        Forbidden: if he may not see flows.
        NotFound: if there is no such flow or version.
        UsageError: if it is too large to be drawn.
    """
    who.must(Permission.FLOWS)
    one = await opened(console, source)
    _must_have(one, flow)
    return await asyncio.to_thread(_drawn, one, flow)


async def step(console: Console, who: Person, flow: str, name: str, source: str = "") -> StepTold:
    """A step: its settings, what it says in each language, its ways out, what is wrong with it.

    Raises:
        Forbidden: if he may not see flows.
        NotFound: if there is no such step.
    """
    who.must(Permission.FLOWS)
    one = await opened(console, source)
    _must_have(one, flow, name)
    found = one.site.flows[flow].steps[name]
    prompts = dict.fromkeys(prompt for prompt, _ in step_prompts(found))
    spoken = [(prompt, language) for prompt in prompts for language in one.site.languages]
    texts = {(prompt, language): one.book.find(language, prompt) for prompt, language in spoken}
    graph = Graph(one.site.flows[flow], one.site.queues)
    return StepTold(
        flow=flow,
        name=name,
        kind=found.step,
        title=str(kind(found)),
        settings=_settings(found),
        spoken=[
            Spoken(prompt=prompt, language=language, text=one_.text if one_ else "")
            for (prompt, language), one_ in texts.items()
        ],
        ways=[Way(label=edge.label, target=edge.target) for edge in graph.out[name]],
        problems=[ProblemTold.of(problem) for problem in one.by_step.get(flow, {}).get(name, ())],
    )


async def traffic(console: Console, who: Person, flow: str, hours: int = 24) -> TrafficTold:
    """How many of the calls of the last hours came to each step of a flow, and where callers gave up.

    Raises:
        Forbidden: if he may not see flows.
        UsageError: if that is too long.
    """
    who.must(Permission.FLOWS)
    if not 1 <= hours <= LONGEST:
        raise UsageError(
            Text("hours: 1 to 744", "hours：1 至 744"), cure=Text("24 for the last day", "最近一天请填 24")
        )
    async with console.database.read() as session:
        found = await read_traffic(session, console.clock.now() - timedelta(hours=hours))
    return TrafficTold(
        flow=flow,
        since=found.since,
        calls=found.calls,
        whole=found.whole,
        steps=[
            PassedTold(step=name, calls=passed.calls, gave_up=passed.gave_up)
            for (of, name), passed in sorted(found.steps.items())
            if of == flow
        ],
    )


def _must_have(one: Opened, flow: str, name: str | None = None) -> None:
    if flow not in one.site.flows:
        raise NotFound(Text(f"no flow {flow!r:.60}", f"没有流程 {flow!r:.60}"))
    if name is not None and name not in one.site.flows[flow].steps:
        raise NotFound(Text(f"no step {name!r:.60}", f"没有步骤 {name!r:.60}"))


def _drawn(one: Opened, flow: str) -> str:
    try:
        return svg([chart_of(one.site, flow, codes_of(one.by_step.get(flow, {})))])
    except TooLargeError:
        raise UsageError(
            Text("the flow is too large to be drawn", "流程过大，无法绘制"),
            cure=Text("cut it into flows that a subflow step enters", "请用 subflow 步骤拆分流程"),
        ) from None


def _differs(console: Console) -> bool:
    store = VersionStore.of(console.settings)
    force = store.in_force()
    return force is not None and differs(store, folder_of(console.settings), force.version)


def _settings(found: BaseModel) -> list[Setting]:
    """The settings that were written or have a value, with what they mean."""
    plain = found.model_dump(mode="json", by_alias=True, exclude_none=True)
    settings = []
    for name, field in type(found).model_fields.items():
        value = plain.get(field.alias or name)
        if name == "step" or value in (None, [], {}):
            continue
        meaning = Text(field.description or "", _meaning_zh(type(found), name) or field.description or "")
        settings.append(Setting(name=field.alias or name, value=_shown(value), meaning=str(meaning)))
    return settings


def _meaning_zh(model: type[BaseModel], name: str) -> str:
    return ZH.get(f"{model.__name__}.{name}") or ZH.get(f".{name}", "")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return ", ".join(f"{key} → {one}" for key, one in value.items())
    return json.dumps(value, ensure_ascii=False)


__all__ = ["drawing", "overview", "step", "traffic"]
