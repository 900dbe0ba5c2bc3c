"""What one party said, as one model heard it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PIPELINE = "4"  # raise it when the same sound and model may give other words


@dataclass(frozen=True, slots=True)
class Word:
    """A word the recogniser heard.

    Args:
        word: in the model's spelling.
        start: seconds from the file's first frame.
        end: seconds from the file's first frame.
        conf: 0..1, the recogniser's own opinion; it hardly tells right from wrong.
    """

    word: str
    start: float
    end: float
    conf: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"word": self.word, "start": self.start, "end": self.end, "conf": self.conf}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Word:
        """The word that ``to_dict`` described."""
        return cls(str(data["word"]), float(data["start"]), float(data["end"]), float(data.get("conf", 1.0)))


@dataclass(frozen=True, slots=True)
class PartyTranscript:
    """What one party said, as one model heard it. All times in seconds from the file's first frame.

    Args:
        words: the free decode.
        grammar_words: the pass restricted to a rulebook's phrases and decoys; None when it was not made.
        grammar_phrases: the phrases that pass could hear, in the model's words, space-separated.
        speech: spans of speech.
        snr_db: signal-to-noise ratio in dB; None when there is no speech.
        duration: seconds of the file.
        model: name of the model.
        pipeline: version of our own processing.
        unusable: words of the rulebook that the model does not know; their phrases had no grammar pass.
        again: more passes with the same grammar over the sound prepared otherwise; made in noise, and elsewhere
            for the stretches in which a phrase was heard and not confirmed.
        mode: full; or compliance, in which ``words`` are a transcript only where it paid.
        cpu_s: CPU seconds it took; not part of what was heard.
    """

    words: tuple[Word, ...]
    speech: tuple[tuple[float, float], ...]
    snr_db: float | None
    duration: float
    model: str
    grammar_words: tuple[Word, ...] | None = None
    grammar_phrases: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    pipeline: str = PIPELINE
    again: tuple[tuple[Word, ...], ...] = ()
    mode: str = "full"
    cpu_s: float = field(default=0.0, compare=False)

    @property
    def text(self) -> str:
        """The free decode as one line."""
        return " ".join(word.word for word in self.words)

    @property
    def spoken(self) -> float:
        """Seconds of speech, padding included."""
        return sum(end - start for start, end in self.speech)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "text": self.text,
            "words": [word.to_dict() for word in self.words],
            "grammar_words": None if self.grammar_words is None else [word.to_dict() for word in self.grammar_words],
            "grammar_phrases": list(self.grammar_phrases),
            "speech": [list(span) for span in self.speech],
            "snr_db": self.snr_db,
            "duration": self.duration,
            "model": self.model,
            "unusable": list(self.unusable),
            "pipeline": self.pipeline,
            "again": [[word.to_dict() for word in words] for words in self.again],
            "mode": self.mode,
            "cpu_s": self.cpu_s,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PartyTranscript:
        """The transcript that ``to_dict`` described."""
        grammar = data.get("grammar_words")
        return cls(
            words=tuple(Word.from_dict(word) for word in data["words"]),
            grammar_words=None if grammar is None else tuple(Word.from_dict(word) for word in grammar),
            grammar_phrases=tuple(str(phrase) for phrase in data.get("grammar_phrases", ())),
            speech=tuple((float(start), float(end)) for start, end in data["speech"]),
            snr_db=None if data["snr_db"] is None else float(data["snr_db"]),
            duration=float(data["duration"]),
            model=str(data["model"]),
            unusable=tuple(str(word) for word in data.get("unusable", ())),
            pipeline=str(data["pipeline"]),
            again=tuple(tuple(Word.from_dict(word) for word in words) for words in data.get("again", ())),
            mode=str(data.get("mode", "full")),
            cpu_s=float(data.get("cpu_s", 0.0)),
        )
