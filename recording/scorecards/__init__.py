"""Automatic scorecards: verdicts weighed into points."""

from __future__ import annotations

from recording.scorecards.score import Item, Scorecard, score

__all__ = ["Item", "Scorecard", "score"]
