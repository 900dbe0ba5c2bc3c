"""A transcript stored, redacted and read again."""

from __future__ import annotations

from datetime import UTC, datetime

from ivr.storage.models import Recording
from recording.findings import same_grammar, stored_transcript, transcript_row
from recording.keeping.redact import mask_transcript
from recording.transcription.grammar import Grammar
from recording.transcription.transcript import PartyTranscript, Word

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CARD = (Word("four", 2.0, 2.4), Word("two", 2.5, 2.9))
MADE = PartyTranscript(
    words=(Word("yes", 1.0, 1.4), *CARD),
    speech=((0.8, 3.0),),
    snr_db=17.0,
    duration=50.0,
    model="m",
    grammar_words=CARD,
    grammar_phrases=("four two",),
    unusable=("xyz",),
    again=(CARD, (Word("yes", 1.0, 1.4),)),
)
GRAMMAR = Grammar(("four two",), ("yes",))


def test_a_row_gives_back_the_transcript_it_was_made_of() -> None:
    row = transcript_row(Recording(id=1), MADE, GRAMMAR, NOW)
    assert stored_transcript(row) == MADE
    assert same_grammar(row, GRAMMAR)
    assert not same_grammar(row, Grammar(("four two",), ("no",)))
    assert not same_grammar(row, None)


def test_a_row_that_is_erased_or_sealed_is_not_silence() -> None:
    row = transcript_row(Recording(id=1), MADE, None, NOW)
    row.locked = "locked"
    assert stored_transcript(row) is None
    row.locked, row.detail = "", None
    assert stored_transcript(row) is None


def test_redaction_reaches_every_pass() -> None:
    row = transcript_row(Recording(id=1), MADE, GRAMMAR, NOW)
    mask_transcript(row, ((1.9, 3.0),))
    kept = stored_transcript(row)
    assert kept is not None
    for words in (kept.words, kept.grammar_words or (), *kept.again):
        assert not {"four", "two"} & {word.word for word in words}
    assert [word.word for word in kept.again[1]] == ["yes"]
