"""Phrases whose words a model does not know: it cannot listen for them."""

from __future__ import annotations

from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from recording.rulebooks.grammar import grammar_of
from recording.rulebooks.model import Rulebook
from recording.transcription.transcriber import Transcriber


def check_vocabulary(rulebook: Rulebook, transcriber: Transcriber) -> list[Problem]:
    """Warnings for words of the rulebook that the model does not know; asked in a worker.

    Raises:
        SetupError: no worker can be started.
        TranscriptionError: the worker failed.
    """
    return [
        Problem(
            f"{rulebook.name}/{word}",
            "RB030",
            Text(
                f"model {transcriber.model} does not know the word {word}",
                f"模型 {transcriber.model} 不认识词语 {word}",
            ),
            Text(
                "split or replace the word; without it only the free transcript is searched",
                "请拆分或替换该词；否则只能在自由转写文本中查找",
            ),
            Severity.WARNING,
        )
        for word in transcriber.unknown_words(grammar_of(rulebook).phrases)
    ]
