"""How calls went through the flows: what the drawing of a flow shows beside its steps."""

from __future__ import annotations

from ivr.reports.flows.traffic import Passed, Traffic, traffic

__all__ = ["Passed", "Traffic", "traffic"]
