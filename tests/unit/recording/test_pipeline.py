"""From a file to words, with an engine that writes down what it is given."""

from __future__ import annotations

import io
import itertools
import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from recording.audio.wav import Samples, Sound, read_wav
from recording.transcription import Grammar, Mode, PartyTranscript, Word
from recording.transcription.grammar import spell, spell_grammar
from recording.transcription.pipeline import transcribe
from recording.transcription.worker import serve

SPEECH = Path(__file__).parents[2] / "fixtures" / "speech"
VOCABULARY = {"잠시", "만", "기다려", "주세요", "네", "도", "와", "드릴", "도와", "까요"}


class FakeDecoder:
    def __init__(self, engine: FakeEngine, lines: list[str] | None) -> None:
        self.engine, self.lines = engine, lines

    def decode(self, samples: Samples, offset: float) -> list[Word]:
        self.engine.decoded.append((self.lines, len(samples) / 16000, offset))
        return [Word("free" if self.lines is None else "grammar", offset + 0.1, offset + 0.2)]


class FakeEngine:
    def __init__(self) -> None:
        self.decoded: list[tuple[list[str] | None, float, float]] = []

    def knows(self, word: str) -> bool:
        return word in VOCABULARY

    @contextmanager
    def recogniser(self, lines: list[str] | None) -> Iterator[FakeDecoder]:
        yield FakeDecoder(self, lines)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    samples, _ = soundfile.read(
        str(SPEECH / "wait_3_cl.ul"), samplerate=8000, channels=1, subtype="ULAW", format="RAW", dtype="int16"
    )
    path = tmp_path / "a.wav"
    quiet = np.zeros(16000, np.int16)
    soundfile.write(str(path), np.concatenate([quiet, samples, quiet, samples]), 8000, subtype="PCM_16")
    return path


def test_each_stretch_of_speech_is_decoded_twice_at_16_khz(wav: Path) -> None:
    engine, shares = FakeEngine(), []
    grammar = Grammar(("잠시 만 기다려 주세요", "xyz"), ("네",))
    found = transcribe(engine, wav, model="m", grammar=grammar, progress=shares.append)
    assert len(found.speech) == 2
    expected = [(start, end - start) for start, end in found.speech for _ in range(2)]
    assert [(offset, pytest.approx(length, abs=0.002)) for _, length, offset in engine.decoded] == expected
    assert [lines for lines, _, _ in engine.decoded[:2]] == [["잠시 만 기다려 주세요", "네"], None]
    assert found.text == "free free"
    assert [word.word for word in found.grammar_words or ()] == ["grammar", "grammar"]
    assert found.grammar_phrases == ("잠시 만 기다려 주세요",)
    assert found.unusable == ("xyz",)
    assert shares == [0.5, 1.0]


def test_without_phrases_there_is_one_pass(wav: Path) -> None:
    engine = FakeEngine()
    assert transcribe(engine, wav, model="m").grammar_words is None
    assert [lines for lines, _, _ in engine.decoded] == [None, None]


def test_a_silent_file_is_not_decoded(tmp_path: Path) -> None:
    soundfile.write(str(tmp_path / "s.wav"), np.zeros(16000, np.int16), 8000, subtype="PCM_16")
    engine = FakeEngine()
    found = transcribe(engine, tmp_path / "s.wav", model="m", grammar=Grammar(("네",)))
    assert (engine.decoded, found.text, found.snr_db, found.duration) == ([], "", None, 2.0)
    assert found.grammar_words == ()


def test_a_transcript_survives_json() -> None:
    before = PartyTranscript(
        words=(Word("네", 1.0, 1.5, 0.9),),
        speech=((0.8, 1.7),),
        snr_db=31.5,
        duration=4.0,
        model="m",
        grammar_words=(Word("네", 1.0, 1.5, 1.0),),
        grammar_phrases=("네",),
        unusable=("x",),
    )
    assert PartyTranscript.from_dict(json.loads(json.dumps(before.to_dict()))) == before


def test_unknown_words_are_split_into_the_fewest_known_ones() -> None:
    knows = VOCABULARY.__contains__
    assert spell("도와드릴 까요", knows) == (["도와", "드릴", "까요"], [])
    assert spell("도와드려 네", knows) == (["네"], ["도와드려"])
    assert spell("hello", {"h", "e", "l", "o"}.__contains__) == ([], ["hello"]), "English words are never split"


def test_a_phrase_with_an_unknown_word_is_left_out_and_named() -> None:
    spelt = spell_grammar(Grammar(("네", "없는말", "네"), ("네", "zz")), VOCABULARY.__contains__)
    assert (spelt.phrases, spelt.decoys, spelt.unknown, spelt.lines) == (("네",), ("네",), ("없는말",), ["네"])


def test_the_worker_answers_every_request_and_survives_bad_ones(wav: Path) -> None:
    requests: queue.Queue[tuple[dict[str, Any], bytes] | None] = queue.Queue()
    ask = {"do": "transcribe", "rate": 8000, "grammar": None, "threads": 1}
    sound = read_wav(wav).samples.tobytes()
    requests.put((ask, sound))
    requests.put((ask, sound[:-1]))
    requests.put(({"do": "unknown", "phrases": ["네 zz"]}, b""))
    requests.put(({}, b""))
    requests.put(None)
    out = io.StringIO()
    serve(FakeEngine(), "m", requests, out)
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    answers = [message for message in said if "progress" not in message]
    assert answers[0] == {"ready": True}
    assert PartyTranscript.from_dict(answers[1]["result"]).text == "free free"
    assert answers[2]["kind"] == "worker"
    assert answers[3] == {"result": ["zz"]}
    assert answers[4]["kind"] == "worker"


class ListeningEngine(FakeEngine):
    """Hears a text with the grammar, one word every 0.3 s, and another without."""

    def __init__(self, grammar: str, free: str = "free") -> None:
        super().__init__()
        self.grammar = grammar
        self.free = free

    @contextmanager
    def recogniser(self, lines: list[str] | None) -> Iterator[FakeDecoder]:
        text = self.free if lines is None else self.grammar
        engine = self

        class Decoder(FakeDecoder):
            def decode(self, samples: Samples, offset: float) -> list[Word]:
                engine.decoded.append((self.lines, len(samples) / 16000, offset))
                return [
                    Word(word, offset + 0.3 * number + 0.1, offset + 0.3 * number + 0.3)
                    for number, word in enumerate(text.split())
                ]

        yield Decoder(engine, lines)


class HalvesEngine(FakeEngine):
    """The grammar pass hears one text after another, a stretch each; the free decode hears nothing like them."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self.texts = itertools.cycle(texts)

    @contextmanager
    def recogniser(self, lines: list[str] | None) -> Iterator[FakeDecoder]:
        with ListeningEngine("" if lines is None else next(self.texts)).recogniser(lines) as decoder:
            yield decoder


WAIT = "잠시 만 기다려 주세요"


def test_compliance_mode_decodes_freely_only_where_a_phrase_was_heard(wav: Path) -> None:
    quiet = ListeningEngine("네 네 네")
    wanted = Grammar((WAIT,), ("네",), "ko-KR", Mode.COMPLIANCE)
    found = transcribe(quiet, wav, model="m", grammar=wanted)
    assert all(lines is not None for lines, _, _ in quiet.decoded)
    assert (found.mode, found.text) == ("compliance", "네 네 네 네 네 네"), "elsewhere the grammar's words stand"
    engine = ListeningEngine("만 기다려 주세요")
    found = transcribe(engine, wav, model="m", grammar=wanted)
    free = [(length, offset) for lines, length, offset in engine.decoded if lines is None]
    assert len(free) == 2
    for (length, offset), (start, end) in zip(free, found.speech, strict=True):
        assert start <= offset
        assert offset + length <= end + 0.01
        assert length <= 0.9 + 2 * 1.0 + 0.1, "a second before and after"
    assert found.text == "free free"
    assert [" ".join(word.word for word in words) for words in found.again] == ["만 기다려 주세요 만 기다려 주세요"] * 2


def test_compliance_mode_trusts_a_whole_phrase_unless_somebody_is_charged_with_it(wav: Path) -> None:
    trusted = ListeningEngine(WAIT)
    like_it = "잠시 만 기다려 도와"
    found = transcribe(trusted, wav, model="m", grammar=Grammar((WAIT, like_it), ("네",), "ko-KR", Mode.COMPLIANCE))
    assert (found.text, found.again) == (f"{WAIT} {WAIT}", ())
    assert len(trusted.decoded) == len(found.speech), "one pass: what is like the phrase is the phrase"
    for checked in (WAIT, like_it):
        charged = ListeningEngine(WAIT)
        wanted = Grammar((WAIT, like_it), ("네",), "ko-KR", Mode.COMPLIANCE, checked=(checked,))
        found = transcribe(charged, wav, model="m", grammar=wanted)
        assert found.text == "free free", checked


def test_in_noise_compliance_mode_wants_two_passes_that_heard_the_whole_phrase(wav: Path) -> None:
    wanted = Grammar((WAIT,), ("네",), "ko-KR", Mode.COMPLIANCE)
    assert transcribe(ListeningEngine(WAIT), noisy(wav), model="m", grammar=wanted).text.startswith(WAIT)

    class OnceOnly(ListeningEngine):
        """Hears the phrase in the first pass, and less of it in the others."""

        @contextmanager
        def recogniser(self, lines: list[str] | None) -> Iterator[FakeDecoder]:
            with super().recogniser(lines) as decoder:
                yield decoder
            self.grammar = "만 기다려 주세요"

    assert "free" in transcribe(OnceOnly(WAIT), noisy(wav), model="m", grammar=wanted).text


def test_a_phrase_over_a_pause_is_listened_for_again(tmp_path: Path) -> None:
    samples, _ = soundfile.read(
        str(SPEECH / "wait_3_cl.ul"), samplerate=8000, channels=1, subtype="ULAW", format="RAW", dtype="int16"
    )
    for pause, times in ((0.6, 2), (3.0, 0)):
        quiet = np.zeros(round(pause * 8000), np.int16)
        soundfile.write(str(tmp_path / "a.wav"), np.concatenate([samples, quiet, samples]), 8000, subtype="PCM_16")
        halves = HalvesEngine(["잠시 만", "기다려 주세요"])
        found = transcribe(halves, tmp_path / "a.wav", model="m", grammar=Grammar((WAIT,), ("네",), "ko-KR"))
        assert len(found.speech) == 2
        assert len(found.again) == times, "neither half is much of the phrase"


def test_full_mode_decodes_everything_whatever_was_heard(wav: Path) -> None:
    engine = ListeningEngine("네")
    found = transcribe(engine, wav, model="m", grammar=Grammar((WAIT,), ("네",), "ko-KR"))
    free = [(offset, offset + length) for lines, length, offset in engine.decoded if lines is None]
    assert [(pytest.approx(start, abs=0.01), pytest.approx(end, abs=0.01)) for start, end in free] == list(found.speech)
    assert (found.mode, found.again) == ("full", ())


def test_a_phrase_that_only_the_grammar_heard_is_listened_for_again(wav: Path) -> None:
    engine = ListeningEngine(WAIT)
    found = transcribe(engine, wav, model="m", grammar=Grammar((WAIT,), ("네",), "ko-KR"))
    assert [" ".join(word.word for word in words) for words in found.again] == [f"{WAIT} {WAIT}"] * 2
    assert sum(lines is not None for lines, _, _ in engine.decoded) == 3 * len(found.speech)
    confirmed = ListeningEngine(WAIT, free=WAIT)
    assert transcribe(confirmed, wav, model="m", grammar=Grammar((WAIT,), ("네",), "ko-KR")).again == ()
    unknown_language = ListeningEngine(WAIT)
    assert transcribe(unknown_language, wav, model="m", grammar=Grammar((WAIT,), ("네",))).again == ()


def noisy(path: Path) -> Sound:
    """The sound of a file in noise."""
    samples, rate = soundfile.read(str(path), dtype="int16")
    noise = 600 * np.random.default_rng(1).standard_normal(len(samples))
    return Sound(np.clip(samples + noise, -32768, 32767).astype(np.int16), rate)


def test_in_noise_the_grammar_listens_again(wav: Path) -> None:
    engine = FakeEngine()
    found = transcribe(engine, noisy(wav), model="m", grammar=Grammar(("네",), (), "ko-KR"))
    assert found.snr_db is not None
    assert 0 < found.snr_db < 18
    pieces = sum(lines is None for lines, _, _ in engine.decoded)
    assert sum(lines is not None for lines, _, _ in engine.decoded) == 3 * pieces
    assert [len(words) for words in found.again] == [pieces, pieces]
    assert PartyTranscript.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_grammar_survives_json_and_knows_the_opposite_of_its_phrases() -> None:
    grammar = Grammar(("잘 모르 겠습니다",), ("네",), "ko-KR", Mode.COMPLIANCE, ("잘 모르 겠습니다",))
    assert Grammar.from_dict(json.loads(json.dumps(grammar.to_dict()))) == grammar
    assert "잘 알 겠습니다" in grammar.near_misses
    assert Grammar(("잘 모르 겠습니다", "잘 알 겠습니다"), (), "ko-KR").near_misses == ()
    assert Grammar(("잘 모르 겠습니다",)).near_misses == (), "without a language nothing is made up"
