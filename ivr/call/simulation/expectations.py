"""What a simulated call did otherwise than its scenario expects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.call.simulation.files import Written
from ivr.call.simulation.scenario import GAP
from ivr.call.simulation.story import Item, Story
from ivr.core.language import Text


@dataclass(frozen=True, slots=True)
class Difference:
    """One expectation that was not met.

    Args:
        where: ``file:line:column`` of it.
        what: its name.
        expected, actual: as they are shown.
        text: what is different.
    """

    where: str
    what: str
    expected: str
    actual: str
    text: Text

    def as_dict(self) -> dict[str, str]:
        """As plain data for ``--json``."""
        return {
            "where": self.where,
            "what": self.what,
            "expected": self.expected,
            "actual": self.actual,
            "text": self.text.en,
            "text_zh": self.text.zh,
        }


def differences(written: Written, story: Story) -> list[Difference]:
    """All of them, in the order in which the settings are described."""
    return list(_differences(written, story))


def _differences(written: Written, story: Story) -> Iterator[Difference]:
    expect = written.scenario.expect
    if expect.path is not None and (at := mismatch(expect.path, story.path, story.flow)) is not None:
        yield _path(written, expect.path, story, at)
    yield from _heard(written, story)
    plain: dict[str, tuple[str | bool | None, str | bool]] = {
        "language": (expect.language, story.language),
        "outcome": (expect.outcome, story.outcome),
        "ended": (expect.ended, story.ended),
        "recorded": (expect.recorded, story.recorded),
    }
    for what, (wanted, was) in plain.items():
        if wanted is not None and wanted != was:
            yield _other(written, story, (what,), _plain(wanted), _plain(was))
    for name, value in expect.variables.items():
        if (was := story.variables.get(name, "")) != value:
            yield _other(written, story, ("variables", name), value, was)
    if story.ended == "emergency" and expect.ended is None:
        yield _other(written, story, ("ended",), "line", "emergency")


def _plain(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _other(written: Written, story: Story, path: tuple[str, ...], wanted: str, was: str) -> Difference:
    what = path[-1]
    en = f"{what}: {wanted or '(nothing)'} expected, was {was or '(nothing)'}"
    zh = f"{what}：应为 {wanted or '（空）'}，实为 {was or '（空）'}"
    if what == "ended" and story.problem:
        en, zh = f"{en}: {story.problem}", f"{zh}：{story.problem}"
    return Difference(written.where("expect", *path), what, wanted, was, Text(en, zh))


def mismatch(wanted: Sequence[str], was: Sequence[str], flow: str = "") -> int | None:
    """Where in ``wanted`` it stops to fit ``was``; None when it fits. ``...`` stands for any number of steps.

    Args:
        flow: of the call, whose steps may be named with it or without.
    """
    names = [step.removeprefix(f"{flow}/") if flow else step for step in wanted]
    reached = {0}  # places in ``was`` up to which ``wanted`` may fit so far
    for index, name in enumerate(names):
        if name == GAP:
            following = set(range(min(reached), len(was) + 1))
        else:
            following = {place + 1 for place in reached if place < len(was) and was[place] == name}
        if not following:
            return index
        reached = following
    return None if len(was) in reached else len(names)


def _path(written: Written, wanted: Sequence[str], story: Story, at: int) -> Difference:
    was = story.path
    if at < len(wanted):
        before = wanted[at - 1] if at else ""
        after_en, after_zh = (f" after {before}", f"（在 {before} 之后）") if before else ("", "")
        text = Text(f"path: {wanted[at]} expected{after_en}", f"路径：应为 {wanted[at]}{after_zh}")
        if GAP not in wanted[:at]:
            came = was[at] if at < len(was) else ""
            text = Text(f"{text.en}, was {came or 'the end of the call'}", f"{text.zh}，实为 {came or '通话结束'}")
        place = written.where("expect", "path", at)
    else:
        last, came = (wanted[-1] if wanted else "", was[-1] if was else "")
        text = Text(
            f"path: the call ends in {came}, not in {last or 'the beginning'}",
            f"路径：通话在 {came} 结束，而非 {last or '开头'}",
        )
        place = written.where("expect", "path", len(wanted) - 1) if wanted else written.where("expect", "path")
    return Difference(place, "path", " → ".join(wanted), " → ".join(was), text)


def _heard(written: Written, story: Story) -> Iterator[Difference]:
    expect, sounds = written.scenario.expect, story.sounds
    place = 0
    for index, wanted in enumerate(expect.heard):
        found = next((one for one in range(place, len(sounds)) if is_heard(wanted, sounds[one])), None)
        if found is None:
            earlier = any(is_heard(wanted, one) for one in sounds)
            text = (
                Text(f"heard, but not in this order: {wanted}", f"听到了，但顺序不同：{wanted}")
                if earlier
                else Text(f"not heard: {wanted}", f"没有听到：{wanted}")
            )
            actual = ", ".join(dict.fromkeys(one.detail["prompt"] for one in sounds))
            yield Difference(written.where("expect", "heard", index), "heard", wanted, actual, text)
            break
        place = found + 1
    for index, wanted in enumerate(expect.not_heard):
        if any(is_heard(wanted, one) for one in sounds):
            text = Text(f"heard: {wanted}", f"不应听到：{wanted}")
            yield Difference(written.where("expect", "not_heard", index), "not_heard", wanted, wanted, text)


def is_heard(wanted: str, sound: Item) -> bool:
    """Whether a sound is the prompt of that id, or says that."""
    return wanted == sound.detail["prompt"] or wanted in str(sound.detail.get("text", ""))


__all__ = ["Difference", "differences", "is_heard", "mismatch"]
