"""Call flows: drawn, checked, tried, compared, put in force."""

from __future__ import annotations

from ivr.console.services.flows.checking import checks, scenarios
from ivr.console.services.flows.looking import drawing, overview, step, traffic
from ivr.console.services.flows.simulating import simulate
from ivr.console.services.flows.versions import diff, reload, rollback, versions

__all__ = [
    "checks",
    "diff",
    "drawing",
    "overview",
    "reload",
    "rollback",
    "scenarios",
    "simulate",
    "step",
    "traffic",
    "versions",
]
