from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from ivr.reports.indicators import Indicators
from ivr.reports.story import CallStory
from ivr.reports.terminal import print_calls, print_indicators, print_story


@pytest.fixture
def day(recorded_day: tuple[list[CallStory], Indicators]) -> tuple[list[CallStory], Indicators]:
    return recorded_day


def shown(day: tuple[list[CallStory], Indicators], width: int, *, terminal: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system="truecolor" if terminal else None)
    print_calls(console, day[0])
    for story in day[0]:
        print_story(console, story)
    print_indicators(console, day[1])
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 100])
def test_it_fits_the_width_plain_and_without_controls(
    day: tuple[list[CallStory], Indicators], width: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_LANG", language)
    text = shown(day, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert not [letter for letter in text if (ord(letter) < 32 and letter != "\n") or letter in "\x7f\u202e"]


def test_a_terminal_gets_colour_but_none_from_the_caller(
    day: tuple[list[CallStory], Indicators], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_LANG", "en")
    text = shown(day, 200, terminal=True)
    assert "\x1b[1m" in text
    assert text.count("\x1b[31m") == text.count("\x1b[31m  a fail-all item") == 1
    assert "[red]�[31m��" in text


def test_header_events_transcript_verdicts_and_score_are_there(
    day: tuple[list[CallStory], Indicators], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_LANG", "en")
    out = io.StringIO()
    print_story(Console(file=out, width=100), day[0][1])
    text = " ".join(out.getvalue().split())
    assert "13900139001 → 1000 zh-CN answered · 44.0 s in all · waited 3.0 s · talked 24.9 s · agent hangs up" in text
    assert "answer › language [1] › greeting › hours › main-menu [1] › service" in text
    assert "0:19.0 09:34:19 talks to agent-kim (waited 3.0 s)" in text
    assert "0:19.8 agent-kim 您好请问有什么可以帮您" in text
    assert "✗ closing C16 not said 0:19.8 52 closest: 您好请问 − thanks / goodbye" in text
    assert "✗ brush-off (forbidden) D1 said 0:34.0 97 这个问题我不会处理" in text
    assert "Score agent-kim 0 / 30 0 % a fail-all item was broken" in text


def test_indicators_have_their_formula_beside_them(
    day: tuple[list[CallStory], Indicators], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    out = io.StringIO()
    print_indicators(Console(file=out, width=100), day[1])
    text = out.getvalue()
    assert "接通率 [B1]" in text
    assert "66.7 %" in text
    assert "2 / 3" in text
    assert "人工接听的来电数 ÷ 请求人工的来电数" in text
