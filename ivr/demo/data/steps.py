"""The steps of a made-up call's flow, as the journal keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dialplan.model import Site
from ivr.demo.data.plan import Plan, Stay, moment
from ivr.demo.data.tables import Rows
from ivr.storage import models as m

_LANGUAGE_KEYS = {"zh-CN": "1", "en-US": "2", "ko-KR": "3"}


@dataclass
class Steps:
    """Where the steps of one call are added, in order."""

    rows: Rows
    call_id: int
    seq: int = 0

    def add(self, at: float, step: str, kind: str, event: str, detail: dict[str, Any] | None = None) -> None:
        """Add one."""
        self.seq += 1
        self.rows.add(m.Step, self.rows.id(m.Step), self.call_id, self.seq, moment(at), step, kind, event, detail or {})


def write_steps(plan: Plan, site: Site, steps: Steps) -> None:
    """Add the steps of a call."""
    at, language = plan.started + 0.004, plan.language
    steps.add(at, "answer", "answer", "enter")
    steps.add(at + 0.04, "language", "language", "enter")
    if plan.ended < plan.greeted:
        return
    steps.add(at + 0.05, "language", "language", "prompt", {"prompt": "language-offer-1", "language": "zh-CN"})
    steps.add(plan.greeted, "language", "language", "key", {"key": _LANGUAGE_KEYS[language], "language": language})
    hour = (moment(plan.started).hour + 8) % 24
    part = "morning" if 5 <= hour < 12 else "afternoon" if hour < 18 else "evening"
    greeting = {"prompt": f"greeting-{part}", "language": language}
    steps.add(plan.greeted + 0.01, "greeting", "greeting", "enter")
    steps.add(plan.greeted + 0.02, "greeting", "greeting", "prompt", greeting)
    if plan.menu_at is None and not plan.closed:
        return
    gate = plan.greeted + 8.0
    if gate > plan.ended:
        return
    steps.add(gate, "hours", "hours", "enter")
    steps.add(gate, "hours", "hours", "closed" if plan.closed else "open", {"hours": "service"})
    if plan.closed:
        steps.add(gate + 0.01, "closed", "play", "enter")
        steps.add(gate + 0.02, "closed", "play", "prompt", {"prompt": "closed", "language": language})
    else:
        _menu(plan, site, steps)
    if plan.message:
        begin = plan.message[0] - 4.7
        steps.add(begin, "voicemail", "voicemail", "enter")
        steps.add(begin + 0.01, "voicemail", "voicemail", "prompt", {"prompt": "voicemail-intro", "language": language})
        steps.add(plan.message[0], "voicemail", "voicemail", "record", {"seconds": 120})


def _menu(plan: Plan, site: Site, steps: Steps) -> None:
    assert plan.menu_at is not None
    steps.add(plan.menu_at, "main-menu", "menu", "enter")
    steps.add(plan.menu_at + 0.01, "main-menu", "menu", "prompt", {"prompt": "main-menu", "language": plan.language})
    if plan.chosen_at is None:
        return
    steps.add(plan.chosen_at, "main-menu", "menu", "key", {"key": plan.chosen})
    if not plan.stays:
        return
    first = plan.stays[0]
    steps.add(plan.chosen_at + 0.01, "route", "branch", "enter")
    steps.add(plan.chosen_at + 0.02, first.queue, "queue", "enter")
    steps.add(
        plan.chosen_at + 0.03, first.queue, "queue", "prompt", {"prompt": "queue-join", "language": plan.language}
    )
    steps.add(first.joined - 0.02, first.queue, "queue", "join", {"queue": first.queue})
    for place, stay in enumerate(plan.stays):
        _held(stay, steps)
        if place + 1 < len(plan.stays) and stay.completed is not None:
            to = site.queues[plan.stays[place + 1].queue].extension or ""
            detail = {"kind": "blind", "agent": stay.agent, "to": to}
            steps.add(stay.completed, "transfer", "talk", "transfer", detail)
    last = plan.stays[-1]
    if plan.called_back:
        steps.add(last.left + 0.02, first.queue, "queue", "leave", {"status": "KEY"})
        steps.add(last.left + 0.04, f"call-back-{first.queue}", "callback", "enter")
    elif last.outcome == "timeout":
        steps.add(last.left + 0.02, first.queue, "queue", "leave", {"status": "TIMEOUT"})
        steps.add(last.left + 0.04, "busy", "play", "enter")
        steps.add(last.left + 0.05, "busy", "play", "prompt", {"prompt": "queue-timeout", "language": plan.language})
    elif last.completed is not None and last.ended_by == "agent":
        steps.add(last.completed + 0.02, first.queue, "queue", "leave", {"status": "CONTINUE"})
        _asked(plan, steps, last.completed + 0.04)


def _held(stay: Stay, steps: Steps) -> None:
    if stay.exemplar is None or stay.connected is None:
        return
    for begin, end in stay.exemplar.holds:
        who = {"by": "agent", "agent": stay.agent}
        steps.add(stay.connected + begin, "hold", "talk", "hold", who)
        steps.add(stay.connected + end, "hold", "talk", "unhold", who)


def _asked(plan: Plan, steps: Steps, at: float) -> None:
    steps.add(at, "survey", "survey", "enter")
    for question, answer, asked, answered in plan.answers:
        prompt = {"prompt": f"survey-{question}", "language": plan.language}
        steps.add(asked, "survey", "survey", "asked", {"question": question})
        steps.add(asked + 0.01, "survey", "survey", "prompt", prompt)
        if answered is not None:
            steps.add(answered, "survey", "survey", "key", {"key": answer, "question": question})
    if all(answered is not None for *_, answered in plan.answers):
        steps.add(plan.ended - 5.0, "thanks", "hangup", "enter")


__all__ = ["Steps", "write_steps"]
