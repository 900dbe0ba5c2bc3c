from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import UsageError
from ivr.core.ids import is_safe_id, mask_number, new_secret, new_token, safe_id


@given(st.text() | st.text(alphabet="ab1._-/\\ \n\0é１", max_size=6))
def test_what_is_taken_as_an_id_is_one_plain_file_name_and_no_option(value: str) -> None:
    if not is_safe_id(value):
        with pytest.raises(UsageError) as caught:
            safe_id(value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 400
        return
    assert safe_id(value) == value
    assert value.isascii()
    assert value.isprintable()
    assert Path("/folder", value).resolve() == Path("/folder") / value
    assert not value.startswith("-")
    assert not set(value) & set(" /\\'\"$;&|<>*?`\n\r\t\0")
    assert 1 <= len(value) <= 128


@pytest.mark.parametrize("value", ["1700000000.1", "asterisk-1.2-caller.wav", "a", "_x", "A" * 128, "...", "1..2"])
def test_ids_of_asterisk_and_our_own_are_taken(value: str) -> None:
    assert safe_id(value) == value


@pytest.mark.parametrize("value", ["", ".", "..", "-rf", "a/b", "a b", "a\n", "\n", "A" * 129, "１", "a\0b", "é"])
def test_others_are_not(value: str) -> None:
    assert not is_safe_id(value)


@given(st.text(max_size=40))
def test_a_masked_number_shows_two_characters_at_most(number: str) -> None:
    masked = mask_number(number)
    assert masked.rstrip("*") == masked or set(masked) == {"*"} or len(masked.lstrip("*")) <= 2
    shown = masked.replace("*", "")
    assert len(shown) <= 2
    assert number.endswith(shown)
    assert 3 <= masked.count("*") <= 15
    assert "\n" not in masked


def test_masked_numbers() -> None:
    assert mask_number("13900001234") == "*********34"
    assert mask_number("1234") == "****"
    assert mask_number("") == "***"
    assert mask_number("+49 30 12\n") == "**********"
    assert mask_number("9" * 200) == "*" * 13 + "99"


def test_tokens_and_secrets_are_new_each_time() -> None:
    assert len({new_token() for _ in range(50)}) == 50
    assert all(is_safe_id(new_token()) for _ in range(50))
    assert all(len(new_secret()) == 24 for _ in range(50))
