"""Rulebooks: what must be said when, and what must never be said, per language."""

from __future__ import annotations

from recording.rulebooks.grammar import grammar_of
from recording.rulebooks.load import load_rulebook, pack, pack_names
from recording.rulebooks.model import Kind, Moment, Part, Rule, Rulebook, When, Window
from recording.rulebooks.test import text_matches, try_rules
from recording.rulebooks.vocabulary import check_vocabulary

__all__ = [
    "Kind",
    "Moment",
    "Part",
    "Rule",
    "Rulebook",
    "When",
    "Window",
    "check_vocabulary",
    "grammar_of",
    "load_rulebook",
    "pack",
    "pack_names",
    "text_matches",
    "try_rules",
]
