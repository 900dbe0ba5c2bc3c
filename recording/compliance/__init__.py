"""Judging a call by a rulebook: said, not said, or cannot tell, each with its evidence."""

from __future__ import annotations

from recording.compliance.judge import judge
from recording.compliance.thresholds import THRESHOLDS, Thresholds
from recording.compliance.verdict import CallContext, Hit, Value, Verdict

__all__ = ["THRESHOLDS", "CallContext", "Hit", "Thresholds", "Value", "Verdict", "judge"]
