from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.ami.errors import AmiBadHeader
from ivr.ami.wire import MAX_LINE, MAX_LINES, Reply, checked_headers


@pytest.mark.parametrize("bad", ["\r", "\n", "\r\n", "\x00", "\ud800"])
def test_a_value_cannot_end_its_line(bad: str) -> None:
    with pytest.raises(AmiBadHeader):
        checked_headers("Setvar", {"Value": f"x{bad}Action: Originate"})


@pytest.mark.parametrize("name", ["", "Value: x\r\nAction", "Va lue", "Valüe", "1st", "Value\n", "a" * 65])
def test_a_name_must_be_a_plain_word(name: str) -> None:
    with pytest.raises(AmiBadHeader):
        checked_headers("Setvar", {name: "x"})


@pytest.mark.parametrize("name", ["Action", "actionid", "COMMANDID"])
def test_the_clients_own_headers_cannot_be_set(name: str) -> None:
    with pytest.raises(AmiBadHeader):
        checked_headers("Ping", {name: "x"})


def test_the_action_itself_is_checked() -> None:
    with pytest.raises(AmiBadHeader):
        checked_headers("Ping\r\nAction: Originate", {})


def test_each_value_of_a_repeated_header_is_checked() -> None:
    assert checked_headers("Originate", {"Variable": ["a=1", "b=2"]})["Variable"] == ["a=1", "b=2"]
    with pytest.raises(AmiBadHeader):
        checked_headers("Originate", {"Variable": ["a=1", "b=2\nX: y"]})


def test_the_longest_line_is_counted_in_bytes() -> None:
    room = MAX_LINE - len("Value: ")
    assert checked_headers("Setvar", {"Value": "x" * room})
    with pytest.raises(AmiBadHeader):
        checked_headers("Setvar", {"Value": "x" * (room + 1)})
    with pytest.raises(AmiBadHeader):
        checked_headers("Setvar", {"Value": "中" * (room // 3 + 1)})


def test_no_more_lines_than_asterisk_keeps() -> None:
    assert checked_headers("Originate", {"Variable": ["x=1"] * (MAX_LINES - 1)})
    with pytest.raises(AmiBadHeader):
        checked_headers("Originate", {"Variable": ["x=1"] * MAX_LINES})


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_what_passes_is_one_line(value: str) -> None:
    try:
        lines = checked_headers("Setvar", {"Value": value})
    except AmiBadHeader:
        assert any(c in value for c in "\r\n\0") or len(value.encode()) > 900
    else:
        assert lines == {"Action": "Setvar", "Value": value}
        assert not set("\r\n\0") & set(value)


def test_a_reply_is_read_in_any_case_and_absent_headers_are_empty() -> None:
    reply = Reply({"Response": "Success", "Output": ["one", "two"], "Calls": "7", "content": ""})
    assert reply["response"] == "Success"
    assert reply["Output"] == "one"
    assert reply.all("OUTPUT") == ("one", "two")
    assert reply["Nothing"] == ""
    assert (reply.number("Calls"), reply.number("Response", -1)) == (7, -1)
    assert "Content" not in reply
    assert "calls" in reply
    assert "Success" not in repr(reply)
