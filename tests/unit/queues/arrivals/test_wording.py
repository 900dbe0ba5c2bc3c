"""What is said of a caller, in which words, and how long it may last."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from dialplan.base import Language, WhisperPart
from dialplan.model import Queue
from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.queues.arrivals.facts import Arrival
from ivr.queues.arrivals.region import Region
from ivr.queues.arrivals.sound import LONGEST, compose, remove, write
from ivr.queues.arrivals.wording import contact, wait, whisper

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PARTS = get_args(WhisperPart)
HEBEI = Region(Text("Hebei", "河北省"), "hebei")


def arrival(language: Language = "zh-CN", region: Region | None = HEBEI, calls: int = 3) -> Arrival:
    return Arrival("c1", "c1", "service", language, NOON, "13900000001", region, calls)


def queue(*parts: str, title: str | None = "queue-title-service") -> Queue:
    return Queue.model_validate({"whisper": list(parts), "title_prompt": title})


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (9.9, []),
        (10, ["whisper-waited", "digits/10", "queue-seconds"]),
        (59.9, ["whisper-waited", "digits/50", "queue-seconds"]),
        (60, ["whisper-waited", "digits/1", "queue-minute"]),
        (125, ["whisper-waited", "minutes-2"]),
        (1500, ["whisper-waited", "digits/20", "digits/5", "queue-minutes"]),
        (3661, ["whisper-waited-hour"]),
    ],
)
def test_the_wait_in_words(seconds: float, said: list[str]) -> None:
    assert wait("ko-KR", seconds) == said


def test_the_first_call_is_nothing_to_tell() -> None:
    assert (contact("zh-CN", 0), contact("zh-CN", 1)) == ([], [])
    assert contact("zh-CN", 105) == [
        "whisper-contact", "digits/1", "digits/hundred", "digits/0", "digits/5", "whisper-contact-times",
    ]  # fmt: skip
    assert contact("en-US", 5000)[1:3] == ["digits/9", "digits/hundred"]


def test_the_parts_come_in_the_queues_order_and_what_is_not_known_is_left_out() -> None:
    told = list(whisper(queue("region", "language", "queue", "wait", "contacts"), arrival("ko-KR"), 30, "en-US"))
    assert [phrase[0] for phrase in told] == [
        "region-hebei", "whisper-language-ko", "queue-title-service", "whisper-waited", "whisper-contact",
    ]  # fmt: skip
    nothing = arrival(region=None, calls=0)
    assert list(whisper(queue("queue", "wait", "region", "contacts", title=None), nothing, 3, "zh-CN")) == []
    abroad = arrival(region=Region(Text("Seoul", "首尔市")))
    assert list(whisper(queue("region"), abroad, 3, "zh-CN")) == []


def test_a_title_without_a_sound_is_left_out() -> None:
    assert list(whisper(queue("queue", title="no-such-prompt"), arrival(), 0, "zh-CN")) == []


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("rate", [8000, 16000])
def test_everything_at_once_lasts_no_longer_than_5_s(language: Language, rate: int) -> None:
    phrases = list(whisper(queue(*PARTS), arrival(), 59, language))
    assert len(phrases) == 5
    samples = compose(language, phrases, rate)
    assert 3 < len(samples) / rate <= LONGEST
    whole = [compose(language, [phrase], rate) for phrase in phrases]
    fits, size = [], 0
    for sound in whole:  # the first that fit, each whole and in its place
        if size + len(sound) <= LONGEST * rate:
            fits.append(sound)
            size += len(sound)
    assert np.array_equal(samples, np.concatenate(fits))


def test_one_phrase_that_is_too_long_is_left_out() -> None:
    assert not len(compose("zh-CN", [["emergency-greeting"]], 8000))


def test_files_at_both_rates_and_none_when_there_is_nothing_to_say(tmp_path: Path) -> None:
    base = tmp_path / "1795335140.1"
    assert write(base, "zh-CN", [["queue-title-service"]])
    for name, rate in ((".wav", 8000), (".wav16", 16000)):
        with wave.open(str(tmp_path / f"1795335140.1{name}")) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (rate, 1, 2)
            assert 0.5 < file.getnframes() / rate < 1.3
    assert len(list(tmp_path.iterdir())) == 2
    assert not write(base, "zh-CN", [])
    assert not list(tmp_path.iterdir())
    remove(base)


def test_a_sound_that_is_not_there_is_told() -> None:
    with pytest.raises(SetupError):
        compose("zh-CN", [["no-such-prompt"]], 8000)
