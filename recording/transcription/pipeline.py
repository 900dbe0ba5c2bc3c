"""One file from sound to words: speech gate, noise down, fold, grammar pass, free decode.

The grammar pass is made again over the sound prepared in other ways, because what one of them loses another keeps:
in noise always, and elsewhere where it heard much of a phrase that the free decode did not confirm. A phrase may reach
over a pause, so neighbouring stretches of speech are looked at together.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from recording.analytics.spans import cut, merged
from recording.audio import FIRM, GENTLE, Sound, fold, noise_power, read_wav, reduce_noise, snr_db, speech_segments
from recording.audio.denoise import Power, Strength
from recording.audio.speech import Segment
from recording.audio.wav import Samples
from recording.matching import Matcher
from recording.transcription.grammar import Grammar, Mode, Spelt, spell_grammar
from recording.transcription.transcript import PartyTranscript, Word

LONGEST_S = 30.0  # a longer stretch of speech is decoded in pieces
NOISY_DB = 18.0  # below it the grammar pass is always made again
CLEAN_DB = 30.0  # below it one grammar pass that heard a whole phrase is not trusted without another
UNCLEAR = 75.0  # likeness, 0..100, of a phrase in the grammar pass from which it is made again elsewhere, unless it is
CLEAR = 97.0  # likeness, 0..100, of a phrase in the free decode, which confirms it
AGAIN: tuple[Strength | None, ...] = (FIRM, None)  # None: the sound as it is
WORTH = 75.0  # likeness, 0..100, of a phrase in a grammar pass from which compliance mode looks closer
AROUND_S = 1.0  # seconds before and after it
JOINED_S = 1.5  # a phrase may go on after a pause no longer
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
    noisy, clean = snr is not None and snr < NOISY_DB, snr is not None and snr >= CLEAN_DB
    listening = _Listening(engine, sound, grammar, spelt, noisy=noisy, clean=clean)
    stretches = [_Stretch(place) for place in _pieces(speech)]
    if stretches:
        listening.noise = noise_power(sound.samples, sound.rate)
        with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
            for done, _ in enumerate(pool.map(listening.first, stretches), start=1):
                if progress:
                    progress(done / len(stretches))
            for step, places in ((listening.freely, listening.worth), (listening.once_more, listening.unclear)):
                some = [(stretch, spans) for stretch, spans in zip(stretches, places(stretches), strict=True) if spans]
                list(pool.map(step, *zip(*some, strict=True)) if some else ())
    elif progress:
        progress(1.0)
    passes = max((len(one.again) for one in stretches), default=0)
    return PartyTranscript(
        words=_in_order(one.words for one in stretches),
        grammar_words=None if spelt is None else _in_order(one.grammar for one in stretches),
        grammar_phrases=() if spelt is None else spelt.phrases,
        speech=tuple(speech),
        snr_db=snr,
        duration=round(sound.duration, 3),
        model=model,
        unusable=() if spelt is None else spelt.unknown,
        again=tuple(_in_order(one.again[index] for one in stretches if one.again) for index in range(passes)),
        mode=(Mode.FULL if grammar is None else grammar.mode).value,
        cpu_s=round(time.process_time() - began, 3),
    )


@dataclass(slots=True)
class _Stretch:
    """One stretch of speech, and what was heard in it."""

    place: Segment
    words: list[Word] = field(default_factory=list)
    grammar: list[Word] = field(default_factory=list)
    again: list[list[Word]] = field(default_factory=list)

    @property
    def passes(self) -> list[list[Word]]:
        """The grammar passes."""
        return [self.grammar, *self.again]


@dataclass(frozen=True, slots=True)
class _Found:
    """A phrase in a grammar pass: where, and whether every word of it."""

    phrase: str
    span: Segment
    whole: bool


@dataclass(slots=True)
class _Listening:
    """What every stretch of a file shares."""

    engine: SpeechEngine
    sound: Sound
    grammar: Grammar | None
    spelt: Spelt | None
    noisy: bool
    clean: bool
    noise: Power | None = field(default=None)

    def first(self, stretch: _Stretch) -> None:
        """The passes that are made whatever was heard."""
        stretch.grammar = self._restricted(stretch.place, GENTLE)
        if self.noisy:
            self.once_more(stretch, [stretch.place])
        if self._sparing:
            stretch.words = list(stretch.grammar)
        else:
            self.freely(stretch, [stretch.place])

    def freely(self, stretch: _Stretch, spans: Sequence[Segment]) -> None:
        """The free decode of spans within a stretch; its words take the place of those of the grammar pass."""
        stretch.words = [word for word in stretch.words if not any(_inside(word, span) for span in spans)]
        with self.engine.recogniser(None) as decoder:
            for span in spans:
                stretch.words += decoder.decode(self._prepared(span, GENTLE), span[0])

    def once_more(self, stretch: _Stretch, spans: Sequence[Segment]) -> None:
        """The grammar passes over spans within a stretch, the sound prepared in the other ways."""
        if self.spelt is None or not self.spelt.phrases:
            return
        stretch.again = [[word for span in spans for word in self._restricted(span, way)] for way in AGAIN]

    def worth(self, stretches: Sequence[_Stretch]) -> list[list[Segment]]:
        """Where in each stretch a free decode pays: a grammar pass heard much of a phrase, but not all of it.

        A grammar pass that heard every word had near misses and common words to choose from; in clean sound that is
        enough for what somebody had to say (in noise two passes are), not for what he is charged with.
        """
        if not self._sparing:
            return [[] for _ in stretches]
        found = [_around(one.span) for group in _neighbours(stretches) for one in self._unsettled(group, WORTH)]
        return [merged(cut(found, stretch.place)) for stretch in stretches]

    def unclear(self, stretches: Sequence[_Stretch]) -> list[list[Segment]]:
        """Where in each stretch the grammar pass heard much of a phrase, and the free decode did not confirm it."""
        if self.noisy:
            return [[] for _ in stretches]  # heard again already
        found: list[Segment] = []
        for group in _neighbours(stretches):
            free = [word.word for stretch in group for word in stretch.words]
            heard = self._unsettled(group, UNCLEAR) if self._sparing else self._heard(group, UNCLEAR)
            found += [_around(one.span) for one in heard if self._like(one.phrase, free) < CLEAR]
        return [merged(cut(found, stretch.place)) for stretch in stretches]

    @property
    def _sparing(self) -> bool:
        return self.grammar is not None and self.grammar.mode is Mode.COMPLIANCE

    def _unsettled(self, group: Sequence[_Stretch], least: float) -> Iterator[_Found]:
        """Where the grammar passes heard much of a phrase, and neither it nor another one wholly in its place."""
        assert self.grammar is not None
        heard = list(self._heard(group, least))
        passes = Counter(one.phrase for one in heard if one.whole)
        trusted = {phrase for phrase, times in passes.items() if times >= (1 if self.clean else 2)}
        trusted.difference_update(self.grammar.checked)
        explained = [one.span for one in heard if one.whole and one.phrase in trusted]
        for one in heard:
            known = any(span[0] <= sum(one.span) / 2 <= span[1] for span in explained)
            if one.phrase not in trusted and not (known and one.phrase not in self.grammar.checked):
                yield one

    def _heard(self, group: Sequence[_Stretch], least: float) -> Iterator[_Found]:
        """Where each grammar pass heard each phrase, as far as it is so alike."""
        if self.grammar is None or not self.grammar.language:
            return
        for heard in zip(*(stretch.passes for stretch in group), strict=False):
            words = [word for part in heard for word in part]
            texts = [word.word for word in words]
            for phrase in self.grammar.phrases if words else ():
                match = Matcher(self.grammar.language).find(phrase, texts)
                if match.score >= least and match.end > match.start:
                    place = words[match.start : match.end]
                    whole = "".join(texts[match.start : match.end]) == "".join(phrase.split())
                    yield _Found(phrase, (place[0].start, place[-1].end), whole)

    def _like(self, phrase: str, texts: Sequence[str]) -> float:
        assert self.grammar is not None
        return Matcher(self.grammar.language).find(phrase, texts).score

    def _restricted(self, span: Segment, way: Strength | None) -> list[Word]:
        """One grammar pass over a span."""
        if self.spelt is None or not self.spelt.phrases:
            return []
        with self.engine.recogniser(self.spelt.lines) as decoder:
            return decoder.decode(self._prepared(span, way), span[0])

    def _prepared(self, span: Segment, way: Strength | None) -> Samples:
        """A span of the sound at 16 kHz, noise taken down in one way; None: as it is."""
        raw = self.sound.samples[round(span[0] * self.sound.rate) : round(span[1] * self.sound.rate)]
        quiet = raw if way is None else reduce_noise(raw, self.sound.rate, self.noise, way)
        return fold(quiet) if self.sound.rate == 8000 else quiet


def _around(span: Segment) -> Segment:
    return span[0] - AROUND_S, span[1] + AROUND_S


def _neighbours(stretches: Sequence[_Stretch]) -> Iterator[Sequence[_Stretch]]:
    """Each stretch, with the next one if the pause between them is short."""
    for index, stretch in enumerate(stretches):
        after = stretches[index + 1 : index + 2]
        yield [stretch, *(other for other in after if other.place[0] - stretch.place[1] <= JOINED_S)]


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
