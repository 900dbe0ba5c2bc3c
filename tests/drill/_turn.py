"""A flow that is put in force anew under its callers: the keys of its menu lead elsewhere then."""

from __future__ import annotations

from ivr.storage.models import Call

PARKED = "\nparked: {title: Parked, max_wait: 600}\n"
FLOW = """\
start: answer
steps:
  answer: {{step: answer, next: menu}}
  menu: {{step: menu, prompts: [main-menu], choices: {choices}, timeout: {timeout}, tries: {tries}}}
{more}  bye: {{step: hangup, prompts: [goodbye]}}
"""


def flows(*, timeout: int, tries: int, two: str) -> tuple[str, str]:
    """The flow before and after the turn.

    Args:
        timeout, tries: of its menu, in seconds and times.
        two: where key 2, which led to the queue, leads after the turn.
    """
    old = FLOW.format(
        choices="{1: first, 2: line}",
        timeout=timeout,
        tries=tries,
        more="  first: {step: play, prompts: [thanks-for-calling], next: bye}\n"
        "  line: {step: queue, queue: parked, keys: {9: left}, after: bye, timeout: bye}\n"
        "  left: {step: hangup, prompts: [goodbye]}\n",
    )
    new = FLOW.format(
        choices=f"{{1: second, 2: {two}}}",
        timeout=timeout,
        tries=tries,
        more="  second: {step: play, prompts: [queue-nobody], next: bye}\n",
    )
    return old, new


def path_of(call: Call) -> list[str]:
    """The steps a call has come to."""
    return [step.step for step in call.steps if step.event == "enter"]
