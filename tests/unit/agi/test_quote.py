from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.agi.errors import AgiCommandError
from ivr.agi.quote import MAX_COMMAND_BYTES, MAX_WORDS, command_line, quote, split_command

TEXT = st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=["Cs"]), max_size=60)


@given(st.lists(TEXT, min_size=1, max_size=8))
def test_asterisk_reads_exactly_the_words_that_were_quoted(words: list[str]) -> None:
    line = command_line(words)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert split_command(line.decode().removesuffix("\n")) == words


@given(TEXT, st.sampled_from("\r\n\0"), TEXT)
def test_line_ends_and_nul_never_get_through(before: str, bad: str, after: str) -> None:
    with pytest.raises(AgiCommandError, match="line end or NUL"):
        command_line(["SET", "VARIABLE", "X", before + bad + after])


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("demo-short", "demo-short"),
        ("12#", "12#"),
        ("", '""'),
        ("a b", '"a b"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("${CALLERID(all)}", "${CALLERID(all)}"),
        ("王 x", '"王 x"'),
    ],
)
def test_only_what_needs_quotes_gets_them(word: str, quoted: str) -> None:
    assert quote(word) == quoted


# What Asterisk 22 made of these lines (SET VARIABLE V <text>, then GET VARIABLE V), measured.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a\\"b"', 'a"b'),
        ('"a\\\\b"', "a\\b"),
        ("a\\ b", "a b"),
        ('"tab\tx"', "tab\tx"),
        ('""', ""),
        ('"x"y"z w"', "xyz w"),
        ('"é €"', "é €"),
    ],
)
def test_words_are_split_as_asterisk_was_seen_to(text: str, value: str) -> None:
    assert split_command(f"SET  VARIABLE V {text} ") == ["SET", "VARIABLE", "V", value]


def test_the_longest_line_is_8191_bytes() -> None:
    room = MAX_COMMAND_BYTES - len(b"SET VARIABLE V \n")
    assert len(command_line(["SET", "VARIABLE", "V", "x" * room])) == MAX_COMMAND_BYTES == 8191
    with pytest.raises(AgiCommandError, match="8192 bytes"):
        command_line(["SET", "VARIABLE", "V", "x" * (room + 1)])
    with pytest.raises(AgiCommandError, match="bytes"):
        command_line(["SET", "VARIABLE", "V", "王" * (room // 3 + 1)])


def test_the_number_of_words_is_bounded() -> None:
    assert len(split_command(command_line(["NOOP"] * MAX_WORDS).decode().rstrip())) == MAX_WORDS
    for words in ([], ["NOOP"] * (MAX_WORDS + 1)):
        with pytest.raises(AgiCommandError, match="words"):
            command_line(words)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(AgiCommandError, match="valid text"):
        command_line(["VERBOSE", "\udc80"])
