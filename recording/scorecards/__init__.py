"""Scorecards: verdicts weighed into points, and what people say of them."""

from __future__ import annotations

from recording.scorecards.card import Card, Line, Totals, card_of
from recording.scorecards.outcome import REVIEWED, Outcome
from recording.scorecards.score import Item, Scorecard, SectionScore, score

__all__ = [
    "REVIEWED",
    "Card",
    "Item",
    "Line",
    "Outcome",
    "Scorecard",
    "SectionScore",
    "Totals",
    "card_of",
    "score",
]
