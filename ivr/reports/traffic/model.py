"""A traffic report: rows of figures, one a queue, agent, hour, day or month, and the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from ivr.core.language import Text
from ivr.reports.indicators import Figures

By = Literal["queue", "agent", "hour", "day", "month"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its name (queue, agent, or time), where it begins if it is a time, its figures."""

    name: str
    figures: Figures
    begin: datetime | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """What ``ivr report`` shows.

    Args:
        whole: of all calls of the period (of the one queue or agent asked for, if one was).
        notes: what a reader must know to read it rightly.
    """

    since: datetime
    until: datetime
    zone: tzinfo
    by: By
    whole: Figures
    rows: tuple[Row, ...]
    queue: str = ""
    agent: str = ""
    notes: tuple[Text, ...] = ()
