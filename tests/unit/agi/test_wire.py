from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.agi.errors import AgiProtocolError
from ivr.agi.wire import AgiParser, Hangup, Header, Item, Limits, Reply

HEADER = b"agi_network_script: menu\nagi_channel: PJSIP/a-1\n\n"


def replies(data: bytes) -> list[Item]:
    parser = AgiParser()
    items = list(parser.feed(HEADER + data))
    assert isinstance(items[0], Header)
    assert parser.at_boundary
    return items[1:]


def one(data: bytes) -> Reply:
    (item,) = replies(data)
    assert isinstance(item, Reply)
    return item


@pytest.mark.parametrize(
    ("line", "result", "data", "endpos"),
    [
        ("200 result=0", "0", None, None),
        ("200 result=-1", "-1", None, None),
        ("200 result=49 endpos=12800", "49", None, 12800),
        ("200 result=0 endpos=-1", "0", None, -1),
        ("200 result= (timeout)", "", "timeout", None),
        ("200 result=123 (timeout)", "123", "timeout", None),
        ("200 result=0 (timeout) endpos=4000", "0", "timeout", 4000),
        ("200 result=-1 (hangup) endpos=0", "-1", "hangup", 0),
        ("200 result=-1 (writefile)", "-1", "writefile", None),
        ("200 result=1 ()", "1", "", None),
        ("200 result=1 (foo) bar=1)", "1", "foo) bar=1", None),
        ("200 result=1 (a) endpos=5)", "1", "a) endpos=5", None),
        ("200 result=1 (a) results=b)", "1", "a) results=b", None),
        ("200 result=1 (((", "1", "((", None),
        ("200 result=1 (it's 5 (five) (x) é €)", "1", "it's 5 (five) (x) é €", None),
        ("200 result=1 (digit) digit=5 endpos=80", "1", "digit", 80),
        ("200 result=1 (speech) endpos=8 results=1 score0=9", "1", "speech", 8),
    ],
)
def test_replies(line: str, result: str, data: str | None, endpos: int | None) -> None:
    parser = AgiParser()
    list(parser.feed(HEADER))
    line += ")" if line.endswith("(((") else ""
    (reply,) = parser.feed(line.encode() + b"\n")
    assert reply == Reply(200, result, data, endpos, line)


@given(st.text(st.characters(blacklist_characters="\n", blacklist_categories=["Cs"]), max_size=80))
def test_any_value_of_one_line_comes_back_as_it_is(value: str) -> None:
    assert one(f"200 result=1 ({value})\n".encode()).data == value


def test_a_value_with_line_feeds_is_one_reply() -> None:
    assert [item.data for item in replies(b"200 result=1 (a\nb\n200 result=7\nc)\n200 result=0\n")] == [  # type: ignore[union-attr]
        "a\nb\n200 result=7\nc",
        None,
    ]


def test_usage_is_one_reply_up_to_its_end() -> None:
    usage = b"520-Invalid command syntax.  Proper usage follows:\nHANGUP\n200 result=1\n\n520 End of proper usage.\n"
    items = replies(usage + b"200 result=1\n")
    assert [item.code for item in items] == [520, 200]  # type: ignore[union-attr]


def test_usage_of_two_lines_and_of_one() -> None:
    two = one(b"520-Invalid command syntax.  Proper usage follows:\n520 End of proper usage.\n")
    assert two.code == 520 and two.text.count("\n") == 1
    assert one(b"520 Invalid command syntax.  Proper usage not available.\n").code == 520


def test_dead_and_unknown() -> None:
    assert one(b"511 Command Not Permitted on a dead channel or intercept routine\n").code == 511
    assert one(b"510 Invalid or unknown command\n") == Reply(510, text="510 Invalid or unknown command")


def test_hangup_lines_stand_between_replies() -> None:
    assert replies(b"HANGUP\n200 result=0\nHANGUP\nHANGUP\n") == [
        Hangup(),
        Reply(200, "0", text="200 result=0"),
        Hangup(),
        Hangup(),
    ]


def test_a_provisional_reply_is_none() -> None:
    assert len(replies(b"100 result=0 Trying...\n200 result=0\n")) == 1


def test_numbers() -> None:
    assert Reply(200, "49").number == 49
    assert Reply(200, "-1").number == -1
    assert Reply(200, "").number is None
    assert Reply(200, "9" * 4000).number is None, "a digit string is no number to compute with"


def test_header_keeps_blanks_and_empty_values() -> None:
    (header,) = AgiParser().feed(b"agi_arg_1:  two blanks \nagi_x:\nagi_accountcode: \n\n")
    assert header == Header({"arg_1": " two blanks ", "x": "", "accountcode": ""})


def test_bytes_that_are_no_utf8_do_not_stop_the_call() -> None:
    (header,) = AgiParser().feed(b"agi_calleridname: \xd5\xc5\xc8\xfd\n\n")
    assert isinstance(header, Header)
    assert "\ufffd" in header.values["calleridname"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\n",
        b"\n",
        b"agi_no_colon\n",
        b"OPTIONS sip:x SIP/2.0\n",
    ],
)
def test_what_is_no_header(garbage: bytes) -> None:
    with pytest.raises(AgiProtocolError):
        list(AgiParser().feed(garbage))


@pytest.mark.parametrize("garbage", [b"\n", b"result=0\n", b"2000 result=0\n", b"hello\n", b"20\n"])
def test_what_is_no_reply(garbage: bytes) -> None:
    parser = AgiParser()
    list(parser.feed(HEADER))
    with pytest.raises(AgiProtocolError, match="not an AGI reply"):
        list(parser.feed(garbage))


SMALL = Limits(header_lines=3, header_bytes=60, line_bytes=50, reply_lines=4)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"agi_a: 1\nagi_b: 1\nagi_c: 1\nagi_d: 1\n", "more than 3 lines"),
        (b"agi_a: " + b"x" * 60, "header longer than 60 bytes"),
        (b"agi_a: " + b"x" * 30 + b"\nagi_b: " + b"x" * 30 + b"\n", "header longer than 60 bytes"),
        (b"agi_a: 1\n\n200 result=1 (" + b"x" * 60, "line longer than 50 bytes"),
        (b"agi_a: 1\n\n520-a\nb\nc\nd\ne\n", "more than 4 lines"),
        (b"agi_a: 1\n\n200 result=1 (a\nb\nc\nd\ne\n", "more than 4 lines"),
    ],
)
def test_limits(data: bytes, message: str) -> None:
    with pytest.raises(AgiProtocolError, match=message):
        list(AgiParser(SMALL).feed(data))


def outcome(pieces: list[bytes]) -> tuple[list[Item], str]:
    parser = AgiParser(SMALL)
    items: list[Item] = []
    try:
        for piece in pieces:
            for item in parser.feed(piece):
                items.append(item)
    except AgiProtocolError as error:
        return items, str(error)
    return items, f"at boundary: {parser.at_boundary}"


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    b"agi_a: 1\n",
                    b"\n",
                    b"HANGUP\n",
                    b"200 result=1 (",
                    "é)\n".encode(),
                    b"520-x\n",
                    b"520 y\n",
                    b"511 z\n",
                ]
            ),
            st.binary(max_size=12),
        ),
        max_size=20,
    ).map(b"".join),
    st.lists(st.integers(0, 200), max_size=20),
)
@settings(max_examples=400)
def test_whatever_comes_its_split_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    edges = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    assert outcome(pieces) == outcome([stream])
    assert outcome([stream[i : i + 1] for i in range(len(stream))]) == outcome([stream])


@pytest.mark.parametrize(
    "caller",
    [
        b"139\nagi_arg_1: 2000",  # an argument of his own, before the dialplan's
        b"139\n\n200 result=1",  # the end of the header, and a reply
        b"139\nno header",
    ],
)
def test_a_header_that_the_caller_has_written_into_is_no_header(caller: bytes) -> None:
    """Asterisk copies a line feed in the caller ID as it is; arguments come after it."""
    header = HEADER.removesuffix(b"\n") + b"agi_callerid: " + caller + b"\nagi_arg_1: 1000\n\n"
    with pytest.raises(AgiProtocolError):
        list(AgiParser().feed(header))
