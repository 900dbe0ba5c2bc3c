"""Numbers are written alike, whatever the provider sends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.numbering import Numbering, Rewrite, bare, normal, rewrites, spellings

BEIJING = Numbering(area="10", local=[8])
WORLD = Numbering(write="e164", area="10", local=[8])
KOREA = Numbering(country="82", lengths=[8, 9, 10], mobile=[], special=[], area="2")
AMERICA = Numbering(
    write="e164", country="1", international="011", national="1", lengths=[10], mobile=list("23456789"), special=[]
)


@pytest.mark.parametrize(
    ("sent", "national", "e164"),
    [
        ("+861088886666", "01088886666", "+861088886666"),
        ("00861088886666", "01088886666", "+861088886666"),
        ("861088886666", "01088886666", "+861088886666"),
        ("01088886666", "01088886666", "+861088886666"),
        ("88886666", "01088886666", "+861088886666"),
        ("8613912345678", "13912345678", "+8613912345678"),
        ("013912345678", "13912345678", "+8613912345678"),
        ("13912345678", "13912345678", "+8613912345678"),
        ("075588886666", "075588886666", "+8675588886666"),
        ("4001234567", "4001234567", "4001234567"),
        ("+864001234567", "4001234567", "4001234567"),
        ("95588", "95588", "95588"),
        ("110", "110", "110"),
        ("10086", "10086", "10086"),
        ("+821012345678", "00821012345678", "+821012345678"),
        ("00821012345678", "00821012345678", "+821012345678"),
        ("(010) 8888-6666", "01088886666", "+861088886666"),
        ("anonymous", "anonymous", "anonymous"),
        ("", "", ""),
        ("+", "+", "+"),
        ("9" * 30, "9" * 30, "9" * 30),
    ],
)
def test_chinas_plan(sent: str, national: str, e164: str) -> None:
    assert (normal(sent, BEIJING), normal(sent, WORLD)) == (national, e164)


@pytest.mark.parametrize(
    ("sent", "written", "plan"),
    [
        ("+821012345678", "01012345678", KOREA),
        ("0082212345678", "0212345678", KOREA),
        ("01012345678", "01012345678", KOREA),
        ("4155552671", "+14155552671", AMERICA),
        ("14155552671", "+14155552671", AMERICA),
        ("011861088886666", "+861088886666", AMERICA),
        ("911", "911", AMERICA),
        ("+86139", "+86139", Numbering(write="as-sent")),
    ],
)
def test_other_plans(sent: str, written: str, plan: Numbering) -> None:
    assert normal(sent, plan) == written


def test_a_providers_own_ways_come_first() -> None:
    rules = [Rewrite(begins="9", length=12, drop=1), Rewrite(begins="17951", drop=5)]
    plan = Numbering(rules=rules)
    assert normal("9013912345678"[:12], plan) == "01391234567"
    assert normal("1795113912345678", plan) == "13912345678"
    assert normal("95588", plan) == "95588"


NUMBERS = st.from_regex(r"\A\+?[0-9]{1,17}\Z")
PLANS = st.sampled_from([BEIJING, WORLD, KOREA, AMERICA, Numbering(), Numbering(write="as-sent")])


@settings(max_examples=40)
@given(NUMBERS, PLANS)
def test_every_spelling_is_the_same_number(number: str, plan: Numbering) -> None:
    found = spellings(number, plan)
    assert found[0] == number
    assert len(set(found)) == len(found)
    telling = plan if plan.write != "as-sent" else plan.model_copy(update={"write": "e164"})
    assert {normal(one, telling) for one in found[1:]} <= {normal(number, telling)}


@settings(max_examples=40)
@given(NUMBERS)
def test_what_is_written_stays_so(number: str) -> None:
    """A number that was rewritten once is not rewritten again; else reports would tell two callers apart."""
    for plan in (BEIJING, Numbering(), WORLD):
        once = normal(number, plan)
        if len(once) <= 16:
            assert normal(once, plan) == once


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_any_text_is_survived(text: str) -> None:
    for plan in (BEIJING, WORLD, KOREA):
        assert isinstance(normal(text, plan), str)
    assert bare(text) == text or bare(text).lstrip("+").isdigit()


def test_rewritings_hold_nothing_that_means_something_to_asterisk() -> None:
    for plan in (BEIJING, WORLD, KOREA, AMERICA):
        for rule in rewrites(plan):
            assert set(rule.begins + rule.add) <= set("+0123456789")
