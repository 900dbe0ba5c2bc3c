from __future__ import annotations

from itertools import pairwise

import pytest

from ivr.reports.drawing import LEFT, MOST_WIDTH, WIDTH, Axis, Lanes, shortened, text_width
from ivr.reports.indicators import Indicators
from ivr.reports.picture import draw
from ivr.reports.story import CallStory


@pytest.fixture
def day(recorded_day: tuple[list[CallStory], Indicators]) -> list[CallStory]:
    return recorded_day[0]


def test_everything_lies_on_one_axis(day: list[CallStory]) -> None:
    story, picture = day[0], draw(day[0])
    scale = (picture.right - LEFT) / story.duration
    agent = next(row for row in picture.rows if row.role == "agent")
    talk = next(box for box in picture.phases if box.kind == "talk")
    assert talk.x == pytest.approx(LEFT + 25.0 * scale)
    assert agent.files[0].x == pytest.approx(talk.x)
    assert agent.labels[0].at == pytest.approx(LEFT + 25.6 * scale)
    assert float(agent.shapes[0][1:].split(",")[0]) == pytest.approx(talk.x, abs=1.0)
    opening = next(label for label in picture.hits if "C1 " in label.text.en)
    assert opening.at == pytest.approx(agent.labels[0].at)
    assert [row.role for row in picture.rows] == ["caller", "agent"]
    assert picture.rows[0].y < picture.rows[1].y


def test_evidence_is_marked_behind_the_wave_of_who_said_it(day: list[CallStory]) -> None:
    picture = draw(day[0])
    tops = {row.role: row.y for row in picture.rows}
    assert {(box.kind, box.y) for box in picture.bands} == {("pass", tops["agent"]), ("unsure", tops["caller"])}


def test_what_is_missing_stands_at_the_end_of_the_talk(day: list[CallStory]) -> None:
    picture = draw(day[1])
    kinds = {label.text.en: label.kind for label in picture.hits}
    assert kinds == {"✓ C1 opening": "pass", "✗ D1 brush-off": "fail", "✗ C16 closing": "fail absent"}
    absent = next(label for label in picture.hits if label.kind == "fail absent")
    (en_x, en_width), (zh_x, zh_width) = absent.boxes
    assert en_x + en_width == pytest.approx(zh_x + zh_width)
    assert en_x + en_width <= picture.right


def test_keys_silences_and_wrong_keys_are_on_the_axis(day: list[CallStory]) -> None:
    caps = draw(day[2]).caps
    assert [(cap.kind, cap.label) for cap in caps] == [("key", "1"), ("timeout", "…"), ("invalid", "9"), ("key", "1")]
    for one, other in pairwise(caps):
        assert one.x + one.width <= other.x


def test_texts_in_one_lane_do_not_overlap(day: list[CallStory]) -> None:
    for story in day:
        for row in draw(story).rows:
            lanes: dict[float, float] = {}
            for label in row.labels:
                assert label.x >= lanes.get(label.y, 0.0)
                lanes[label.y] = label.x + text_width(label.text.en)


def test_a_long_call_gets_a_wider_picture_but_not_without_bound() -> None:
    assert Axis(60).width == WIDTH
    assert WIDTH < Axis(900).width < MOST_WIDTH
    assert Axis(36000).width == MOST_WIDTH
    assert len(Axis(36000).ticks()) < 60


def test_a_call_of_no_length_can_be_drawn(day: list[CallStory]) -> None:
    from dataclasses import replace

    picture = draw(replace(day[4], duration=0.0, phases=(), events=(), tracks=()))
    assert picture.rows == ()
    assert picture.width == WIDTH


def test_lanes_are_used_again_and_bounded() -> None:
    lanes = Lanes(most=2)
    assert [lanes.place(0, 50), lanes.place(10, 50), lanes.place(20, 50), lanes.place(100, 50)] == [0, 1, None, 0]


def test_wide_characters_count_double_when_texts_are_cut() -> None:
    assert text_width("您好") > 1.5 * text_width("ab")
    assert shortened("您好您好您好", 40).endswith("…")
    assert text_width(shortened("您好您好您好", 40)) <= 41
    assert shortened("ok", 40) == "ok"


def test_the_picture_in_words_tells_phases_and_the_end(day: list[CallStory]) -> None:
    summary = draw(day[2]).summary
    assert summary.en == "Timeline: menu 22.0 s, waiting 15.9 s, menu 0.1 s; caller hangs up"
    assert summary.zh.endswith("来电者挂机")
