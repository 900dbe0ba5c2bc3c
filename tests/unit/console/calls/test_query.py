"""What is asked fits an address and comes back from it; what cannot be asked is refused with a cure."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.console.services.calls.export import defused
from ivr.core.errors import UsageError
from ivr.reports.calls import OUTCOMES, CallQuery
from ivr.reports.calls.snippets import Part, snippet
from ivr.storage.search.words import parse

NAMES = st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=20)
DAYS = st.dates(datetime(2001, 1, 1).date(), datetime(2199, 12, 30).date()).map(str)
QUERIES = st.builds(
    CallQuery,
    since=st.one_of(st.just(""), DAYS, DAYS.map(lambda day: f"{day}T09:30")),
    until=st.one_of(st.just(""), DAYS),
    caller=st.text("0123456789+*#", max_size=12),
    agent=NAMES,
    queue=NAMES,
    outcome=st.sampled_from(["", "open", *OUTCOMES]),
    score_min=st.one_of(st.none(), st.floats(0, 100)),
    rule=NAMES.map(lambda name: name or "opening"),
    verdict=st.sampled_from(["", "hit", "missed", "unsure"]),
    words=NAMES,
    sort=st.sampled_from(["time", "wait", "talk", "score"]),
    order=st.sampled_from(["desc", "asc"]),
)


@given(QUERIES)
def test_a_query_comes_back_from_its_address(query: CallQuery) -> None:
    address = urlencode(query.parameters())
    assert CallQuery.of(dict(parse_qsl(address))) == query


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"outcome": "gone"}, "outcome"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-02-30"}, "since"),
        ({"until": "1026-02-03"}, "until"),
        ({"caller": "12%"}, "caller"),
        ({"agent": "a\nb"}, "agent"),
        ({"score_min": "nan"}, "score_min"),
        ({"score_max": "101"}, "score_max"),
        ({"verdict": "hit"}, "rule"),
        ({"words": "x" * 301}, "words"),
        ({"words": "\x00"}, "words"),
        ({"sort": "caller"}, "sort"),
    ],
)
def test_what_cannot_be_asked_is_named(parameters: dict[str, str], named: str) -> None:
    with pytest.raises(UsageError, match=named) as caught:
        CallQuery.of(parameters)
    assert caught.value.cure


def test_a_day_is_meant_to_its_end_in_the_sites_zone() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    query = CallQuery(since="2026-03-01", until="2026-03-01")
    assert query.bounds(zone) == (datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert CallQuery(until="2026-03-01T09:30").bounds(zone)[1] == datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    assert CallQuery(agent="amy", queue="q").without("agent") == CallQuery(queue="q")


@pytest.mark.parametrize(
    ("said", "query", "marked", "whole"),
    [
        ("您 好 我要 退款 谢谢", "要退款", ["要退款"], "您好我要退款谢谢"),
        ("please REFUND my refundable order", "refund", ["REFUND"], "please REFUND my refundable order"),
        ("환불을 요청", "환불", ["환불"], "환불을 요청"),
        ("my order number", '"order number"', ["order number"], "my order number"),
        ("a <b>x</b> refund & more", "refund", ["refund"], "a <b>x</b> refund & more"),
        ("退款 退款", "退", ["退", "退"], "退款退款"),
    ],
)
def test_what_was_said_is_marked(said: str, query: str, marked: list[str], whole: str) -> None:
    found = snippet(said, "agent", parse(query))
    assert found is not None
    assert [part.text for part in found.parts if part.found] == marked
    assert "".join(part.text for part in found.parts) == whole


def test_a_long_text_is_cut_around_the_first_place() -> None:
    said = "word " * 200 + "refund " + "more " * 200
    found = snippet(said, "caller", parse("refund -gone"))
    assert found is not None
    text = "".join(part.text for part in found.parts)
    assert Part("refund", found=True) in found.parts and text.startswith("…word") and text.endswith("…")
    assert len(text) < 110
    assert snippet(said, "caller", parse("agent:refund")) is None and snippet(said, "caller", parse("gone")) is None


@pytest.mark.parametrize("cell", ["=1+1", "+8610086", "-2", "@SUM(A1)", "\tx", "＝1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    assert defused(f"x{cell}") == f"x{cell}"
