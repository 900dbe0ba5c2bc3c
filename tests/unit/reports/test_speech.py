"""What a verdict rests on, as people read it: every strong place, each once, at the time of the call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ivr.reports.findings import Finding, Hit
from ivr.reports.judged import findings
from ivr.reports.tracks import Track
from ivr.storage.models import Verdict

TRACK = Track(7, "agent", "agent-lee", "2.0-agent.wav", "closed", 20.0, 30.0)


def hit(start: float, end: float, heard: str, score: float, *, strong: bool = True) -> dict[str, Any]:
    return {"start": start, "end": end, "heard": heard, "score": score, "strong": strong}


def finding(*hits: dict[str, Any], value: str = "said") -> Finding:
    row = Verdict(
        call_id=1,
        recording_id=7,
        agent="agent-lee",
        run="r",
        rule="brush-off",
        norm="D1",
        forbidden=True,
        value=value,
        passed=value != "said",
        score=100.0,
        start_s=1.0 if hits else None,
        end_s=2.0 if hits else None,
        evidence={"heard": "first", "speaker": "agent", "hits": list(hits)},
        rulebook="ko-kr",
        rulebook_version="1",
        model="m",
        thresholds="1",
        created_at=datetime(2026, 3, 4, tzinfo=UTC),
    )
    return findings([row], [TRACK])[0]


def test_every_strong_place_is_told_in_order_of_time() -> None:
    one = finding(hit(5, 6, "later", 90), hit(1, 2, "first", 100))
    assert one.hits == (Hit(21, 22, "first"), Hit(25, 26, "later"))
    assert one.told == "first · later"
    assert one.places == one.hits


def test_of_what_lies_over_one_another_the_most_like_its_phrase_is_told() -> None:
    one = finding(hit(1, 2, "whole phrase", 100), hit(1.3, 2, "phrase", 95))
    assert one.told == "whole phrase"


def test_weak_evidence_is_not_told_as_heard() -> None:
    one = finding(hit(1, 2, "first", 100), hit(8, 9, "perhaps", 60, strong=False))
    assert one.told == "first"


def test_what_was_not_said_has_no_place() -> None:
    one = finding(hit(1, 2, "closest", 70, strong=False), value="not_said")
    assert one.places == ()
    assert one.hits == ()


def test_evidence_without_places_falls_back_on_the_verdicts_own() -> None:
    one = finding(hit(1, 2, "first", 100))
    bare = finding()
    assert one.places == (Hit(21, 22, "first"),)
    assert bare.places == ()
