"""What is said to those who wait, in the three languages; every sound of it is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.queues.announce import wording
from prompts.sounds import duration, sound_path

LANGUAGES = ("zh-CN", "en-US", "ko-KR")


def test_the_next_in_line_hears_no_number() -> None:
    assert wording.position("ko-KR", 1) == ["queue-youarenext"]


def test_a_position_is_said_with_its_number() -> None:
    assert wording.position("ko-KR", 23) == ["queue-thereare", "digits/20", "digits/3", "queue-callswaiting"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, []),
        (12.0, ["ivr/queue-wait-under-1"]),
        (60.0, ["ivr/queue-wait-under-1"]),
        (61.0, ["ivr/queue-wait-is", "ivr/minutes-2"]),
        (150.0, ["ivr/queue-wait-is", "digits/3", "ivr/minutes-many"]),
        (3600.0, ["ivr/queue-wait-is", "digits/60", "ivr/minutes-many"]),
        (3601.0, ["ivr/queue-wait-over-60"]),
    ],
)
def test_a_wait_is_said_in_minutes_rounded_up(seconds: float | None, said: list[str]) -> None:
    assert wording.wait("zh-CN", seconds) == said


@given(st.sampled_from(LANGUAGES), st.integers(1, 2000), st.floats(0, 10_000))
def test_every_sound_is_there(language: str, place: int, seconds: float) -> None:
    for sound in wording.position(language, place) + wording.wait(language, seconds):
        name = sound.removeprefix("ivr/")
        assert sound_path(language, name).is_file()
        assert duration(language, name) > 0.1
