"""A made-up call as rows of the journal: the call, its legs and steps, its stays in queues, its talks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from dialplan.model import Site
from dialplan.version import site_version
from ivr.demo.data.plan import Plan, Rang, Stay, moment
from ivr.demo.data.steps import Steps, write_steps
from ivr.demo.data.tables import Rows
from ivr.storage import models as m

PREFIX = "demo"
"""What the ids of made-up calls begin with, as the ids of an Asterisk that was given this name."""

_NORMAL, _ELSEWHERE, _NO_ANSWER = 16, 26, 19  # hangup causes, Q.850


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
        write_steps(plan, self.site, Steps(self.rows, call_id))
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
            m.Ring, self.rows.id(m.Ring), visit_id, rang.agent,
            uniqueid, moment(rang.begin), moment(rang.end), rang.result
        )  # fmt: skip
        cause = _NORMAL if answered else _NO_ANSWER if rang.result == "no_answer" else _ELSEWHERE
        self.rows.add(
            m.Leg, self.rows.id(m.Leg), call_id, uniqueid, channel, "agent", rang.agent, moment(rang.begin),
            moment(rang.end) if answered else None, _moment(stay.completed) if answered else moment(rang.end), cause,
        )  # fmt: skip

    def _talk(self, call_id: int, linkedid: str, uniqueid: str, plan: Plan, place: int, stay: Stay, rang: Rang) -> None:
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

    def _answers(self, call_id: int, plan: Plan, flow: str) -> None:
        for question, answer, asked, answered in plan.answers:
            last = plan.stays[-1]
            self.rows.add(
                m.SurveyAnswer, self.rows.id(m.SurveyAnswer), call_id,
                question, answer, moment(asked), _moment(answered),
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
