"""What the recogniser is told to listen for."""

from __future__ import annotations

import re

from recording.matching.matcher import split_placeholders
from recording.rulebooks.model import Kind, Rulebook
from recording.transcription.grammar import Grammar

_PUNCTUATION = re.compile(r"[^\w\s'\u2019]|_")


def plain(phrase: str, language: str) -> str:
    """A phrase as a recogniser writes it: no punctuation, lower case, Chinese without spaces."""
    text = " ".join(_PUNCTUATION.sub(" ", phrase).casefold().split())
    return text.replace(" ", "") if language == "zh-CN" else text


def grammar_of(rulebook: Rulebook) -> Grammar:
    """All phrases of a rulebook and of its cues in the agent's words, with their near misses and decoys.

    A phrase with a placeholder gives its parts, single words left out: heard alone they prove nothing.
    """
    phrases: list[str] = []
    checked: list[str] = []
    decoys: list[str] = []
    for rule in rulebook.rules:
        for part in rule.all_parts:
            for variant in part.variants:
                pieces = split_placeholders(variant)
                texts = [plain(piece, rulebook.language) for piece in pieces]
                named = pieces != [variant]
                usable = [text for text in texts if _long(text)] if named else texts
                phrases += usable
                if rule.kind is Kind.MUST_NOT:
                    checked += usable
                elif named:  # what stands in the name's place only the free decode can hear
                    checked += sorted(usable, key=len)[-1:]
        decoys += [plain(piece, rulebook.language) for near in rule.near_misses for piece in split_placeholders(near)]
    for cue in rulebook.cues:
        if cue.by != "caller":  # the caller's file has no grammar pass
            phrases += [plain(phrase, rulebook.language) for phrase in cue.phrases]
            decoys += [plain(near, rulebook.language) for near in cue.near_misses]
    decoys += [plain(word, rulebook.language) for word in rulebook.decoys]
    unique = tuple(dict.fromkeys(filter(None, phrases)))
    others = tuple(word for word in dict.fromkeys(filter(None, decoys)) if word not in unique)
    return Grammar(unique, others, rulebook.language, checked=tuple(dict.fromkeys(filter(None, checked))))


def _long(text: str) -> bool:
    return " " in text or len(text) >= 3
