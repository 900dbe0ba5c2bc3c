"""Two versions of a site, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from dialplan.differing.calls import Walk
from dialplan.differing.change import Change, Section, joined, plain
from dialplan.differing.naming import of_flow, of_step
from dialplan.differing.values import changed_settings, shown
from dialplan.differing.weekly import STANDINGS, weekly_changes
from dialplan.hours import Hours
from dialplan.model import Site
from ivr.core.language import Text

_NAMED: dict[str, tuple[Section, Text]] = {
    "queues": (Section.QUEUES, Text("queue", "队列")),
    "agents": (Section.AGENTS, Text("agent", "坐席")),
    "trunks": (Section.SITE, Text("trunk", "中继")),
    "outside": (Section.SITE, Text("outside number", "外部号码")),
    "alerts": (Section.SITE, Text("alert rule", "告警规则")),
    "callers": (Section.SITE, Text("list of callers", "主叫名单")),
    "priorities": (Section.SITE, Text("priority of number", "号码优先级")),
}
_SINGLE_DAYS = {"closed": STANDINGS["closed"], "open": Text("a working day", "工作日")}
_AS_USUAL = Text("as on other such days", "与平日相同")
_ELSEWHERE = {*_NAMED, "numbers", "flows", "hours"}


@dataclass(frozen=True, slots=True)
class Side:
    """One version.

    Args:
        site: the line.
        texts: words of its prompts, by language and id.
    """

    site: Site
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def compare(old: Side, new: Side) -> list[Change]:
    """Every difference, in the order of ``Section``; none when both do the same."""
    found = [
        *_numbers(old.site, new.site),
        *Walk(old.site, new.site).changes(),
        *_hours(old.site, new.site),
        *_steps(old.site, new.site),
        *_parts(old.site, new.site),
        *_texts(old, new),
    ]
    order = {section: place for place, section in enumerate(Section)}
    return sorted(found, key=lambda change: order[change.section])


def _numbers(old: Site, new: Site) -> Iterator[Change]:
    for number in sorted({*old.numbers, *new.numbers}):
        was, now = old.numbers.get(number), new.numbers.get(number)
        if was != now:
            where = Text(f"number {number}", f"号码 {number}")
            yield Change(Section.NUMBERS, where, of_flow(was) if was else None, of_flow(now) if now else None)


def _hours(old: Site, new: Site) -> Iterator[Change]:
    for name in sorted({*old.hours, *new.hours}):
        where = Text(f"hours {name}", f"营业时间 {name}")
        was, now = old.hours.get(name), new.hours.get(name)
        if was is None or now is None:
            yield Change(Section.HOURS, where, shown(was) if was else None, shown(now) if now else None)
        elif was != now:
            yield from _week(where, was, now)


def _week(where: Text, was: Hours, now: Hours) -> Iterator[Change]:
    for when, before, after in weekly_changes(was, now):
        yield Change(Section.HOURS, joined((where, when)), STANDINGS[before], STANDINGS[after])
    for setting, word in _SINGLE_DAYS.items():
        old, new = getattr(was, setting), getattr(now, setting)
        for day in sorted({*old, *new}):
            if (day in old) != (day in new):
                there = joined((where, plain(str(day))))
                yield Change(Section.HOURS, there, word if day in old else _AS_USUAL, word if day in new else _AS_USUAL)
    skipped = {*_SINGLE_DAYS, "openings", "breaks", "always"}
    for name, value, other in changed_settings(was, now, skipped=skipped):
        yield Change(Section.HOURS, joined((where, plain(name))), value, other)


def _steps(old: Site, new: Site) -> Iterator[Change]:
    """Flows and steps that come and go, in numbers: what they do is told by the calls."""
    for flow in sorted({*old.flows, *new.flows}):
        was = old.flows[flow].steps if flow in old.flows else {}
        now = new.flows[flow].steps if flow in new.flows else {}
        where = of_flow(flow)
        if not was or not now:
            count = Text(f"{len(was or now)} steps", f"{len(was or now)} 个步骤")
            yield Change(Section.STEPS, where, count if was else None, count if now else None)
            continue
        for name in [one for one in was if one not in now]:
            yield Change(Section.STEPS, of_step(flow, name), plain(was[name].step), None)
        for name in [one for one in now if one not in was]:
            yield Change(Section.STEPS, of_step(flow, name), None, plain(now[name].step))


def _parts(old: Site, new: Site) -> Iterator[Change]:
    for part, (section, word) in _NAMED.items():
        yield from _named(section, word, getattr(old, part), getattr(new, part))
    for name, was, now in changed_settings(old, new, skipped=_ELSEWHERE):
        yield Change(Section.SITE, plain(name), was, now)


def _named(section: Section, word: Text, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        where = Text(f"{word.en} {name}", f"{word.zh} {name}")
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            yield Change(section, where, None if was is None else shown(was), None if now is None else shown(now))
        elif isinstance(was, BaseModel) and isinstance(now, BaseModel):
            for setting, before, after in changed_settings(was, now):
                yield Change(section, joined((where, plain(setting))), before, after)
        elif was != now:
            yield Change(section, where, shown(was), shown(now))


def _texts(old: Side, new: Side) -> Iterator[Change]:
    for language in sorted({*old.site.languages, *new.site.languages}):
        was, now = old.texts.get(language, {}), new.texts.get(language, {})
        for name in sorted({*was, *now}):
            if was.get(name) != now.get(name):
                where = Text(f"prompt {name} ({language})", f"提示音 {name}（{language}）")
                yield Change(Section.PROMPTS, where, _quoted(was.get(name)), _quoted(now.get(name)))


def _quoted(text: str | None) -> Text | None:
    return None if text is None else Text(f'"{shown(text).en}"', f"“{shown(text).zh}”")


__all__ = ["Side", "compare"]
