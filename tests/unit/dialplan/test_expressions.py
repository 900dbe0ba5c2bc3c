"""Expressions: what they come to, what is refused and where, and that no text leads to anything else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.expressions import LONGEST, Expression, ExpressionError
from dialplan.reckoning import FUNCTIONS, LONGEST_TEXT, as_text

CALL = {
    "tries": "2", "status": "open", "amount": "12.50", "order": "007", "day": "2026-01-02", "at": "09:30",
    "vip": "true", "off": "false", "nought": "0", "name": "王先生",
}  # fmt: skip


def value(text: str) -> str | int | float | bool:
    """What an expression comes to in this call."""
    return Expression.parse(text).value(CALL)


@pytest.mark.parametrize(
    ("text", "comes_to"),
    [
        # text stays text unless a number is asked for
        ("order", "007"),
        ("order == '007'", True),
        ("order == '7'", False),
        ("order == 7", True),
        ("order != 7", False),
        ("status == 7", False),
        ("status != 7", True),
        ("tries == 2", True),
        ("amount == 12.5", True),
        ("vip == true", True),
        ("off == false", True),
        ("vip == 1", False),
        # order: numbers as numbers, dates and times as text
        ("'10' < '9'", False),
        ("tries < 3", True),
        ("1 < tries <= 2", True),
        ("day >= '2026-01-01'", True),
        ("'09:00' <= at < '12:00'", True),
        # sums
        ("tries + 1", 3),
        ("1 + tries * 2", 5),
        ("amount * 3", 37.5),
        ("0.1 + 0.2 == 0.3", True),
        ("'0' + order", "0007"),
        ("7 / 2", 3.5),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("7 % -3", -2),
        ("-tries", -2),
        ("+tries", 2),
        ("(1 + 2) * 3", 9),
        # what was never set
        ("nothing == ''", True),
        ("nothing", ""),
        ("int(nothing) + 1", 1),
        ("number(nothing) < 5", True),
        ("nothing == 0", False),
        ("nothing in 'abc'", False),
        ("nothing in ('', 'a')", False),
        # truth
        ("vip and not off", True),
        ("nought or nothing", False),
        ("off or name", True),
        ("not status", False),
        ("true and false", False),
        ("not 0", True),
        # membership
        ("status in ('new', 'open')", True),
        ("tries in (1, 2)", True),
        ("status not in ('new', 'open')", False),
        ("'pe' in status", True),
        ("5 in 'a5'", True),
        # functions
        ("int(amount)", 12),
        ("int('-12.9')", -12),
        ("number(amount)", 12.5),
        ("len(name)", 3),
        ("starts(name, '王')", True),
        ("ends(at, '30')", True),
        ("upper(status)", "OPEN"),
        ("lower('ABC')", "abc"),
        ("  tries  ", "2"),
        ("name == \"王先生\"", True),
    ],
)  # fmt: skip
def test_what_expressions_come_to(text: str, comes_to: object) -> None:
    found = value(text)
    assert found == comes_to
    assert type(found) is type(comes_to)
    assert Expression.parse(text).holds(CALL) is (found not in ("", "false", "0", 0, False))


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        ("", 1, "nothing"),
        ("   ", 1, "nothing"),
        ("tries = 3", 7, "=="),
        ("a.b", 2, "'.'"),
        ("a[0]", 2, "'['"),
        ("(a", 1, "a comparison or a sum"),
        ("a)", 2, "a comparison or a sum"),
        ("a b", 3, "a comparison or a sum"),
        ("a ==", 3, "a comparison or a sum"),
        ("a ** b", 1, "a comparison or a sum"),
        ("1, 2", 1, "a comparison or a sum"),
        ("(1, 2) == a", 1, "a comparison or a sum"),
        ("'王' == eval(1)", 8, "no such function"),
        ("  '王先生' == eval(1)", 12, "no such function"),
        ("a + __import__('os')", 5, "no variable"),
        ("open('/etc/passwd')", 1, "no such function"),
        ("int", 1, "brackets"),
        ("int(1, 2)", 1, "takes 1"),
        ("int(*a)", 1, "takes 1"),
        ("'a'(1)", 1, "no such function"),
        ("1 if a else 2", 3, "no variable"),
        ("lambda", 1, "no variable"),
        ("a is b", 3, "no variable"),
        ("True", 1, "write true"),
        ("a == None", 6, "write ''"),
        ("AND", 1, "write and"),
        ("Abc", 1, "no variable"),
        ("f'{a}'", 1, "quotes"),
        ("b'a'", 1, "quotes"),
        ("'a' 'b'", 5, "joins"),
        ("'''a'''", 3, "joins"),
        ("'a\\n'", 1, "not closed"),
        ("'a", 1, "not closed"),
        ("007", 1, "begins with 0"),
        ("1e9", 1, "15 digits"),
        ("0x10", 1, "15 digits"),
        ("1" * 16, 1, "15 digits"),
        ("a # b", 3, "'#'"),
        ("a\nb", 2, "'\\n'"),
        ("a\x00", 2, "'\\x00'"),
        ("\ud800", 1, "'\\ud800'"),
        ("ﬁ", 1, "quotes"),
        ("a" * (LONGEST + 1), LONGEST + 1, "longer"),
        ("+".join("a" * 60), 1, "deeply"),
        ("not " * 60 + "a", 161, "deeply"),
        ("(" * 140 + "a" + ")" * 140 + "b", 282, "a comparison or a sum"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, column: int, why: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(text)
    assert why in caught.value.why.en
    assert caught.value.column == column
    assert caught.value.why.zh != caught.value.why.en


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        ("1 + status", 1, "no number"),
        ("status < 3", 1, "a number and something"),
        ("vip < true", 1, "a number and something"),
        ("1 == 1 and nothing < 3", 12, "neither more nor less"),
        ("nothing + 1", 1, "make it 0"),
        ("int(status)", 1, "no number"),
        ("true + 1", 1, "no number"),
        ("1 / 0", 1, "divided by 0"),
        ("1 // 0", 1, "divided by 0"),
        ("1 % nought", 1, "divided by 0"),
        ("999999999999999 * 999999999999999", 1, "15 digits"),
        ("'a' * 100", 1, "no number"),
    ],
)
def test_what_cannot_be_reckoned_is_told_with_its_place(text: str, column: int, why: str) -> None:
    expression = Expression.parse(text)
    with pytest.raises(ExpressionError) as caught:
        expression.value(CALL)
    assert why in caught.value.why.en
    assert caught.value.column == column


def test_texts_do_not_grow() -> None:
    with pytest.raises(ExpressionError, match=str(LONGEST_TEXT)):
        Expression.parse("long + long").value({"long": "x" * 300})
    assert len(str(Expression.parse("upper(long)").value({"long": "ß" * LONGEST_TEXT}))) == LONGEST_TEXT


def test_names_are_the_variables() -> None:
    names = Expression.parse(
        "int(tries) < 3 and status in ('int', b) or true and number == '1' and number(c) > 0"
    ).names
    assert names == {"tries", "status", "b", "number", "c"}


@pytest.mark.parametrize(
    ("found", "text"),
    [(True, "true"), (False, "false"), (3, "3"), (12.5, "12.5"), (1 / 3, "0.333333"), (-0.0000001, "0"),
     (1e14, "1" + "0" * 14), ("a", "a")],
)  # fmt: skip
def test_results_as_text(found: str | float | bool, text: str) -> None:
    assert as_text(found) == text


WORDS = st.sampled_from(
    ["and", "or", "not", "in", "true", "false", "(", ")", ",", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/",
     "//", "%", "'", '"', ".", "[", "]", "{", "}", "**", ":", ":=", "lambda", "if", "else", "for", "x", "tries", "''",
     "'a'", "'12'", "9" * 15, "0", "1.5", "__class__", "\\", "\n", "#", "@", "~", "王", *FUNCTIONS]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=40).map("".join)
)
VALUES = st.dictionaries(st.sampled_from(["x", "tries"]), st.text(max_size=20) | st.integers().map(str), max_size=2)


@settings(max_examples=600, deadline=None)
@given(TEXTS, VALUES)
def test_no_text_leads_to_anything_but_a_value_or_an_error(text: str, variables: dict[str, str]) -> None:
    try:
        expression = Expression.parse(text)
        found = expression.value(variables)
    except ExpressionError as error:
        assert 1 <= error.column <= max(len(text), 1) + 1
        return
    assert type(found) in (str, int, float, bool)
    assert len(as_text(found)) <= LONGEST_TEXT
    assert all(name in text for name in expression.names)
    assert expression.value(variables) == found
