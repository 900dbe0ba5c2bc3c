"""Finding and removing the digits of cards and identity numbers, in words and in sound."""

from __future__ import annotations

from recording.keeping.redaction.masking import MARKER, cover, mask_text, mask_words
from recording.keeping.redaction.runs import Party, Secret, Spoken, find_secrets

__all__ = ["MARKER", "Party", "Secret", "Spoken", "cover", "find_secrets", "mask_text", "mask_words"]
