"""One thing that differs between two versions of a site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ivr.core.language import Text


class Section(StrEnum):
    """What kind of thing it is, in the order in which an admin wants to know."""

    NUMBERS = "numbers"
    CALLS = "calls"
    HOURS = "hours"
    STEPS = "steps"
    QUEUES = "queues"
    AGENTS = "agents"
    SITE = "site"
    PROMPTS = "prompts"

    @property
    def heading(self) -> Text:
        """Its heading."""
        return _HEADINGS[self]


_HEADINGS = {
    Section.NUMBERS: Text("Numbers", "号码"),
    Section.CALLS: Text("Calls that go elsewhere", "去向改变的呼叫"),
    Section.HOURS: Text("Hours", "营业时间"),
    Section.STEPS: Text("Steps", "步骤"),
    Section.QUEUES: Text("Queues", "队列"),
    Section.AGENTS: Text("Agents", "坐席"),
    Section.SITE: Text("Settings", "设置"),
    Section.PROMPTS: Text("Words of prompts", "提示音文本"),
}
NOTHING = Text("nothing", "无")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that differs.

    Args:
        section: what kind of thing.
        where: what it is about, e.g. ``number 1000, key 2``.
        was, now: old and new; None where there is none.
    """

    section: Section
    where: Text
    was: Text | None
    now: Text | None

    @property
    def text(self) -> Text:
        """The change in words."""
        if self.was is None and self.now is not None:
            return Text(f"{self.where.en}: new, {self.now.en}", f"{self.where.zh}：新增，{self.now.zh}")
        if self.now is None and self.was is not None:
            return Text(
                f"{self.where.en}: gone, was {self.was.en}", f"{self.where.zh}：已删除，原为{_gap(self.was.zh)}"
            )
        was, now = self.was or NOTHING, self.now or NOTHING
        return Text(
            f"{self.where.en}: was {was.en}, now {now.en}",
            f"{self.where.zh}：原为{_gap(was.zh)}，现为{_gap(now.zh)}",
        )

    def as_dict(self) -> dict[str, str | None]:
        """As plain data."""
        return {
            "section": self.section.value,
            "where": self.where.en,
            "was": self.was.en if self.was else None,
            "now": self.now.en if self.now else None,
            "text": self.text.en,
            "text_zh": self.text.zh,
        }


def _gap(text: str) -> str:
    """A blank between Chinese words and others."""
    return text if not text[:1].isascii() else f" {text}"


def joined(texts: Iterable[Text]) -> Text:
    """Texts one after another, with commas."""
    listed = list(texts)
    return Text(", ".join(one.en for one in listed), "，".join(one.zh for one in listed))


def plain(value: str) -> Text:
    """The same in both languages."""
    return Text(value, value)


__all__ = ["NOTHING", "Change", "Section", "joined", "plain"]
