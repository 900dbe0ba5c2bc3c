"""Judging recordings that were made elsewhere: files in, verdicts out; no Asterisk, site or database."""

from __future__ import annotations

from recording.foreign.calls import ForeignCall, Refused, Side, calls, gather
from recording.foreign.clips import clip_folder, write_clips
from recording.foreign.judge import ForeignJudge, ForeignJudged

__all__ = [
    "ForeignCall",
    "ForeignJudge",
    "ForeignJudged",
    "Refused",
    "Side",
    "calls",
    "clip_folder",
    "gather",
    "write_clips",
]
