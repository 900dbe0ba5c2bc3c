"""Calls without a telephone: the engine and its steps on a channel that only pretends."""

from __future__ import annotations

from ivr.call.simulation.plan import LookupReply, Plan
from ivr.call.simulation.run import Simulator
from ivr.call.simulation.story import Item, Story, Visit

__all__ = ["Item", "LookupReply", "Plan", "Simulator", "Story", "Visit"]
