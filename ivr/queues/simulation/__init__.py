"""A queue replayed: the same callers, with other agents, penalties, weights or strategies."""

from __future__ import annotations

from ivr.queues.simulation.changes import Changes, changed
from ivr.queues.simulation.engine import simulate
from ivr.queues.simulation.measures import Waits, measure
from ivr.queues.simulation.model import Agent, Arrival, Line, Outcome, Replayed, Setup

__all__ = [
    "Agent",
    "Arrival",
    "Changes",
    "Line",
    "Outcome",
    "Replayed",
    "Setup",
    "Waits",
    "changed",
    "measure",
    "simulate",
]
