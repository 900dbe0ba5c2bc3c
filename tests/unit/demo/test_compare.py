"""A story that is not as described is a deviation, each by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ivr.demo.compare import compare
from ivr.demo.parts import EXPECTED, PARTS
from ivr.reports.findings import Finding
from ivr.reports.model import CallStory, PathStep
from ivr.reports.tracks import Track

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ROLES = {"answered": ("caller", "agent"), "abandoned": ("caller",), "voicemail": ("caller", "voicemail")}


def finding(rule: str, passed: bool | None) -> Finding:
    value = {True: "said", False: "not_said", None: "not_applicable"}[passed]
    blank = dict.fromkeys(
        ("heard", "phrase", "by", "speaker", "agent", "rulebook", "rulebook_version", "model", "thresholds", "norm"), ""
    )
    return Finding(
        rule=rule,
        title=PARTS[0].title,
        forbidden=False,
        value=value,
        passed=passed,
        score=None,
        start=None,
        end=None,
        missing=(),
        missing_parts=(),
        reason=PARTS[0].title,
        **blank,
    )


def as_described() -> list[CallStory]:
    stories = []
    for part in PARTS:
        wanted = EXPECTED[part.id]
        keys = tuple((key, True) for key in wanted.keys)
        stories.append(
            CallStory(
                id=part.id,
                linkedid=f"1.{part.id}",
                number=part.dials,
                caller=part.caller,
                language="ko-KR",
                flow="main",
                flow_version="1",
                route="engine",
                zone=UTC,
                started_at=NOON,
                ended_at=NOON,
                duration=1.0,
                answered=0.0,
                talk_s=0.0,
                outcome=wanted.outcome,
                hung_up_by=wanted.hung_up_by,
                path=(PathStep(0.0, "menu", "menu", keys=keys, timeouts=wanted.timeouts),),
                tracks=tuple(
                    Track(number, role, "", f"{number}.wav", "closed", 0.0, 1.0, sha256="ab")
                    for number, role in enumerate(ROLES[wanted.outcome])
                ),
                findings=tuple(finding(rule, passed) for rule, passed in wanted.passed.items()),
            )
        )
    return stories


def test_calls_as_described_have_no_deviation() -> None:
    assert compare(as_described()) == []


def test_each_thing_that_differs_is_named_with_its_caller() -> None:
    stories = as_described()
    stories[0] = replace(stories[0], outcome="abandoned", tracks=stories[0].tracks[:1])
    stories[2] = replace(stories[2], route="emergency", path=())
    found = [(one.part, one.text.en.split(":")[0]) for one in compare(stories)]
    assert found == [(1, "outcome"), (1, "recordings"), (3, "route"), (3, "keys"), (3, "time-outs")]


def test_a_verdict_that_differs_or_is_lacking_is_named() -> None:
    stories = as_described()
    stories[1] = replace(stories[1], findings=stories[1].findings[1:])
    silent = replace(stories[4].findings[0], passed=True, value="said")
    stories[4] = replace(stories[4], findings=(silent, *stories[4].findings[1:]))
    found = compare(stories)
    assert [one.part for one in found] == [2, 5]
    assert "opening pass" in found[1].text.en
    assert "opening fail" in found[1].text.en


def test_a_file_that_never_closed_is_a_deviation() -> None:
    stories = as_described()
    open_track = replace(stories[0].tracks[1], state="open", sha256="")
    stories[0] = replace(stories[0], tracks=(stories[0].tracks[0], open_track))
    assert [one.text.en.split(":")[0] for one in compare(stories)] == ["recordings"]
