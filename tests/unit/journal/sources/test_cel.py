"""CEL in the formats cel_custom is told to write."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ivr.journal.sources.cel import CelRow, read_cel
from ivr.journal.sources.skipped import Skipped

EXTRA = {"hangupcause": 16, "hangupsource": "PJSIP/6001-00000002", "dialstatus": "ANSWER"}
AT = datetime(2026, 11, 22, 4, 2, 10, 264_122, UTC)
WANTED = CelRow(
    at=AT, event="HANGUP", uniqueid="1795320115.1", linkedid="1795320115.1", channel="PJSIP/anonymous-00000001",
    number="13900000001", dnid="3000", exten="s", context="ivr-queue", app="Queue", extra=EXTRA,
)  # fmt: skip
FIELDS = {
    "eventtype": "HANGUP", "eventtime": "1795320130.264122", "userdeftype": "", "uniqueid": "1795320115.1",
    "linkedid": "1795320115.1", "channame": "PJSIP/anonymous-00000001", "peer": "", "name": "A \"B\", C",
    "num": "13900000001", "dnid": "3000", "exten": "s", "context": "ivr-queue", "appname": "Queue",
    "eventextra": json.dumps(EXTRA),
}  # fmt: skip
SAMPLE = ("eventtype", "eventtime", "name", "num", "ani", "rdnis", "dnid", "exten", "context", "channame", "appname",
          "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "peer", "userfield", "userdeftype",
          "eventextra")  # fmt: skip


def quoted(names: tuple[str, ...], found: dict[str, str]) -> str:
    return ",".join('"' + found.get(name, "").replace('"', '""') + '"' for name in names)


def test_one_event_in_all_formats() -> None:
    ours = json.dumps(FIELDS, ensure_ascii=False)
    named = json.dumps({"EventType": "HANGUP"} | {name: text for name, text in FIELDS.items() if name != "eventtype"})
    header = "EventType,EventTime,UniqueID,LinkedID,ChanName,Num,DNID,Exten,Context,AppName,EventExtra"
    short = tuple(header.lower().split(","))
    for lines in (
        [ours],
        [named],
        [quoted(tuple(FIELDS), FIELDS)],
        [quoted(SAMPLE, FIELDS)],
        [header, quoted(short, FIELDS)],
    ):
        skipped = Skipped()
        assert list(read_cel([line + "\n" for line in lines], skipped)) == [WANTED]
        assert skipped.as_dict() == Skipped(rows=1).as_dict()


def test_dates_are_of_the_zone_given() -> None:
    found = FIELDS | {"eventtime": "2026-11-22 12:02:10"}
    (row,) = read_cel([quoted(SAMPLE, found)], zone=ZoneInfo("Asia/Shanghai"))
    assert row.at == AT.replace(microsecond=0)


def test_a_key_that_was_pressed_is_counted_and_not_handed_on() -> None:
    skipped = Skipped()
    key = FIELDS | {"eventtype": "DTMF", "eventextra": '{"digit":"7","duration_ms":"90"}'}
    assert list(read_cel([json.dumps(key), quoted(SAMPLE, key)], skipped)) == []
    assert (skipped.secret, skipped.rows, skipped.unknown) == (2, 0, {})


def test_what_is_no_row_is_counted_and_the_next_row_read() -> None:
    skipped = Skipped()
    lines = [
        "",
        "{",
        "[1, 2]",
        json.dumps([FIELDS]),
        json.dumps(FIELDS)[:-20],
        json.dumps({name: text for name, text in FIELDS.items() if name != "uniqueid"}),
        json.dumps(FIELDS | {"eventtime": "later"}),
        json.dumps(FIELDS | {"eventtype": "JUGGLE"}),
        '"a","b"',
        '"' + "a" * 10,
        "{" * 100_000,
        "x" * 70_000,
        json.dumps(FIELDS | {"eventextra": "{broken", "num": None, "dnid": 3000}),
    ]
    (row,) = read_cel(lines, skipped)
    assert (row.extra, row.number, row.dnid) == ({}, "", "3000")
    assert (skipped.rows, skipped.unknown) == (1, {"JUGGLE": 1})
    assert skipped.malformed == 10


def test_ids_that_are_none_are_no_rows() -> None:
    skipped = Skipped()
    ids = ["x" * 129, "1.1\x1b[31m", "1 1", "电话"]
    lines = [json.dumps(FIELDS | {name: text}) for text in ids for name in ("uniqueid", "linkedid")]
    assert list(read_cel(lines, skipped)) == []
    assert skipped.malformed == 8


def test_a_row_without_linkedid_is_a_call_of_its_own() -> None:
    (row,) = read_cel([json.dumps(FIELDS | {"linkedid": ""})])
    assert row.linkedid == row.uniqueid


@given(st.lists(st.one_of(st.text(max_size=60), st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=20))
                          .map(json.dumps)), max_size=12))  # fmt: skip
def test_no_text_breaks_the_reader(lines: list[str]) -> None:
    skipped = Skipped()
    assert len(list(read_cel(lines, skipped))) == skipped.rows
