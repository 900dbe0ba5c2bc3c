"""Days added up, so that trends over months need not read every call again; today is always counted afresh.

A row is one day and hour in the site's zone. Everything in it can be added to other rows: counts, sums, squares.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.models.base import Base


class RollupDay(Base):
    """A day that is over and added up, and how it was counted."""

    __tablename__ = "rollup_days"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # YYYY-MM-DD in the site's zone
    counted: Mapped[str] = mapped_column(String(16))  # hash of the rules, the zone and our own processing
    states: Mapped[bool]  # whether agents' states were on record
    calls: Mapped[int]  # that asked for an agent
    cards: Mapped[int]
    made_at: Mapped[datetime]


class RollupMark(Base):
    """How far the tables were looked through for what changes a day that was added up."""

    __tablename__ = "rollup_marks"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(40))


class TrafficRollup(Base):
    """The calls of one hour: of all queues or one, and of all agents or one; ``""`` is all of them."""

    __tablename__ = "traffic_rollups"
    __table_args__ = (Index("ix_traffic_rollups_queue_agent_day", "queue", "agent", "day"),)

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0..23 by the clocks of the zone
    queue: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    weekday: Mapped[int]  # 0 = Monday
    asked: Mapped[int]  # of an agent: talks
    answered: Mapped[int]
    abandoned: Mapped[int]
    short: Mapped[int]
    unserved: Mapped[int]
    in_time: Mapped[int]  # answered within the service level
    waited_s: Mapped[float]  # of those answered
    rings: Mapped[int]  # that count for three rings
    rings_in_time: Mapped[int]
    owed: Mapped[int]  # rings that were an agent's to answer
    picked: Mapped[int]  # of those, answered
    pickups: Mapped[int]
    pickup_s: Mapped[float]
    handled: Mapped[int]
    handling_s: Mapped[float]
    busy_s: Mapped[float]
    ready_s: Mapped[float]


class ScoreRollup(Base):
    """The scorecards of one hour, team (queue) and agent."""

    __tablename__ = "score_rollups"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    cards: Mapped[int]
    final_n: Mapped[int]
    final_sum: Mapped[float]  # per cent
    final_squares: Mapped[float]
    machine_n: Mapped[int]
    machine_sum: Mapped[float]
    machine_squares: Mapped[float]
    reviewed: Mapped[int]
    failed_all: Mapped[int]
    undecided: Mapped[int]


class ItemRollup(Base):
    """One item of the scorecards of one day, team and agent; ``*`` for both is all of them."""

    __tablename__ = "item_rollups"
    __table_args__ = (Index("ix_item_rollups_item_day", "item", "day"),)

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    failed: Mapped[int]  # in the end
    counted: Mapped[int]  # in the end
    reported: Mapped[int]  # by the machine
    definite: Mapped[int]  # verdicts of the machine
    unsure: Mapped[int]  # what the machine left open
    undecided: Mapped[int]  # what nobody has decided
    not_applicable: Mapped[int]
    reviewed: Mapped[int]


class RollupItem(Base):
    """What an item of the scorecards is called."""

    __tablename__ = "rollup_items"

    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    norm: Mapped[str] = mapped_column(String(16))
    section: Mapped[str] = mapped_column(String(64))


class SurveyRollup(Base):
    """How often one question got one answer on one day; ``""`` is no answer."""

    __tablename__ = "survey_rollups"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    queue: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    question: Mapped[str] = mapped_column(String(64), primary_key=True)
    answer: Mapped[str] = mapped_column(String(8), primary_key=True)
    times: Mapped[int]


__all__ = ["ItemRollup", "RollupDay", "RollupItem", "RollupMark", "ScoreRollup", "SurveyRollup", "TrafficRollup"]
