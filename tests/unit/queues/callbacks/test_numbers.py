"""Which numbers are called back: national ones by pattern, and nothing else, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dialplan.waiting import CallbackSettings
from ivr.queues.callbacks.numbers import callable_number, dial_string

SETTINGS = CallbackSettings(
    dial="PJSIP/{number}@trunk",
    allowed=["1ZXXXXXXXXX", "0ZXXXXXXXXX", "0ZXXXXXXXXXX", "400XXXXXXX"],
    denied=["168", "0898168XXXX"],
)


@pytest.mark.parametrize(
    ("given_", "dialled"),
    [
        ("13900000001", "13900000001"),
        ("+8613900000001", "13900000001"),
        ("008613900000001", "13900000001"),
        ("+86 139-0000 0001", "13900000001"),
        ("+86 21 6888 0000", "02168880000"),
        ("(021) 6888.0000", "02168880000"),
        ("4008000000", "4008000000"),
    ],
)
def test_a_number_is_called_as_the_nation_writes_it(given_: str, dialled: str) -> None:
    assert callable_number(given_, SETTINGS) == dialled


@pytest.mark.parametrize(
    "number",
    [
        "",
        "anonymous",
        "+1 900 555 0100",
        "0019005550100",
        "+44 7700 900000",
        "1390000000",
        "139000000011",
        "16800000000",  # premium: denied by its beginning
        "+8616800000000",
        "08981680000",
        "1390000000x",
        "13900000001@evil",
        "13900000001&PJSIP/x",
        "13900000001,Set(x=1)",
        "13900000001\r\nAction: Originate",
        "１３９００００００００１",
        "+86+8613900000001",
        "*4513900000",
    ],
)
def test_everything_else_is_refused(number: str) -> None:
    assert callable_number(number, SETTINGS) is None


@given(st.text(max_size=40))
def test_whatever_is_dialled_is_digits_that_fit_a_pattern(text: str) -> None:
    number = callable_number(text, SETTINGS)
    if number is not None:
        assert number.isascii()
        assert number.isdigit()
        assert len(number) in {10, 11, 12}
        assert dial_string(number, SETTINGS) == f"PJSIP/{number}@trunk"


def test_only_digits_enter_what_is_dialled() -> None:
    with pytest.raises(ValueError, match="not a number"):
        dial_string("139&Local/x", SETTINGS)


@pytest.mark.parametrize(
    "dial",
    [
        "Local/{number}@x",
        "PJSIP/{number}@a&PJSIP/{number}@b",
        "PJSIP/trunk",
        "PJSIP/{number}@a,30,U(x)",
        "PJSIP/a/{number}",
    ],
)
def test_a_template_dials_one_number_at_one_place(dial: str) -> None:
    with pytest.raises(ValidationError):
        CallbackSettings(dial=dial, allowed=["1XX"])
