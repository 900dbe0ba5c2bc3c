"""One file from sound to words: speech gate, noise down, fold, grammar pass, free decode.

The grammar pass is made again over the sound prepared in other ways, because what one of them loses another keeps:
in noise always, and elsewhere where it heard a phrase that the free decode did not confirm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from recording.audio import FIRM, GENTLE, Sound, fold, noise_power, read_wav, reduce_noise, snr_db, speech_segments
from recording.audio.denoise import Power, Strength
from recording.audio.speech import Segment
from recording.audio.wav import Samples
from recording.matching import Matcher
from recording.transcription.grammar import Grammar, Mode, Spelt, spell_grammar
from recording.transcription.transcript import PartyTranscript, Word

LONGEST_S = 30.0  # a longer stretch of speech is decoded in pieces
NOISY_DB = 18.0  # below it the grammar pass is always made again
UNCLEAR = 85.0  # likeness, 0..100, of a phrase in the grammar pass from which it is made again elsewhere, unless it is
CLEAR = 97.0  # likeness, 0..100, of a phrase in the free decode, which confirms it
AGAIN: tuple[Strength | None, ...] = (FIRM, None)  # None: the sound as it is
WORTH = 75.0  # likeness, 0..100, of a phrase in a grammar pass from which compliance mode decodes freely there
AROUND_S = 1.0  # seconds before and after it
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
    began = time.process_time()
    sound = source if isinstance(source, Sound) else read_wav(source)
    speech = speech_segments(sound.samples, sound.rate)
    snr = snr_db(sound.samples, sound.rate, speech)
    spelt = None if grammar is None else spell_grammar(grammar, engine.knows)
    listening = _Listening(engine, sound, grammar, spelt, noisy=snr is not None and snr < NOISY_DB)
    heard: list[_Heard] = []
    pieces = list(_pieces(speech))
    if pieces:
        listening.noise = noise_power(sound.samples, sound.rate)
        with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
            for found in pool.map(listening.piece, pieces):
                heard.append(found)
                if progress:
                    progress(len(heard) / len(pieces))
    elif progress:
        progress(1.0)
    passes = max((len(one.again) for one in heard), default=0)
    return PartyTranscript(
        words=_in_order(one.words for one in heard),
        grammar_words=None if spelt is None else _in_order(one.grammar for one in heard),
        grammar_phrases=() if spelt is None else spelt.phrases,
        speech=tuple(speech),
        snr_db=snr,
        duration=round(sound.duration, 3),
        model=model,
        unusable=() if spelt is None else spelt.unknown,
        again=tuple(_in_order(one.again[index] for one in heard if one.again) for index in range(passes)),
        mode=(Mode.FULL if grammar is None else grammar.mode).value,
        cpu_s=round(time.process_time() - began, 3),
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    """One stretch of speech."""

    words: list[Word]
    grammar: list[Word]
    again: list[list[Word]]


@dataclass(slots=True)
class _Listening:
    """What every stretch of a file shares."""

    engine: SpeechEngine
    sound: Sound
    grammar: Grammar | None
    spelt: Spelt | None
    noisy: bool
    noise: Power | None = field(default=None)

    def piece(self, place: Segment) -> _Heard:
        """The passes over one stretch of speech."""
        start, end = place
        raw = self.sound.samples[round(start * self.sound.rate) : round(end * self.sound.rate)]
        clean = self._wide(reduce_noise(raw, self.sound.rate, self.noise, GENTLE))
        restricted, again = self._restricted(clean, start), self._again(raw, start) if self.noisy else []
        if self.grammar is not None and self.grammar.mode is Mode.COMPLIANCE:
            spans = self._worth([restricted, *again], place)
        else:
            spans = [place]
        words = [word for word in restricted if spans != [place] and not any(_inside(word, span) for span in spans)]
        if spans:
            with self.engine.recogniser(None) as decoder:
                for first, last in spans:
                    words += decoder.decode(
                        clean[round((first - start) * 16000) : round((last - start) * 16000)], first
                    )
        if not self.noisy and self._unclear(restricted, words):
            again = self._again(raw, start)
        return _Heard(words, restricted, again)

    def _restricted(self, samples: Samples, start: float) -> list[Word]:
        """One grammar pass; samples at 16 kHz."""
        if self.spelt is None or not self.spelt.phrases:
            return []
        with self.engine.recogniser(self.spelt.lines) as decoder:
            return decoder.decode(samples, start)

    def _again(self, raw: Samples, start: float) -> list[list[Word]]:
        """The grammar passes over the sound prepared in the other ways; samples at the file's own rate."""
        if self.spelt is None or not self.spelt.phrases:
            return []
        others = (raw if way is None else reduce_noise(raw, self.sound.rate, self.noise, way) for way in AGAIN)
        return [self._restricted(self._wide(other), start) for other in others]

    def _unclear(self, restricted: Sequence[Word], words: Sequence[Word]) -> bool:
        """Whether the grammar pass heard something like a phrase, and the free decode did not."""
        if self.grammar is None or not self.grammar.language or not restricted:
            return False
        matcher = Matcher(self.grammar.language)
        heard, free = ([word.word for word in some] for some in (restricted, words))
        return any(
            matcher.find(phrase, heard).score >= UNCLEAR and matcher.find(phrase, free).score < CLEAR
            for phrase in self.grammar.phrases
        )

    def _wide(self, samples: Samples) -> Samples:
        return fold(samples) if self.sound.rate == 8000 else samples

    def _worth(self, passes: Sequence[Sequence[Word]], place: Segment) -> list[Segment]:
        """Where a free decode pays: a grammar pass heard something like a phrase."""
        assert self.grammar is not None
        matcher = Matcher(self.grammar.language)
        found: list[Segment] = []
        for words in passes:
            texts = [word.word for word in words]
            for phrase in self.grammar.phrases:
                match = matcher.find(phrase, texts)
                if match.score >= WORTH and match.end > match.start:
                    first, last = words[match.start].start - AROUND_S, words[match.end - 1].end + AROUND_S
                    found.append((max(place[0], first), min(place[1], last)))
        merged: list[Segment] = []
        for first, last in sorted(found):
            if merged and first <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return merged


def _inside(word: Word, span: Segment) -> bool:
    return span[0] <= (word.start + word.end) / 2 <= span[1]


def _in_order(parts: Iterable[Sequence[Word]]) -> tuple[Word, ...]:
    return tuple(sorted((word for part in parts for word in part), key=lambda word: word.start))


def _pieces(speech: list[Segment]) -> Iterator[Segment]:
    for start, end in speech:
        at = start
        while end - at > LONGEST_S:
            yield at, at + LONGEST_S
            at += LONGEST_S
        yield at, end
