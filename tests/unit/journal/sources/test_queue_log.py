"""queue_log as Asterisk writes it, and as nobody should."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.journal.sources.queue_log import parse_row, read_queue_log
from ivr.journal.sources.skipped import MAX_NAMES, OTHER, Skipped

OURS = """\
1795320111|NONE|NONE|NONE|QUEUESTART|
1795320113|1795320113.0|service|agent-lee|ADDMEMBER|
1795320127|1795320115.1|service|NONE|ENTERQUEUE||13900000001|1
1795320127|1795320115.1|service|agent-lee|CONNECT|0|1795320127.2|0
1795320130|1795320115.1|service|agent-lee|COMPLETECALLER|0|3|1
"""


def test_a_call_of_ours() -> None:
    skipped = Skipped()
    rows = list(read_queue_log(OURS.splitlines(keepends=True), skipped))
    assert [row.event for row in rows] == ["QUEUESTART", "ADDMEMBER", "ENTERQUEUE", "CONNECT", "COMPLETECALLER"]
    start, _, enter, connect, complete = rows
    assert (start.callid, start.queue, start.agent, start.data) == ("", "", "", ())
    assert enter.at == datetime(2026, 11, 22, 4, 2, 7, tzinfo=UTC)
    assert (enter.callid, enter.queue, enter.agent, enter.number("position")) == ("1795320115.1", "service", "", 1)
    assert (connect.text("channel"), connect.number("wait_s"), connect.number("ring_s")) == ("1795320127.2", 0, 0)
    assert (complete.number("talk_s"), complete.text("channel")) == (3, "")
    assert skipped.as_dict() == Skipped(rows=5).as_dict()


def test_what_is_no_row_is_counted_and_the_next_row_read() -> None:
    skipped = Skipped()
    lines = [
        "",
        "nonsense",
        "1795320127|1795320115.1|service",
        "soon|1795320115.1|service|NONE|ABANDON|1|1|3",
        "99999999999999|1|q|NONE|ABANDON",
        "1795320127|1|q|NONE||1",
        "1795320127|1|q|NONE|JUGGLE|1",
        "1795320128|1|q|NONE|ABANDON",
        "x" * 70_000,
    ]
    rows = list(read_queue_log(lines, skipped))
    assert [(row.event, row.data, row.number("wait_s")) for row in rows] == [("ABANDON", (), None)]
    assert (skipped.rows, skipped.malformed, skipped.unknown) == (1, 6, {"JUGGLE": 1})


def test_names_of_unknown_events_are_bounded_and_printable() -> None:
    skipped = Skipped()
    lines = [f"1795320127|1|q|NONE|EVENT{number}|" for number in range(MAX_NAMES + 30)]
    assert list(read_queue_log([*lines, "1795320127|1|q|NONE|\x1b[31mRED|"], skipped)) == []
    assert len(skipped.unknown) == MAX_NAMES + 1
    assert skipped.unknown[OTHER] == 31
    assert all(name.isprintable() for name in skipped.unknown)


def test_rows_out_of_order_are_handed_on_and_counted() -> None:
    skipped = Skipped()
    times = [100, 101, 100, 50, 101, 102]  # one second back is how two threads write
    rows = list(read_queue_log([f"{time}|1|q|NONE|INFO|" for time in times], skipped))
    assert [row.at.timestamp() for row in rows] == times
    assert skipped.unsorted == 1


def test_dates_and_fractions_of_other_writers() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    dated = parse_row("2026-11-22 12:02:07.250000|1|q|SIP/100|CONNECT|4|2|3", zone)
    assert dated is not None
    assert (dated.at, dated.agent) == (datetime(2026, 11, 22, 4, 2, 7, 250_000, UTC), "SIP/100")
    fraction = parse_row("1795320127.5|1|q|NONE|abandon|1|1|3")
    assert fraction is not None
    assert (fraction.at.microsecond, fraction.event, fraction.number("wait_s")) == (500_000, "ABANDON", 3)


def test_a_number_with_the_sign_between_fields_does_not_move_the_position() -> None:
    row = parse_row("1795320127|1|q|NONE|ENTERQUEUE||13|900|7")
    assert row is not None
    assert row.number("position") == 7


@pytest.mark.parametrize("text", ["1e999", "1e18", "1_0", "0x1", "9" * 19, "1.", ".", "-"])
def test_what_is_no_number_as_asterisk_writes_one_is_none(text: str) -> None:
    row = parse_row(f"1795320127|1|q|NONE|ENTERQUEUE||139|{text}")
    assert row is not None
    assert row.number("position") is None


def test_rows_before_a_time_are_passed_over() -> None:
    rows = read_queue_log(OURS.splitlines(), since=datetime(2026, 11, 22, 4, 2, 8, tzinfo=UTC))
    assert [row.event for row in rows] == ["COMPLETECALLER"]


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), max_size=20))
def test_no_text_breaks_the_reader(lines: list[str]) -> None:
    skipped = Skipped()
    rows = list(read_queue_log(lines, skipped))
    told = skipped.rows + skipped.malformed + sum(skipped.unknown.values())
    assert told == sum(bool(line.strip()) for line in lines)
    assert len(rows) == skipped.rows


@given(st.integers(0, 4_000_000_000), st.lists(st.text(alphabet="0123456789.-abcNONE ", max_size=8), max_size=6))
def test_numbers_are_numbers_or_nothing(at: int, data: list[str]) -> None:
    row = parse_row("|".join([str(at), "1.1", "q", "a", "CONNECT", *data]))
    assert row is not None
    assert row.at.timestamp() == at
    for name in ("wait_s", "ring_s", "position"):
        number = row.number(name)
        assert number is None or isinstance(number, float)
