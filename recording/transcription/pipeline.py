"""One file from sound to words: speech gate, noise down, fold, grammar pass, free decode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Protocol

from recording.audio import Sound, fold, read_wav, snr_db, speech_segments, subtract_noise
from recording.audio.speech import Segment
from recording.audio.wav import Samples
from recording.transcription.grammar import Grammar, spell_grammar
from recording.transcription.transcript import PartyTranscript, Word

LONGEST_S = 30.0  # a longer stretch of speech is decoded in pieces
Progress = Callable[[float], None]


class Decoder(Protocol):
    """What the pipeline asks of a recogniser."""

    def decode(self, samples: Samples, offset: float) -> list[Word]:
        """Words in int16 samples at 16 kHz that begin ``offset`` seconds into the file."""
        ...


class SpeechEngine(Protocol):
    """What the pipeline asks of an engine."""

    def knows(self, word: str) -> bool:
        """Whether the model has the word."""
        ...

    def recogniser(self, lines: list[str] | None) -> AbstractContextManager[Decoder]:
        """Borrow a recogniser."""
        ...


def transcribe(
    engine: SpeechEngine,
    source: Path | Sound,
    *,
    model: str,
    grammar: Grammar | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> PartyTranscript:
    """Transcribe one party's file.

    Args:
        engine: the model in memory.
        source: the sound, or where it is: mono 16-bit WAV, 8 or 16 kHz.
        model: its name, kept in the transcript.
        grammar: phrases and decoys of the grammar pass; None leaves it out.
        threads: stretches of speech decoded at once.
        progress: told the share done, 0..1.

    Raises:
        SoundError: if the file cannot be read.
    """
    sound = source if isinstance(source, Sound) else read_wav(source)
    speech = speech_segments(sound.samples, sound.rate)
    spelt = None if grammar is None else spell_grammar(grammar, engine.knows)
    free: list[Word] = []
    restricted: list[Word] = []
    if speech:
        clean = Sound(subtract_noise(sound.samples, sound.rate), sound.rate)
        lines = spelt.lines if spelt is not None and spelt.phrases else None
        pieces = list(_pieces(speech))
        with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
            for done, (heard, hits) in enumerate(pool.map(partial(_decode, engine, clean, lines), pieces), start=1):
                free += heard
                restricted += hits
                if progress:
                    progress(done / len(pieces))
    elif progress:
        progress(1.0)
    return PartyTranscript(
        words=tuple(sorted(free, key=lambda word: word.start)),
        grammar_words=None if spelt is None else tuple(sorted(restricted, key=lambda word: word.start)),
        grammar_phrases=() if spelt is None else spelt.phrases,
        speech=tuple(speech),
        snr_db=snr_db(sound.samples, sound.rate, speech),
        duration=round(sound.duration, 3),
        model=model,
        unusable=() if spelt is None else spelt.unknown,
    )


def _decode(
    engine: SpeechEngine, sound: Sound, lines: list[str] | None, piece: Segment
) -> tuple[list[Word], list[Word]]:
    """The free decode and the grammar pass of one stretch of speech."""
    start, end = piece
    samples = sound.samples[round(start * sound.rate) : round(end * sound.rate)]
    wide = fold(samples) if sound.rate == 8000 else samples
    restricted: list[Word] = []
    if lines is not None:
        with engine.recogniser(lines) as decoder:
            restricted = decoder.decode(wide, start)
    with engine.recogniser(None) as decoder:
        return decoder.decode(wide, start), restricted


def _pieces(speech: list[Segment]) -> Iterator[Segment]:
    for start, end in speech:
        at = start
        while end - at > LONGEST_S:
            yield at, at + LONGEST_S
            at += LONGEST_S
        yield at, end
