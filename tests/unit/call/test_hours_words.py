"""Every way in which hours can stand has words, and so has every reason."""

from __future__ import annotations

from typing import get_args

from dialplan.schedule import State, Why
from ivr.call.hours_words import STATES, WHYS
from ivr.call.simulation.story import Item
from ivr.call.simulation.words import words


def test_nothing_is_without_words() -> None:
    assert set(STATES) == set(get_args(State))
    assert set(WHYS) == set(get_args(Why))


def test_a_holiday_has_its_chinese_name() -> None:
    detail = {
        "event": "holiday",
        "hours": "office",
        "why": "holiday",
        "holiday": "National Day",
        "holiday_zh": "国庆节",
    }
    told = words(Item("event", 0.0, detail))
    assert told.en == "hours office: on holiday (public holiday: National Day)"
    assert told.zh == "营业时间 office：节假日（法定节假日：国庆节）"
    assert "National Day" in words(Item("event", 0.0, {**detail, "holiday_zh": ""})).zh
