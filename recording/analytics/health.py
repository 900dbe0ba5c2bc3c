"""How far the words of a recognition can be believed: the ASR health score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recording.analytics.features import HEALTH_FLOOR, Span
from recording.analytics.spans import common, cut, length, merged, without
from recording.analytics.track import VoiceTrack
from recording.transcription.transcript import PartyTranscript, Word

VERSION = "1"
FULL = "full"  # the mode of transcription in which all speech was decoded freely
LEAST_PART = 0.01
LEAST_S = 1.5  # of speech; less tells nothing about the recogniser
# What a recogniser that knows the language explains of speech at an SNR (docs/sound-features.md: where from).
EXPECTED_SNR_DB = (3.0, 10.0, 20.0, 35.0)
EXPECTED = (0.15, 0.45, 0.72, 0.85)
UNDERSTOOD = (0.5, 1.0)  # of what is expected: worth nothing .. worth all; clean sound badly understood is foreign
WORDS_PER_S = (0.0, 1.0)
SNR_DB = (2.0, 20.0)
CLIPPING = (0.10, 0.0)
AGREEMENT = (0.0, 0.25)
AGREEMENT_S = 0.3  # the same word of both passes this close is the same word
_WEIGHTS = {"understood": 0.5, "pace": 0.1, "snr": 0.25, "clipping": 0.05, "agreement": 0.1}


@dataclass(frozen=True, slots=True)
class Health:
    """How far one party's words can be believed.

    Args:
        score: 0..100; None when he hardly spoke.
        speech_s: seconds of speech the recogniser had to explain.
        coverage: share of it covered by words, 0..1.
        confidence: mean confidence of the words, 0..1; None without words.
        understood: share of the speech covered by words, each counted by its confidence, 0..1.
        words_per_s: words for each second of speech.
        snr_db: signal-to-noise ratio, dB.
        clipping: share of the speech's samples at full scale, 0..1.
        agreement: share of the grammar pass's words that the free pass heard at the same place; None where there was
            no such pass. It weighs little: over talk beside the script it is low however well one hears.
    """

    score: float | None
    speech_s: float
    coverage: float = 0.0
    confidence: float | None = None
    understood: float = 0.0
    words_per_s: float = 0.0
    snr_db: float | None = None
    clipping: float = 0.0
    agreement: float | None = None

    @property
    def poor(self) -> bool:
        """Whether it is below the floor."""
        return self.score is not None and self.score < HEALTH_FLOOR

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "score": self.score,
            "speech_s": self.speech_s,
            "coverage": self.coverage,
            "confidence": self.confidence,
            "understood": self.understood,
            "words_per_s": self.words_per_s,
            "snr_db": self.snr_db,
            "clipping": self.clipping,
            "agreement": self.agreement,
            "floor": HEALTH_FLOOR,
            "version": VERSION,
        }


def health(transcript: PartyTranscript, track: VoiceTrack, within: Span | None = None) -> Health:
    """The health of one party's recognition.

    100 x the weighted geometric mean of five parts, each scaled to 0..1 between a worst and a best value: the share
    of the speech explained by words (each word by its confidence) over what is expected at this SNR, words a second,
    SNR, clipping, agreement of the two passes. A part that is worth nothing counts as a hundredth.

    What must be explained is the voice in the file; where there is none, but sound the recogniser was given as
    speech (noise, a fax), that sound. Where the free decode was made only where it paid (compliance mode), nobody knows
    what of the voice was understood, and the words count only where there is no voice.

    Args:
        transcript: of the party.
        track: what was measured in the same file.
        within: the part of the file that is judged; None: all of it.
    """
    span = within or (0.0, track.duration)
    speech = cut(track.speech, span)
    voiced = length(speech) >= LEAST_S
    if not voiced:
        speech = without(cut(transcript.speech, span), track.music)
    seconds = length(speech)
    if seconds < LEAST_S:
        return Health(None, round(seconds, 2), snr_db=track.snr_db)
    words = [word for word in transcript.words if common([(word.start, word.end)], speech)]
    covered = length(common(merged((word.start, word.end) for word in words), merged(speech)))
    weighed = sum(word.conf * length(common([(word.start, word.end)], speech)) for word in words)
    stretches = [one for one in track.stretches if cut([(one.start, one.end)], span)]
    measured = sum(one.end - one.start for one in stretches)
    clipping = sum(one.clipped * (one.end - one.start) for one in stretches) / measured if measured else 0.0
    understood, pace = weighed / seconds, len(words) / seconds
    snr = track.snr_db if track.snr_db is not None else transcript.snr_db
    agreement = _agreement(transcript.words, transcript.grammar_words)
    expected = float(np.interp(EXPECTED_SNR_DB[-1] if snr is None else snr, EXPECTED_SNR_DB, EXPECTED))
    parts = {"clipping": scaled(clipping, *CLIPPING)}
    if transcript.mode == FULL or not voiced:
        parts["understood"] = scaled(understood / expected, *UNDERSTOOD)
        parts["pace"] = scaled(pace, *WORDS_PER_S)
    if snr is not None:
        parts["snr"] = scaled(snr, *SNR_DB)
    if agreement is not None:
        parts["agreement"] = scaled(agreement, *AGREEMENT)
    return Health(
        score=round(100 * _mean(parts), 1),
        speech_s=round(seconds, 2),
        coverage=round(covered / seconds, 3),
        confidence=round(sum(word.conf for word in words) / len(words), 3) if words else None,
        understood=round(understood, 3),
        words_per_s=round(pace, 2),
        snr_db=snr,
        clipping=round(clipping, 4),
        agreement=agreement,
    )


def scaled(value: float, worst: float, best: float) -> float:
    """``value`` on a line from ``worst`` (0) to ``best`` (1), limited to it."""
    return max(0.0, min(1.0, (value - worst) / (best - worst)))


def _mean(parts: dict[str, float]) -> float:
    """Weighted geometric mean."""
    total = sum(_WEIGHTS[name] for name in parts)
    product = 1.0
    for name, value in parts.items():
        product *= max(value, LEAST_PART) ** (_WEIGHTS[name] / total)
    return product


def _agreement(free: Sequence[Word], grammar: Sequence[Word] | None) -> float | None:
    heard = [word for word in grammar or () if word.word != "[unk]"]
    if not heard:
        return None
    places: dict[str, list[float]] = {}
    for word in free:
        places.setdefault(word.word, []).append(word.start)
    same = sum(any(abs(at - word.start) < AGREEMENT_S for at in places.get(word.word, ())) for word in heard)
    return round(same / len(heard), 3)
