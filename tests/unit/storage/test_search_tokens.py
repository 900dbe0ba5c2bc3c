"""How texts and queries are cut, and that nothing typed is anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import UsageError
from ivr.storage.search.keyed import keyed, plainly, spellings
from ivr.storage.search.tokens import shown, tokens_of
from ivr.storage.search.words import LONGEST, fts5, parse, tsquery


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("我要退款", "我要 要退 退款"),
        ("我 要 退款", "我要 要退 退款"),  # where the recogniser put spaces says nothing
        ("好", "好"),
        ("退款，谢谢", "退款 谢谢"),
        ("환불을 요청", "환불 불을 요청"),
        ("네", "네"),
        ("Don\u2019t call ＢＡＣＫ", "dont call back"),
        ("order 12-345", "order 12 345"),
        ("用 WiFi 上网", "用 wifi 上网"),
        ("A款 환불 ok", "a 款 환불 ok"),
        ("卡号是六二二二 零二一二 三四五六 谢谢", "卡号 号是 谢谢"),
        ("my card is four two four two four two four two four please", "my card is please"),
        ("번호는 공일공 이삼사오 육칠팔구", "번호 호는"),
        ("call 138 0013 8000 or 123 456 78", "call or 123 456 78"),
        ("カード決済", "カー ード ド決 決済"),
        ("\x00 \ue000 ' \" *", ""),
    ],
)
def test_texts_are_cut_by_script(text: str, row: str) -> None:
    assert " ".join(tokens_of(text).row) == row


def test_single_characters_are_kept_beside_the_row() -> None:
    assert tokens_of("我要 退 환불 ok").singles == frozenset("我要退환불")


@given(st.text(max_size=200))
def test_tokens_are_letters_digits_and_what_lies_beside_han(text: str) -> None:
    for token in (*tokens_of(text).row, *tokens_of(text).singles):
        assert token == token.strip() and token and len(token) <= 64
        assert all(char.isalnum() or char >= "\u3005" for char in token), repr(token)  # never a sign of ASCII


@given(st.text(max_size=60))
def test_what_is_said_is_found_by_a_part_of_itself(text: str) -> None:
    row = tokens_of(text).row
    for term in parse(f'"{text.replace(chr(34), " ")}"') if row else ():
        for phrase in term.phrases:
            everywhere = [row[at : at + len(phrase)] for at in range(len(row))]
            assert phrase in everywhere or phrase[0] in tokens_of(text).singles


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("退款", '((("退款")))'),
        ("refund order", '((("refund")) AND (("order")))'),
        ('"my order"', '((("my order")))'),
        ("“我的订单”", '((("我的 的订 订单")))'),
        ("refund -hello", '(((("refund"))) NOT (("hello")))'),
        ("refund NOT hello", '(((("refund"))) NOT (("hello")))'),
        ("agent:bye", '(({agent} : (("bye"))))'),
        ("坐席：再见", '(({agent} : (("再见"))))'),
        ('客户:"我要"', '(({caller} : (("我要"))))'),
        ("退", '((("退")))'),
        ("A 或 B", '((("a")) AND (("或")) AND (("b")))'),
        ("NEAR(a b) *", '((("near a")) AND (("b")))'),
        ('x" OR caller:"y', '((("x")) AND (("or caller")) AND (("y")))'),
    ],
)
def test_queries_are_cut_the_same_way(query: str, wanted: str) -> None:
    assert fts5(parse(query), [plainly]) == wanted


def test_in_postgresql_a_phrase_is_a_row_and_a_side_a_weight() -> None:
    assert tsquery(parse('agent:"my order" -x'), [plainly]) == "((('my':A <-> 'order':A))) & !((('x')))"


def test_with_a_key_both_spellings_are_looked_for() -> None:
    key = b"k" * 32
    hashed = keyed(key)("refund")
    assert hashed != "refund"
    assert hashed in fts5(parse("refund"), spellings(key)) and "refund" in tsquery(parse("refund"), spellings(key))
    assert keyed(b"other")("refund") != hashed


@given(st.text(max_size=LONGEST))
def test_nothing_typed_is_syntax(query: str) -> None:
    try:
        terms = parse(query)
    except UsageError:
        return
    if terms:
        for words in (fts5(terms, [plainly]), tsquery(terms, [plainly])):
            assert words.count("(") == words.count(")") and words.count('"') % 2 == 0 and words.count("'") % 2 == 0
            assert "\x00" not in words


@pytest.mark.parametrize("query", ["x" * 10_000, "-hello", " ".join("abcdefghijklmnopqrstuvwxyz"), "字" * 299])
def test_too_much_and_only_exclusions_are_refused(query: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(query)
    assert caught.value.cure


@pytest.mark.parametrize("query", ["", " ", '""', "-", '"', "...", "agent:", "\x00"])
def test_nothing_is_nothing(query: str) -> None:
    assert parse(query) == ()


def test_a_transcript_is_shown_without_the_recognisers_spaces() -> None:
    assert shown("您 好 ABC 公司 ok go") == "您好 ABC 公司 ok go"
