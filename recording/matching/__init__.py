"""Comparing texts at the level at which recognisers err: syllables, jamo, phonetic keys."""

from __future__ import annotations

from recording.matching.candidate import Candidate, candidates
from recording.matching.matcher import LANGUAGES, Match, Matcher

__all__ = ["LANGUAGES", "Candidate", "Match", "Matcher", "candidates"]
