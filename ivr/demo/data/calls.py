"""A made-up call as rows of the journal: the call, its legs and steps, its stays in queues, its talks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from dialplan.model import Site
from dialplan.version import site_version
from ivr.demo.data.plan import Plan, Rang, Stay
from ivr.demo.data.tables import Rows
from ivr.storage import models as m

PREFIX = "demo"
"""What the ids of made-up calls begin with, as the ids of an Asterisk that was given this name."""

_NORMAL, _ELSEWHERE, _NO_ANSWER = 16, 26, 19  # hangup causes, Q.850
_LANGUAGE_KEYS = {"zh-CN": "1", "en-US": "2", "ko-KR": "3"}


def moment(at: float) -> datetime:
    """Seconds since the epoch as a time."""
    return datetime.fromtimestamp(round(at, 6), UTC)


@dataclass(slots=True)
class Written:
    """A call that has its rows.

    Args:
        legs: uniqueid of the leg on which each stay's talk was had, by the stay's place.
    """

    id: int
    linkedid: str
    plan: Plan
    legs: Mapping[int, str]


@dataclass
class _Steps:
    rows: Rows
    call_id: int
    seq: int = 0

    def add(self, at: float, step: str, kind: str, event: str, detail: dict[str, Any] | None = None) -> None:
        self.seq += 1
        self.rows.add(m.Step, self.rows.id(m.Step), self.call_id, self.seq, moment(at), step, kind, event, detail or {})


@dataclass
class CallWriter:
    """Writes plans as rows.

    Args:
        site: whose flows they followed.
        rows: where to.
    """

    site: Site
    rows: Rows
    channels: int = 0
    _flows: dict[str, str] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """Of the site."""
        return site_version(self.site)

    def write(self, plan: Plan) -> Written:
        """Add the rows of a call."""
        call_id, linkedid = self.rows.id(m.Call), self._uniqueid(plan.started)
        flow = self.site.numbers.get(plan.number, "")
        channel = f"PJSIP/carrier-{self.channels:08x}"
        legs: dict[int, str] = {}
        evidence: dict[str, Any] = {"entered": True, f"records {linkedid}": moment(plan.started + 0.002).isoformat()}
        agents = []
        for place, stay in enumerate(plan.stays):
            agents += self._stay(call_id, linkedid, plan, place, stay, legs)
        if agents:
            evidence["bridged"] = [uniqueid for uniqueid, _ in agents]
        decided = "callback" if plan.called_back else "closed" if plan.closed and plan.outcome != "self_service" else ""
        evidence |= {"decided": decided} if decided else {}
        evidence |= {"voicemail": True} if plan.message else {}
        evidence["end_source"] = self._ended_by(plan, channel, agents)
        self.rows.add(
            m.Call, call_id, linkedid, plan.number, plan.caller, plan.language, flow, self.version, "engine",
            moment(plan.started), moment(plan.started + 0.005), moment(plan.ended), plan.outcome, plan.hung_up_by,
            evidence,
        )  # fmt: skip
        self.rows.add(
            m.Leg, self.rows.id(m.Leg), call_id, linkedid, channel, "caller", "", moment(plan.started),
            moment(plan.started + 0.005), moment(plan.ended), _NORMAL,
        )  # fmt: skip
        self._path(plan, _Steps(self.rows, call_id))
        self._answers(call_id, plan, flow)
        self._callback(linkedid, plan, flow)
        self._facts(call_id, plan)
        return Written(call_id, linkedid, plan, legs)

    def _uniqueid(self, at: float) -> str:
        self.channels += 1
        return f"{PREFIX}-{int(at)}.{self.channels}"

    def _ended_by(self, plan: Plan, channel: str, agents: list[tuple[str, str]]) -> str:
        if plan.hung_up_by == "agent" and agents:
            return agents[-1][1]
        return "dialplan/builtin" if plan.hung_up_by == "system" else channel

    def _stay(
        self, call_id: int, linkedid: str, plan: Plan, place: int, stay: Stay, legs: dict[int, str]
    ) -> list[tuple[str, str]]:
        visit_id = self.rows.id(m.QueueVisit)
        self.rows.add(
            m.QueueVisit, visit_id, call_id, stay.queue, moment(stay.joined), moment(stay.left), stay.position,
            stay.outcome, stay.agent, _moment(stay.connected), _moment(stay.completed), stay.ended_by,
        )  # fmt: skip
        joined = []
        for rang in stay.rings:
            uniqueid, channel = self._uniqueid(rang.begin), f"PJSIP/{self._extension(rang.agent)}-{self.channels:08x}"
            answered = rang.result == "answered"
            self._ring(call_id, visit_id, uniqueid, channel, rang, stay)
            if answered:
                legs[place] = uniqueid
                joined.append((uniqueid, channel))
                self._talk(call_id, linkedid, uniqueid, plan, place, stay, rang)
        return joined

    def _ring(self, call_id: int, visit_id: int, uniqueid: str, channel: str, rang: Rang, stay: Stay) -> None:
        answered = rang.result == "answered"
        self.rows.add(
            m.Ring, self.rows.id(m.Ring), visit_id, rang.agent, uniqueid, moment(rang.begin), moment(rang.end), rang.result
        )  # fmt: skip
        cause = _NORMAL if answered else _NO_ANSWER if rang.result == "no_answer" else _ELSEWHERE
        self.rows.add(
            m.Leg, self.rows.id(m.Leg), call_id, uniqueid, channel, "agent", rang.agent, moment(rang.begin),
            moment(rang.end) if answered else None, _moment(stay.completed) if answered else moment(rang.end), cause,
        )  # fmt: skip

    def _talk(
        self, call_id: int, linkedid: str, uniqueid: str, plan: Plan, place: int, stay: Stay, rang: Rang
    ) -> None:
        assert stay.connected is not None and stay.completed is not None
        handed_by = plan.stays[place - 1].agent if place else ""
        begin, end = moment(stay.connected), moment(stay.completed)
        self.rows.add(
            m.AgentTalk, self.rows.id(m.AgentTalk), call_id, stay.agent, uniqueid, "queue", stay.queue, handed_by,
            begin, end, stay.ended_by, round(rang.end - rang.begin, 6),
        )  # fmt: skip
        wrapup = self.site.queues[stay.queue].wrapup
        states = [("talking", begin, end)]
        if wrapup:
            states.append(("wrapup", end, moment(stay.completed + wrapup)))
        for state, began, ended in states:
            self.rows.add(
                m.AgentState, self.rows.id(m.AgentState), stay.agent, state, "", stay.queue, linkedid, uniqueid, began,
                ended, "asterisk", "asterisk", True,
            )  # fmt: skip

    def _extension(self, agent: str) -> str:
        return self.site.agents[agent].extension

    def _path(self, plan: Plan, steps: _Steps) -> None:
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
            self._menu(plan, steps)
        if plan.message:
            begin = plan.message[0] - 4.7
            steps.add(begin, "voicemail", "voicemail", "enter")
            steps.add(begin + 0.01, "voicemail", "voicemail", "prompt", {"prompt": "voicemail-intro", "language": language})
            steps.add(plan.message[0], "voicemail", "voicemail", "record", {"seconds": 120})

    def _menu(self, plan: Plan, steps: _Steps) -> None:
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
        steps.add(plan.chosen_at + 0.03, first.queue, "queue", "prompt", {"prompt": "queue-join", "language": plan.language})
        steps.add(first.joined - 0.02, first.queue, "queue", "join", {"queue": first.queue})
        for place, stay in enumerate(plan.stays):
            self._held(stay, steps)
            if place + 1 < len(plan.stays) and stay.completed is not None:
                to = self.site.queues[plan.stays[place + 1].queue].extension or ""
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
            self._asked(plan, steps, last.completed + 0.04)

    def _held(self, stay: Stay, steps: _Steps) -> None:
        if stay.exemplar is None or stay.connected is None:
            return
        for begin, end in stay.exemplar.holds:
            who = {"by": "agent", "agent": stay.agent}
            steps.add(stay.connected + begin, "hold", "talk", "hold", who)
            steps.add(stay.connected + end, "hold", "talk", "unhold", who)

    def _asked(self, plan: Plan, steps: _Steps, at: float) -> None:
        steps.add(at, "survey", "survey", "enter")
        for question, answer, asked, answered in plan.answers:
            prompt = {"prompt": f"survey-{question}", "language": plan.language}
            steps.add(asked, "survey", "survey", "asked", {"question": question})
            steps.add(asked + 0.01, "survey", "survey", "prompt", prompt)
            if answered is not None:
                steps.add(answered, "survey", "survey", "key", {"key": answer, "question": question})
        if all(answered is not None for *_, answered in plan.answers):
            steps.add(plan.ended - 5.0, "thanks", "hangup", "enter")

    def _answers(self, call_id: int, plan: Plan, flow: str) -> None:
        for question, answer, asked, answered in plan.answers:
            last = plan.stays[-1]
            self.rows.add(
                m.SurveyAnswer, self.rows.id(m.SurveyAnswer), call_id, question, answer, moment(asked), _moment(answered),
                last.agent, last.queue, flow, self.version,
            )  # fmt: skip

    def _callback(self, linkedid: str, plan: Plan, flow: str) -> None:
        if not plan.called_back:
            return
        queue, asked = plan.stays[-1].queue, plan.ended - 3.0
        done = int(plan.started) % 5 != 0
        self.rows.add(
            m.Callback, self.rows.id(m.Callback), queue, plan.caller, plan.language, 0, moment(plan.stays[-1].joined),
            "done" if done else "failed", 1 if done else 3, moment(asked), "", "", linkedid, plan.number, flow,
            f"call-back-{queue}", self.version, {}, moment(asked), moment(asked + 540.0), "" if done else "no_answer",
        )  # fmt: skip

    def _facts(self, call_id: int, plan: Plan) -> None:
        talked = [stay for stay in plan.stays if stay.exemplar is not None]
        verdicts = [verdict for stay in talked if stay.exemplar for verdict in stay.exemplar.verdicts]
        percents = [
            0.0 if one["failed_all"] else 100.0 * one["points"] / one["possible"]
            for stay in talked
            if stay.exemplar and (one := stay.exemplar.score)["possible"] > 0
        ]
        self.rows.add(
            m.CallFacts,
            call_id,
            plan.stays[0].queue if plan.stays else "",
            talked[-1].agent if talked else "",
            sum((_span(stay.joined, stay.connected or stay.left) for stay in plan.stays), 0.0),
            sum((_span(stay.connected or 0.0, stay.completed or 0.0) for stay in talked), 0.0),
            run_of(call_id) if talked else "",
            min(percents) if percents else None,
            sum(verdict["passed"] is False for verdict in verdicts),
            sum(verdict["value"] == "cannot_tell" for verdict in verdicts),
        )


def run_of(call_id: int) -> str:
    """The name of a call's judging."""
    return f"{PREFIX}-{call_id:x}"


def _moment(at: float | None) -> datetime | None:
    return None if at is None else moment(at)


def _span(begin: float, end: float) -> float:
    return (moment(end) - moment(begin)).total_seconds()


__all__ = ["PREFIX", "CallWriter", "Written", "moment", "run_of"]
