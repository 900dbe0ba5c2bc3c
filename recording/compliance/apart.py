"""What the other party could not hear, and the silences he was told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from recording.analytics.spans import without
from recording.compliance.verdict import Span, Verdict
from recording.transcription.transcript import PartyTranscript, Word


def heard_by_other(transcript: PartyTranscript | None, apart: Sequence[Span], offset: float) -> PartyTranscript | None:
    """The transcript without what the other party could not hear, e.g. an agent's words to the colleague he asks.

    Args:
        apart: when the two did not hear each other, seconds of the call.
        offset: seconds at which the transcript's file began in the call.
    """
    if transcript is None or not apart:
        return transcript
    holes = [(start - offset, end - offset) for start, end in apart]
    return replace(
        transcript,
        words=_left(transcript.words, holes),
        grammar_words=None if transcript.grammar_words is None else _left(transcript.grammar_words, holes),
        again=tuple(_left(words, holes) for words in transcript.again),
        speech=tuple(without(transcript.speech, holes)),
    )


def _left(words: Iterable[Word], holes: Sequence[Span]) -> tuple[Word, ...]:
    return tuple(word for word in words if not any(start <= (word.start + word.end) / 2 < end for start, end in holes))


def announced(verdicts: Iterable[Verdict]) -> tuple[Span, ...]:
    """The silences that a judgement found announced, seconds of the call."""
    found = {span for one in verdicts if one.measured is not None for span in one.measured.announced}
    return tuple(sorted(found))
