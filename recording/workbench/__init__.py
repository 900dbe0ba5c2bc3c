"""How well phrases are found in labelled clips, and which thresholds find them best."""

from __future__ import annotations

from recording.workbench.clips import Clip, ClipSet, read_clips
from recording.workbench.evaluate import ClipResult, Evaluation, evaluate, hear
from recording.workbench.kept import KeptTranscripts
from recording.workbench.phrases import PhraseList, read_phrases, workbench_rulebook

__all__ = [
    "Clip",
    "ClipResult",
    "ClipSet",
    "Evaluation",
    "KeptTranscripts",
    "PhraseList",
    "evaluate",
    "hear",
    "read_clips",
    "read_phrases",
    "workbench_rulebook",
]
