"""How sure the machine is: the thresholds in force, what they came to on labelled clips, and on reviewed calls."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.reports.quality.load import ERRORS_OVER
from ivr.reports.trends.book import Span
from ivr.reports.trends.read import item_names
from ivr.reports.trends.strictness import curve, load_seen
from recording.compliance.thresholds import MOST_BYTES, PACKAGED, SITE_FILE, site_thresholds
from recording.review.intervals import Share


class ShareTold(BaseModel):
    """A share with its interval of 95 %, all 0..1."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float
    of: int | None = Field(default=None, description="what it rests on; null where that is not kept")


class LevelTold(BaseModel):
    """Figures of the clips of one noise level; ``level`` is clean, a ratio in dB, or all."""

    model_config = ConfigDict(frozen=True)

    level: str
    clips: int
    precision: ShareTold | None
    recall: ShareTold | None
    f1: ShareTold | None
    cannot_tell: float | None
    wrong: ShareTold | None = Field(description="definite verdicts that are not true")
    alarms_per_hour: float | None


class WorkbenchTold(BaseModel):
    """The thresholds in force, and what they came to on clips they were not chosen on."""

    model_config = ConfigDict(frozen=True)

    version: str
    own: bool = Field(description="whether they are the site's")
    values: dict[str, float]
    made: dict[str, str] = Field(description="where they come from")
    levels: list[LevelTold]


class PointTold(BaseModel):
    """Precision and recall at one strictness."""

    model_config = ConfigDict(frozen=True)

    at: float = Field(description="score from which a phrase counts as said, 0..100")
    precision: ShareTold | None
    recall: ShareTold | None


class CurveTold(BaseModel):
    """The curve of strictness on the site's own reviewed calls, drawn by lot."""

    model_config = ConfigDict(frozen=True)

    item: str = Field(description="of one item; empty: of all phrases")
    items: dict[str, str] = Field(description="items that people have reviewed, and what they are called")
    verdicts: int
    spoken: int
    points: list[PointTold]


async def workbench(console: Console, who: Person) -> WorkbenchTold:
    """Thresholds and their figures.

    Raises:
        Forbidden: if he may not see rules.
        UsageError: if the site's file of thresholds has errors.
    """
    who.must(Permission.RULES)
    site = console.settings.site
    return await asyncio.to_thread(_read, site)


async def strictness(console: Console, who: Person, item: str = "") -> CurveTold:
    """Precision and recall by strictness, on calls of the last half year that people reviewed.

    Raises:
        Forbidden: if he may not see rules.
    """
    who.must(Permission.RULES)
    until = console.clock.now() + timedelta(seconds=1)
    async with console.database.read() as session:
        every = await load_seen(session, until - ERRORS_OVER, until)
        titles = await item_names(session, Span(until.date(), until.date()))
    seen = [one for one in every if item in {"", one.item}]
    names = sorted({one.item for one in every})
    return CurveTold(
        item=item,
        items={name: str(titles[name].title) if name in titles else name for name in names},
        verdicts=len(seen),
        spoken=sum(one.said for one in seen),
        points=[PointTold(at=one.at, precision=_share(one.precision), recall=_share(one.recall)) for one in curve(seen)]
        if seen
        else [],
    )


def _read(site: Path | None) -> WorkbenchTold:
    limits = site_thresholds(site)
    own = site is not None and (site / SITE_FILE).exists()
    path = site / SITE_FILE if site is not None and own else PACKAGED
    data: dict[str, Any] = json.loads(path.read_bytes()[:MOST_BYTES])
    values = asdict(limits)
    values.pop("version")
    made = data.get("made")
    tested = data.get("test")
    return WorkbenchTold(
        version=limits.full_version,
        own=own,
        values=values,
        made={str(name): str(value)[:400] for name, value in made.items()} if isinstance(made, dict) else {},
        levels=_levels(tested) if isinstance(tested, dict) else [],
    )


def _levels(tested: dict[str, Any]) -> list[LevelTold]:
    levels = tested.get("by_snr")
    found = [(str(name), one) for name, one in levels.items()] if isinstance(levels, dict) else []
    found.append(("all", tested.get("overall")))
    return [_level(name, one) for name, one in found if isinstance(one, dict)]


def _level(name: str, one: dict[str, Any]) -> LevelTold:
    def number(key: str) -> float | None:
        value = one.get(key)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def share(key: str) -> ShareTold | None:
        value, bounds = number(key), one.get(f"{key}_ci")
        if value is None or not isinstance(bounds, list) or len(bounds) != 2:
            return None
        return ShareTold(value=value, low=float(bounds[0]), high=float(bounds[1]))

    return LevelTold(
        level=name[:16],
        clips=int(number("n") or 0),
        precision=share("precision"),
        recall=share("recall"),
        f1=share("f1"),
        cannot_tell=number("cannot_tell"),
        wrong=share("wrong_of_definite"),
        alarms_per_hour=number("false_alarms_per_hour"),
    )


def _share(found: Share | None) -> ShareTold | None:
    return None if found is None else ShareTold(value=found.value, low=found.low, high=found.high, of=found.of)


__all__ = ["CurveTold", "LevelTold", "PointTold", "ShareTold", "WorkbenchTold", "strictness", "workbench"]
