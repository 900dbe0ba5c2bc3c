"""What one party's file holds: where there is a voice, how loud it is, where there is music.

Everything here is in seconds from the file's first frame, so that it can be kept with the recording and used
again for another judgement of the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recording.analytics.features import Span
from recording.analytics.loudness import Stretch, levels
from recording.analytics.voice import music_spans, voice_probability, voice_spans
from recording.audio.level import snr_db
from recording.audio.wav import Sound

VERSION = "1"  # raise it when the same sound may give another track


@dataclass(frozen=True, slots=True)
class VoiceTrack:
    """What was measured in one file.

    Args:
        duration: seconds of the file.
        speech: spans of voice, gaps below ``voice.MERGE_S`` closed.
        music: spans as strong as speech that are none (music on hold, ringing tones).
        stretches: the speech in pieces of a few seconds, each with its level.
        snr_db: signal-to-noise ratio in dB, None without speech.
        version: of this measurement.
    """

    duration: float
    speech: tuple[Span, ...]
    music: tuple[Span, ...]
    stretches: tuple[Stretch, ...]
    snr_db: float | None
    version: str = VERSION

    @property
    def spoken(self) -> float:
        """Seconds of voice."""
        return sum(end - start for start, end in self.speech)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "duration": self.duration,
            "speech": [list(span) for span in self.speech],
            "music": [list(span) for span in self.music],
            "stretches": [[one.start, one.end, one.level_db, one.clipped] for one in self.stretches],
            "snr_db": self.snr_db,
            "version": self.version,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VoiceTrack:
        """The track that ``to_dict`` described."""
        snr = data["snr_db"]
        return cls(
            duration=float(data["duration"]),
            speech=tuple((float(start), float(end)) for start, end in data["speech"]),
            music=tuple((float(start), float(end)) for start, end in data["music"]),
            stretches=tuple(Stretch(*map(float, one)) for one in data["stretches"]),
            snr_db=None if snr is None else float(snr),
            version=str(data["version"]),
        )


def track(sound: Sound) -> VoiceTrack:
    """Measure one party's sound.

    Args:
        sound: mono, 8 or 16 kHz.
    """
    probability = voice_probability(sound)
    speech = voice_spans(probability, sound.duration)
    return VoiceTrack(
        duration=round(sound.duration, 3),
        speech=tuple(speech),
        music=tuple(music_spans(sound, probability)),
        stretches=tuple(levels(sound, speech)),
        snr_db=snr_db(sound.samples, sound.rate, speech),
    )
