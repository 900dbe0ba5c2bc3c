"""Scorecards: verdicts weighed, sections, manual items, and cards of older rows."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.core.language import Text
from recording.compliance import reasons
from recording.compliance.verdict import Value, Verdict
from recording.rulebooks.load import pack
from recording.rulebooks.model import ManualItem, Rulebook, Section, Title
from recording.scorecards import Outcome, card_of, score


def verdict(rule: str, passed: bool | None, value: Value = Value.SAID, **rest: Any) -> Verdict:
    return Verdict(
        rule=rule,
        norm="C1",
        title=Text(rule, rule),
        forbidden=rest.pop("forbidden", False),
        value=value,
        passed=passed,
        reason=rest.pop("reason", reasons.HEARD),
        by="agent",
        weight=rest.pop("weight", 10.0),
        fail_all=rest.pop("fail_all", False),
    )


def rulebook() -> Rulebook:
    """The Korean pack with two sections and a manual item."""
    found = pack("ko-KR")
    rules = [rule.model_copy(update={"section": "talk"}) for rule in found.rules]
    title = Title(en="empathy", zh="共情")
    manual = ManualItem(id="by-ear", norm="C9", title=title, reason=title, section="ear", weight=5, fail_all=True)
    sections = [Section(name="ear", title=title), Section(name="talk", title=title)]
    return found.model_copy(update={"rules": rules, "manual": [manual], "sections": sections})


@pytest.mark.parametrize(
    ("made", "outcome", "points"),
    [
        (verdict("a", True), Outcome.PASS, 10.0),
        (verdict("a", False, Value.NOT_SAID), Outcome.FAIL, 0.0),
        (verdict("a", None, Value.CANNOT_TELL), Outcome.UNDECIDED, None),
        (verdict("a", None, Value.NOT_APPLICABLE), Outcome.NOT_APPLICABLE, None),
    ],
)
def test_what_a_verdict_comes_to(made: Verdict, outcome: Outcome, points: float | None) -> None:
    (item,) = score([made]).items
    assert (item.outcome, item.points) == (outcome, points)
    (line,) = card_of([item.to_dict()]).lines
    assert line.automatic is outcome


def test_manual_items_are_on_the_card_and_count_nothing_yet() -> None:
    book = rulebook()
    card = score([verdict(rule.id, True) for rule in book.rules], book)
    assert card.items[0].rule == "by-ear"  # sections have the rulebook's order
    assert (card.items[0].value, card.items[0].points, card.for_person) == ("manual", None, 0)
    assert card.possible == 10.0 * len(book.rules)
    assert [(one.name, one.possible) for one in card.sections] == [("ear", 0), ("talk", card.possible)]
    shown = card_of([item.to_dict() for item in card.items])
    assert (shown.automatic.percent, shown.automatic.undecided) == (100.0, 1)
    broken = shown.with_review({"by-ear": Outcome.FAIL})
    assert (broken.final.points, broken.final.failed_all, broken.automatic.points) == (0.0, True, card.points)


def test_a_decided_dispute_stands_above_a_review() -> None:
    card = card_of([score([verdict("a", False, Value.NOT_SAID)]).items[0].to_dict()])
    reviewed = card.with_review({"a": Outcome.FAIL, "unknown": Outcome.PASS})
    decided = reviewed.with_decisions({"a": Outcome.PASS})
    assert [one.lines[0].final for one in (card, reviewed, decided)] == [Outcome.FAIL, Outcome.FAIL, Outcome.PASS]
    assert decided.automatic.points == 0.0


def test_weight_nothing_can_still_fail() -> None:
    found = score([verdict("a", False, weight=0.0, fail_all=True), verdict("b", True)])
    card = card_of([item.to_dict() for item in found.items])
    assert card.automatic.failed_all and card.automatic.points == 0 == found.points


def test_rows_of_the_first_version_are_read() -> None:
    old = [
        {"rule": "a", "weight": 10, "points": 10, "value": "said", "fail_all": False},
        {"rule": "b", "weight": 10, "points": 0, "value": "not_said", "fail_all": True},
        {"rule": "c", "weight": 10, "points": None, "value": "cannot_tell", "fail_all": False},
        {"rule": "d", "weight": 10, "points": None, "value": "not_applicable", "fail_all": False},
        {"rule": "e", "weight": 10, "points": None, "value": "not_said", "fail_all": False},
    ]
    card = card_of(old)
    assert [line.automatic.value for line in card.lines] == [
        "pass",
        "fail",
        "undecided",
        "not_applicable",
        "not_applicable",
    ]
    assert (card.automatic.points, card.automatic.possible, card.automatic.failed_all) == (0.0, 20.0, True)
    assert card.lines[0].title == Text("a", "a")
