"""Which agent talked to the caller and when: through a queue, or because another agent handed the caller on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.storage.models import Call, Leg, QueueVisit, Step

AT_ONCE = 0.3  # seconds within which both legs of a talk end when the caller hangs up
NEAR = 2.0  # seconds by which the ends of a leg and of a transfer may be told apart


@dataclass(frozen=True, slots=True)
class Talk:
    """One agent joined with the caller; seconds from the start of the call.

    Args:
        agent: id of the agent.
        uniqueid: of his leg; "" where the journal does not know it.
        start, end: when the two were joined.
        visit: the stay in a queue he was found by; None: the caller was handed on to him.
        transfers: when he handed the caller on; at most once, at his talk's end.
        ended_by: caller, agent, transfer; "" when it is not known.
        ring: seconds his phone rang before he answered; None when it is not known.
        handed_by: who handed the caller on to him; "" if nobody did.
    """

    agent: str
    uniqueid: str
    start: float
    end: float
    visit: QueueVisit | None = None
    transfers: tuple[float, ...] = ()
    ended_by: str = ""
    ring: float | None = None
    handed_by: str = ""


def talks(call: Call) -> tuple[Talk, ...]:
    """All talks of a call that was loaded whole, in order of time.

    An agent who was only asked, and never joined with the caller, has none.
    """
    duration = _seconds(call, call.ended_at) if call.ended_at else _last(call)
    handed = transfers(call.steps)
    queued = [_of_visit(call, visit, handed, duration) for visit in call.visits if visit.connected_at is not None]
    found = _joined(queued, duration)
    taken = {talk.uniqueid for talk in queued}
    known = taken | _rung(call) | {leg.uniqueid for leg in call.legs if _unknown_leg(leg, found)}
    legs = [leg for leg in call.legs if leg.role == "agent" and leg.answered_at and leg.uniqueid not in known]
    for leg in sorted(legs, key=lambda one: one.answered_at or one.started_at):
        talk = _of_leg(call, leg, handed, found, duration)
        found += [talk] if talk is not None else []
    found = _joined(found, duration)
    found.sort(key=lambda talk: (talk.start, talk.end))
    if found and not found[-1].ended_by:  # who hung up the call counts for the last talk only (norm D8)
        found[-1] = replace(found[-1], ended_by=call.hung_up_by)
    return tuple(found)


def talk_of(call: Call, agent: str, uniqueid: str) -> Talk | None:
    """The talk of an agent's leg; by his name where the journal does not know the leg and he has but one."""
    found = talks(call)
    exact = next((one for one in found if one.uniqueid == uniqueid and uniqueid), None)
    named = [one for one in found if one.agent == agent]
    return exact or (named[0] if len(named) == 1 else None)


def by_flow(call: Call) -> Leg | None:
    """The leg of the last agent to have talked to the caller, if the flow itself, and no queue, led to him."""
    found = talks(call)
    if not found or found[-1].visit is not None or found[-1].handed_by:
        return None
    return _leg(call, found[-1].uniqueid)


def left_first(call: Call, leg: Leg) -> bool:
    """Whether an agent's leg ended while the caller was still on the line: what ends with a talk ends at once."""
    caller = _leg(call, call.linkedid)
    if caller is None or caller.ended_at is None or leg.ended_at is None:
        return False
    return (caller.ended_at - leg.ended_at).total_seconds() > AT_ONCE


def never_joined(call: Call, uniqueid: str) -> bool:
    """Whether an agent's leg was never joined with the caller.

    Another asked him and went on talking himself, or the caller hung up while the queue's call was being answered.
    """
    leg = next((one for one in call.legs if one.uniqueid == uniqueid and one.role == "agent"), None)
    if leg is None:
        return False
    found = talks(call)
    if any(one.uniqueid == uniqueid for one in found):
        return False
    asked = leg.answered_at is not None and _within_another(_seconds(call, leg.answered_at), found)
    return asked or (uniqueid in _rung(call) and not _unknown_leg(leg, found))


def transfers(steps: Iterable[Step]) -> list[Step]:
    """The steps in which an agent handed the caller on, in order."""
    return [step for step in steps if step.kind == "talk" and step.event == "transfer"]


def stays(call: Call) -> list[QueueVisit]:
    """The caller's own stays in queues: none in which an agent asked another and did not hand the caller on to him."""
    found = talks(call)
    own = {id(talk.visit) for talk in found}

    def asking(visit: QueueVisit) -> bool:
        joined, left = _seconds(call, visit.joined_at), _seconds(call, visit.left_at)
        within = any(talk.start < joined < talk.end and left <= talk.end for talk in found)
        return id(visit) not in own and (visit.connected_at is not None or within)

    return [visit for visit in call.visits if not asking(visit)]


def _of_visit(call: Call, visit: QueueVisit, handed: list[Step], duration: float) -> Talk:
    answered = _seconds(call, visit.connected_at)
    end = _seconds(call, visit.completed_at) if visit.completed_at else duration
    ring = next((one for one in visit.rings if one.agent == visit.agent and one.result == "answered"), None)
    uniqueid = ring.uniqueid if ring is not None else ""
    leg = _leg(call, uniqueid) or _only_leg(call, visit.agent)
    if visit.completed_at is None and leg is not None and leg.ended_at is not None:
        end = min(end, _seconds(call, leg.ended_at))
    own = _handed(call, handed, visit.agent, answered, end)
    by_others = [step for step in handed if step.detail.get("agent") != visit.agent]
    asked = _asked(call, by_others, answered, min([end, *own]))
    before = [step for step in handed if _at(call, step) < answered]
    brought = asked if asked is not None else before[-1] if before and before[-1] in by_others else None
    rang = None
    if ring is not None and ring.ended_at is not None:
        rang = (ring.ended_at - ring.started_at).total_seconds()
    return Talk(
        agent=visit.agent,
        uniqueid=leg.uniqueid if leg is not None else "",
        start=answered if asked is None else _at(call, asked),
        end=min([end, *own]),
        visit=visit,
        transfers=own or ((end,) if visit.ended_by == "transfer" else ()),
        ended_by="transfer" if own else visit.ended_by,
        ring=rang,
        handed_by=str(brought.detail.get("agent", "")) if brought is not None else "",
    )


def _of_leg(call: Call, leg: Leg, handed: list[Step], others: list[Talk], duration: float) -> Talk | None:
    """The talk of an agent whom no queue rang."""
    answered = _seconds(call, leg.answered_at)
    end = min(duration, _seconds(call, leg.ended_at)) if leg.ended_at else duration
    by_others = [step for step in handed if step.detail.get("agent") != leg.agent]
    asked = _asked(call, by_others, answered, end)
    around = [talk for talk in others if talk.start < answered < talk.end]
    if asked is None and any(end < talk.end or talk.end < duration for talk in around):
        return None
    blind = [step for step in by_others if _at(call, step) <= answered]
    brought = asked if asked is not None else blind[-1] if blind else None
    start = answered if asked is None else _at(call, asked)
    own = _handed(call, handed, leg.agent, start, end)
    joined = bool((call.evidence or {}).get("transferred"))
    by_itself = brought is None and joined  # the flow has led to him
    if brought is None and not joined and _rung_by_flow(call, answered):
        return None  # the caller hung up while he answered
    return Talk(
        agent=leg.agent,
        uniqueid=leg.uniqueid,
        start=start,
        end=min([end, *own]),
        transfers=own,
        ended_by="transfer" if own else "agent" if by_itself and left_first(call, leg) else "",
        ring=max(0.0, answered - _seconds(call, leg.started_at)),
        handed_by=str(brought.detail.get("agent", "")) if brought is not None else "",
    )


def _rung_by_flow(call: Call, answered: float) -> bool:
    """Whether the flow had rung somebody by then."""
    return any(step.kind == "transfer" and step.event == "dial" and _at(call, step) <= answered for step in call.steps)


def _rung(call: Call) -> set[str]:
    """The legs that queues rang: a visit says who of them was joined with the caller."""
    return {ring.uniqueid for visit in call.visits for ring in visit.rings if ring.uniqueid}


def _unknown_leg(leg: Leg, found: Iterable[Talk]) -> bool:
    """Whether a visit's talk, whose leg the journal does not know, may be this leg's."""
    return any(talk.visit is not None and not talk.uniqueid and talk.agent == leg.agent for talk in found)


def _asked(call: Call, by_others: Iterable[Step], answered: float, end: float) -> Step | None:
    """The transfer that joined an agent with the caller who was on the line already: until then he was only asked."""
    attended = (step for step in by_others if step.detail.get("kind") == "attended")
    return next((step for step in attended if answered <= _at(call, step) < end), None)


def _joined(found: list[Talk], duration: float) -> list[Talk]:
    """Without those of agents whom a queue found for another agent who asked: he went on talking to the caller."""
    sure = [talk for talk in found if talk.end < duration]  # their end is known
    return [talk for talk in found if talk.visit is None or not _within_another(talk.start, sure)]


def _within_another(start: float, others: Iterable[Talk]) -> bool:
    """Whether the caller was in a talk already: one talks to no two agents."""
    return any(talk.start < start < talk.end for talk in others)


def _handed(call: Call, handed: list[Step], agent: str, start: float, end: float) -> tuple[float, ...]:
    """When this agent handed the caller on, at the end of this talk."""
    own = [_at(call, step) for step in handed if step.detail.get("agent") == agent]
    return tuple(at for at in own if start < at <= end + NEAR)[:1]


def _leg(call: Call, uniqueid: str) -> Leg | None:
    return next((leg for leg in call.legs if uniqueid and leg.uniqueid == uniqueid), None)


def _only_leg(call: Call, agent: str) -> Leg | None:
    """The agent's leg where he has just one."""
    legs = [leg for leg in call.legs if leg.role == "agent" and leg.agent == agent]
    return legs[0] if len(legs) == 1 else None


def _last(call: Call) -> float:
    """The last moment known of a call under way, seconds."""
    moments = [leg.ended_at or leg.answered_at for leg in call.legs] + [step.at for step in call.steps]
    moments += [visit.completed_at or visit.connected_at for visit in call.visits]
    return max((_seconds(call, moment) for moment in moments if moment is not None), default=0.0)


def _at(call: Call, step: Step) -> float:
    return _seconds(call, step.at)


def _seconds(call: Call, moment: datetime | None) -> float:
    return max(0.0, (moment - call.started_at).total_seconds()) if moment is not None else 0.0
