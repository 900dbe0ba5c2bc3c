"""Kappa, intervals and corrected rates, against published examples."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.review.correction import LEAST_EACH, Errors, rate, rogan_gladen
from recording.review.intervals import wilson
from recording.review.kappa import cohen, several

ANSWERS = st.sampled_from(["pass", "fail", "not_applicable"])


def pairs(table: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    return [pair for pair, count in table.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("reported", "of", "hits", "violations", "correct", "others", "low", "high"),
    [
        # Zs. Lang, J. Reiczigel, Prev. Vet. Med. 113 (2014): examples 1 to 4, as told in the manual of R package asht
        (4060, 11284, 178, 179, 358, 359, 0.349, 0.372),
        (51, 2971, 32, 33, 20, 20, 0.0, 0.053),
        (712, 11862, 8, 10, 12, 12, 0.0, 0.147),
        (259, 509, 84, 127, 96, 109, 0.58, 0.87),
        (51, 509, 23, 41, 187, 195, 0.037, 0.195),
    ],
)
def test_corrected_rates_of_the_paper(
    reported: int, of: int, hits: int, violations: int, correct: int, others: int, low: float, high: float
) -> None:
    found = rogan_gladen(reported, of, Errors(hits, violations - hits, correct, others - correct))
    digits = 3 if low in {0.0, 0.349, 0.037} else 2
    assert (round(found.low, digits), round(found.high, digits)) == (low, high)
    assert found.low <= found.value <= found.high


def test_the_estimate_is_that_of_rogan_and_gladen() -> None:
    # 23 of 150 positive, sensitivity 96 %, specificity 89 %: 5.1 % (manual of R package epiR, epi.prev)
    assert round(rogan_gladen(23, 150, Errors(96, 4, 89, 11)).value, 3) == 0.051


def test_a_rate_is_not_corrected_with_too_few_reviews() -> None:
    found = rate(30, 200, Errors(LEAST_EACH - 1, 0, 50, 2))
    assert found.corrected is None and found.raw is not None
    assert found.why is not None and "9 violations and 52 others; 10 of each" in found.why.en
    assert rate(30, 200, Errors(LEAST_EACH, 0, 50, 2)).corrected is not None


def test_a_rate_is_not_corrected_by_a_machine_that_guesses() -> None:
    found = rate(30, 200, Errors(10, 10, 20, 20))
    assert found.corrected is None and found.why is not None and "chance" in found.why.en
    with pytest.raises(ValueError, match="chance"):
        rogan_gladen(30, 200, Errors(10, 10, 20, 20))


def test_without_verdicts_there_is_no_rate() -> None:
    found = rate(0, 0, Errors(20, 1, 50, 2))
    assert (found.raw, found.corrected) == (None, None)
    assert found.why is not None


def test_the_correction_finds_the_true_rate_more_often_than_the_raw_one() -> None:
    chance = random.Random(3)
    true, sensitivity, specificity = 0.2, 0.75, 0.9
    inside = raw_inside = 0
    for _ in range(300):

        def machine(broken: bool, chance: random.Random = chance) -> bool:
            return chance.random() < (sensitivity if broken else 1 - specificity)

        reviewed = [(chance.random() < true) for _ in range(200)]
        told = [machine(one) for one in reviewed]
        errors = Errors(
            sum(a and b for a, b in zip(reviewed, told, strict=True)),
            sum(a and not b for a, b in zip(reviewed, told, strict=True)),
            sum(not a and not b for a, b in zip(reviewed, told, strict=True)),
            sum(not a and b for a, b in zip(reviewed, told, strict=True)),
        )
        found = rate(sum(machine(chance.random() < true) for _ in range(1000)), 1000, errors)
        assert found.corrected is not None and found.raw is not None
        inside += found.corrected.low <= true <= found.corrected.high
        raw_inside += found.raw.low <= true <= found.raw.high
    assert inside >= 0.92 * 300 > raw_inside


@given(st.integers(1, 400), st.data())
def test_wilson_holds_the_share(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    found = wilson(count, of)
    assert found is not None and 0 <= found.low <= found.value <= found.high <= 1


def test_wilson_of_a_known_example() -> None:
    # E. B. Wilson's score interval for 1 of 10: 0.0179 to 0.4042 (R. G. Newcombe, Stat. Med. 17 (1998))
    found = wilson(1, 10)
    assert found is not None and (round(found.low, 4), round(found.high, 4)) == (0.0179, 0.4042)
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="5 of 3"):
        wilson(5, 3)


def test_cohen_of_a_known_example() -> None:
    # 50 grant applications, 20 / 5 / 10 / 15: kappa 0.4 (en.wikipedia.org, "Cohen's kappa", simple example)
    found = cohen(pairs({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}))
    assert found.value == pytest.approx(0.4)
    assert (found.observed, found.expected) == (pytest.approx(0.7), pytest.approx(0.5))
    # With the error of Fleiss, Cohen and Everitt (1969), worked by hand: variance 0.016128
    assert found.low == pytest.approx(0.4 - 1.959964 * math.sqrt(0.016128), abs=1e-4)


def test_lopsided_answers_are_told() -> None:
    # Byrt, Bishop, Carlin (1993), the paradox: much agreement, small kappa, PABAK as the agreement says
    found = cohen(pairs({("pass", "pass"): 95, ("pass", "fail"): 2, ("fail", "pass"): 2, ("fail", "fail"): 1}))
    assert found.observed == pytest.approx(0.96)
    assert found.value is not None and found.value < 0.4
    assert found.pabak == pytest.approx(0.92)
    assert found.note is not None and "nearly all" in found.note.en


def test_kappa_of_one_answer_is_not_defined() -> None:
    found = cohen([("pass", "pass")] * 40)
    assert (found.value, found.observed) == (None, 1.0)
    assert found.note is not None and "not defined" in found.note.en
    assert cohen([]).note is not None


@given(st.lists(st.tuples(ANSWERS, ANSWERS), max_size=60))
def test_kappa_is_bounded_and_symmetric(found: list[tuple[str, str]]) -> None:
    there, back = cohen(found), cohen([(b, a) for a, b in found])
    if there.value is None:
        assert back.value is None
        return
    assert back.value == pytest.approx(there.value)
    assert -1 <= there.value <= 1
    assert there.low is not None and there.high is not None
    assert -1 <= there.low <= there.value + 1e-9 and there.value - 1e-9 <= there.high <= 1


def test_perfect_agreement_has_an_interval_with_a_lower_end() -> None:
    few, many = cohen([("pass", "pass"), ("fail", "fail")] * 3), cohen([("pass", "pass"), ("fail", "fail")] * 60)
    assert few.value == many.value == 1
    assert few.low is not None and many.low is not None and few.low < 0.3 < 0.9 < many.low


def test_fleiss_of_a_known_example() -> None:
    # 10 subjects, 14 raters, 5 categories: kappa 0.210 (en.wikipedia.org, "Fleiss' kappa", worked example)
    table = [
        (0, 0, 0, 0, 14),
        (0, 2, 6, 4, 2),
        (0, 0, 3, 5, 6),
        (0, 3, 9, 2, 0),
        (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0),
        (3, 2, 6, 3, 0),
        (2, 5, 3, 2, 2),
        (6, 5, 2, 1, 0),
        (0, 2, 2, 3, 7),
    ]
    ratings = []
    for counts in table:
        answers = [category for category, count in enumerate(counts) for _ in range(count)]
        ratings.append({f"r{index}": answer for index, answer in enumerate(answers)})
    found = several(ratings)  # type: ignore[arg-type]
    assert found.fleiss == pytest.approx(0.210, abs=0.0005)
    assert (found.subjects, found.raters, found.split) == (10, 14, 9)


def test_subjects_of_one_rater_are_left_out() -> None:
    assert several([{"a": "pass"}]).subjects == 0
    found = several([{"a": "pass"}, {"a": "pass", "b": "pass"}, {"a": "fail", "b": "pass", "c": "fail"}])
    assert (found.subjects, found.raters, found.split) == (2, 3, 1)
    assert found.observed == pytest.approx((1 + 1 / 3) / 2)


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), ANSWERS), max_size=20))
def test_fleiss_is_bounded(ratings: list[dict[str, str]]) -> None:
    found = several(ratings)  # type: ignore[arg-type]
    assert found.fleiss is None or found.fleiss <= 1 + 1e-9
    assert found.observed is None or 0 <= found.observed <= 1
