"""The smallest sound site, and what changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TINY_SITE: dict[str, str] = {
    "site.yaml": (
        "name: tiny\ncompany: {zh-CN: 小店}\nzone: Asia/Shanghai\nlanguages: [zh-CN]\ndefault_queue: service\n"
    ),
    "numbers.yaml": "1000: main\n",
    "queues.yaml": "service: {title: 客服}\n",
    "agents.yaml": "lee: {name: Lee, extension: 6001, number: 801, queues: [service]}\n",
    "hours.yaml": "office:\n  openings: [{days: [mon, tue], start: 09:00, end: 18:00}]\n",
    "flows/main.yaml": (
        "start: hello\n"
        "steps:\n"
        "  hello: {step: answer, next: greet}\n"
        "  greet: {step: greeting, next: wait}\n"
        "  wait: {step: queue, queue: service, timeout: bye}\n"
        "  bye: {step: hangup}\n"
    ),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A file as it would bring a problem about, and where the problem is told.

    Args:
        file: which file of the tiny site.
        text: what it holds instead; bytes where it is no text, None where it is not there.
        where: ``line:column`` of the problem.
        besides: what other files hold instead, without which it would be none.
    """

    file: str
    text: str | bytes | None
    where: str
    besides: Mapping[str, str | bytes | None] = field(default_factory=dict)


def site(old: str, new: str, where: str) -> Example:
    """site.yaml with ``old`` replaced."""
    return Example("site.yaml", TINY_SITE["site.yaml"].replace(old, new), where)


def flow(*lines: str, where: str) -> Example:
    """The greeting leads to ``menu``; the lines come after."""
    head = ("start: hello", "steps:", "  hello: {step: answer, next: greet}", "  greet: {step: greeting, next: menu}")
    return Example("flows/main.yaml", "\n".join([*head, *(f"  {line}" for line in lines), ""]), where)


WAIT = "wait: {step: queue, queue: service, timeout: bye}"
BYE = "bye: {step: hangup}"
MAIL = "mail: {step: voicemail}"
TRUNK = "main: {{host: 203.0.113.7, {}, numbers: {{01088886666: 1000}}}}\n"


def agents(second: str, where: str) -> Example:
    """agents.yaml with another agent."""
    return Example("agents.yaml", TINY_SITE["agents.yaml"] + second, where)


def hours(text: str, where: str) -> Example:
    """hours.yaml with another text."""
    return Example("hours.yaml", text, where)


__all__ = ["BYE", "MAIL", "TINY_SITE", "TRUNK", "WAIT", "Example", "agents", "flow", "hours", "site"]
