"""From a party's sound to words with times, in worker processes that may die without harm."""

from __future__ import annotations

from recording.transcription.grammar import Grammar, Mode
from recording.transcription.transcriber import Transcriber
from recording.transcription.transcript import PIPELINE, PartyTranscript, Word

__all__ = ["PIPELINE", "Grammar", "Mode", "PartyTranscript", "Transcriber", "Word"]
