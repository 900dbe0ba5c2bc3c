"""Phrases whose words a model does not know: it cannot listen for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from recording.rulebooks.grammar import grammar_of
from recording.rulebooks.model import Rulebook
from recording.transcription.transcriber import Transcriber

MOST_PIECES = 20_000  # of unknown words that a model is asked for at once

Unknown = Callable[[Iterable[str]], Collection[str]]


def check_vocabulary(rulebook: Rulebook, transcriber: Transcriber) -> list[Problem]:
    """Warnings for words of the rulebook that the model does not know; asked in a worker.

    Raises:
        SetupError: no worker can be started.
        TranscriptionError: the worker failed.
    """
    words = transcriber.unknown_words(grammar_of(rulebook).phrases)
    splits = propose_splits(words, transcriber.unknown_words)
    return [_problem(rulebook.name, transcriber.model, word, splits.get(word, "")) for word in words]


def propose_splits(words: Iterable[str], unknown: Unknown) -> dict[str, str]:
    """How words that a model does not know might be split: its own pieces apart, what it lacks in brackets.

    Args:
        words: not known, as a whole or in any split.
        unknown: of some words, those the model cannot spell.

    Returns:
        A proposal for each word of which any piece is known.
    """
    pieces = {word: _pieces(word) for word in words}
    every = list(dict.fromkeys(piece for found in pieces.values() for piece in found))[:MOST_PIECES]
    lacking = set(unknown(every)) if every else set()
    known = {piece for piece in every if piece not in lacking}
    proposals = {word: _split(word, known) for word in pieces}
    return {word: split for word, split in proposals.items() if split != f"[{word}]"}


def _pieces(word: str) -> list[str]:
    """Every stretch of a word that might be a word itself; of Latin letters three at least."""
    least = 3 if word.isascii() else 1
    return [
        word[start:end]
        for start in range(len(word))
        for end in range(start + least, len(word) + 1)
        if end - start < len(word)
    ]


def _split(word: str, known: Collection[str]) -> str:
    """The split that leaves the fewest letters in brackets, with the fewest pieces."""
    best: list[tuple[int, int, list[str]]] = [(0, 0, [])]
    for end in range(1, len(word) + 1):
        options = []
        for start in range(end):
            lost, count, before = best[start]
            piece = word[start:end]
            if piece in known:
                options.append((lost, count + 1, [*before, piece]))
            else:
                options.append((lost + end - start, count + 1, [*before, f"[{piece}]"]))
        best.append(min(options, key=lambda option: option[:2]))
    return " ".join(best[-1][2])


def _problem(rulebook: str, model: str, word: str, split: str) -> Problem:
    proposal = Text(f"; perhaps as: {split}", f"；可尝试写成：{split}") if split else Text("", "")
    return Problem(
        f"{rulebook}/{word}",
        "RB030",
        Text(f"model {model} does not know the word {word}", f"模型 {model} 不认识词语 {word}"),
        Text(
            f"split or replace the word; without it only the free transcript is searched{proposal.en}",
            f"请拆分或替换该词；否则只能在自由转写文本中查找{proposal.zh}",
        ),
        Severity.WARNING,
    )
