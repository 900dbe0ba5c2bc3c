"""Whether the calls went as described and the verdicts are right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.core.language import Text
from ivr.demo.parts import EXPECTED, PARTS, Expected, Part
from ivr.reports.model import CallStory

_RECORDED = {"answered": {"caller", "agent"}, "abandoned": {"caller"}, "voicemail": {"caller", "voicemail"}}


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that is not as described; ``part`` is the caller's id."""

    part: int
    text: Text


def compare(stories: Sequence[CallStory]) -> list[Deviation]:
    """Hold each story against what its part promises, in order of the parts."""
    found: list[Deviation] = []
    for part, story in zip(PARTS, stories, strict=True):
        found += [Deviation(part.id, text) for text in _wrong(part, EXPECTED[part.id], story)]
    return found


def _wrong(part: Part, expected: Expected, story: CallStory) -> Iterator[Text]:
    keys = tuple(key for step in story.path for key, _ in step.keys)
    facts = (
        ("outcome", "结果", story.outcome, expected.outcome),
        ("hung up by", "挂机方", story.hung_up_by, expected.hung_up_by),
        ("number", "被叫号码", story.number, part.dials),
        ("route", "路由", story.route, "engine"),
        ("language", "语言", story.language, "ko-KR"),
        ("keys", "按键", keys, expected.keys),
        ("time-outs", "超时次数", sum(step.timeouts for step in story.path), expected.timeouts),
        (
            "recordings",
            "录音",
            {track.role for track in story.tracks if track.state == "closed" and track.sha256},
            _RECORDED[expected.outcome],
        ),
        (
            "verdicts",
            "评判",
            {finding.rule: finding.mark for finding in story.findings if finding.rule in expected.passed},
            {rule: _word(passed) for rule, passed in expected.passed.items()},
        ),
    )
    for en, zh, seen, wanted in facts:
        if seen != wanted:
            yield Text(
                f"{en}: {_plain(seen)}, described as {_plain(wanted)}", f"{zh}：{_plain(seen)}，应为 {_plain(wanted)}"
            )


def _word(passed: bool | None) -> str:
    return {True: "pass", False: "fail", None: "not_applicable"}[passed]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in sorted(value.items())) or "none"
    if isinstance(value, set | tuple):
        return " ".join(sorted(map(str, value)) if isinstance(value, set) else map(str, value)) or "none"
    return str(value) or "none"
