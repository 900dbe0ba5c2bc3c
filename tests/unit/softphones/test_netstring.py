from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import TelephonyError
from ivr.softphones.netstring import NetstringDecoder, encode

MESSAGES: list[dict[str, object]] = [
    {"event": True, "type": "CALL_ESTABLISHED", "peeruri": "sip:100@127.0.0.1"},
    {"response": True, "ok": False, "data": "a:b,c\n12:", "token": "7"},
    {"data": "座席"},
]


def test_encoded_as_the_length_in_bytes_a_colon_and_a_comma() -> None:
    assert encode({"a": 1}) == b'8:{"a": 1},'


@given(st.lists(st.integers(0, 400), max_size=20))
def test_messages_survive_any_cutting_of_the_bytes(cuts: list[int]) -> None:
    stream = b"".join(encode(message) for message in MESSAGES)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = NetstringDecoder()
    got = [message for start, end in pairwise(edges) for message in decoder.feed(stream[start:end])]
    assert got == MESSAGES


@given(st.dictionaries(st.text(), st.text()))
def test_round_trip(message: dict[str, str]) -> None:
    assert NetstringDecoder().feed(encode(message)) == [message]


@pytest.mark.parametrize(
    "data",
    [b"x:{},", b":{},", b"-1:{},", b"2:{}x", b"3:{},,", b"2:[],", b"2:{a,", b"99999999:", b"12345678", b"2:\xff\xfe,"],
)
def test_what_is_no_netstring_of_an_object_is_refused(data: bytes) -> None:
    with pytest.raises(TelephonyError, match="softphone control"):
        NetstringDecoder().feed(data)


def test_a_message_above_the_limit_is_refused_before_it_is_stored() -> None:
    body = json.dumps({"data": "x" * 200}).encode()
    with pytest.raises(TelephonyError, match="not a netstring"):
        NetstringDecoder(limit=100).feed(b"%d:" % len(body))
