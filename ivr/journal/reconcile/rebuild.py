"""A call as the sources alone tell it, by the same rules as live; and what of it they could not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.ami import events as ev
from ivr.journal.ending import conclude
from ivr.journal.reconcile.exact import Disagreement, Exact
from ivr.journal.reconcile.gather import Gathered, Told
from ivr.journal.reconcile.retell import extension_of, retell
from ivr.journal.reconcile.served import Served, served
from ivr.journal.story import INCOMING, fold
from ivr.storage.models import Call

MOST_ROWS = 5000
SUPERVISING = ("ivr-barge", "ivr-super", "ivr-listen", "ivr-whisper")


@dataclass(slots=True)
class Seen:
    """One call as CEL and queue_log tell it.

    Args:
        call: the story; its rows belong to no database.
        ours: it is a caller's call to this line.
        incoming: he called; who was called back has the number of the line as his own.
        whole: its beginning was seen; of others there is no telling what is missing.
        over: its end was seen.
        dead: Asterisk was started anew after the last that was heard of it, and nobody told its end.
        begun: uniqueids of channels whose beginning was seen.
        queues: queue_log was there for the whole of it.
        last_at: the newest row about it.
        disagreements: where the two sources contradict each other.
        served: the talks that queue_log tells, row by row.
    """

    call: Call
    ours: bool
    incoming: bool
    whole: bool
    over: bool
    dead: bool
    begun: frozenset[str]
    queues: bool
    last_at: datetime
    disagreements: list[Disagreement] = field(default_factory=list)
    served: tuple[Served, ...] = ()


def rebuild(gathered: Gathered, agents: Mapping[str, str]) -> list[Seen]:
    """All calls, in the order in which they began; none of more than 5,000 rows: that is no call.

    Args:
        agents: ids of agents by extension.
    """
    calls = gathered.calls.values()
    found = [_rebuilt(told, gathered, agents) for told in calls if len(told.cel) + len(told.queue) <= MOST_ROWS]
    return sorted(found, key=lambda seen: (seen.call.started_at, seen.call.linkedid))


def _rebuilt(told: Told, gathered: Gathered, agents: Mapping[str, str]) -> Seen:
    times = [row.at for row in told.cel] + [row.at for row in told.queue]
    call = Call(
        linkedid=told.linkedid, number="", caller="", language="", flow="", flow_version="", route="engine",
        started_at=min(times), outcome="", hung_up_by="", evidence={}, legs=[], steps=[], visits=[], recordings=[],
    )  # fmt: skip
    exact = Exact(told)
    for fact in retell(told, agents, exact):
        if isinstance(fact, ev.BlindTransferred | ev.AttendedTransferred):
            _name_parties(call, told, agents)  # a transfer names who did it
        fold(call, fact)
    _name_parties(call, told, agents)
    conclude(call)
    over = bool(told.cel) and call.ended_at is not None
    last = max(times)
    return Seen(
        call=call,
        ours=told.ours,
        over=over,
        dead=not over and any(boot > last for boot in gathered.boots),
        incoming=any(row.context.startswith(INCOMING) for row in told.cel),
        whole=_whole(told),
        begun=frozenset(row.uniqueid for row in told.cel if row.event == "CHAN_START"),
        queues=gathered.queue_from is not None and gathered.queue_from <= call.started_at,
        last_at=last,
        disagreements=_unique(exact.disagreements),
        served=served(told.queue, agents),
    )


def _name_parties(call: Call, told: Told, agents: Mapping[str, str]) -> None:
    """Agents who took up without a queue, and supervisors, by their accounts; live, their recording tells it."""
    contexts: dict[str, set[str]] = {}
    for row in told.cel:
        contexts.setdefault(row.uniqueid, set()).add(row.context)
    for leg in call.legs:
        agent = agents.get(extension_of(leg.channel))
        if leg.role != "other" or agent is None or leg.answered_at is None:
            continue
        supervising = any(one.startswith(SUPERVISING) for one in contexts.get(leg.uniqueid, ()))
        leg.role, leg.agent = "supervisor" if supervising else "agent", agent


def _whole(told: Told) -> bool:
    if told.cel:
        return any(row.event == "CHAN_START" and row.uniqueid == told.linkedid for row in told.cel)
    return told.queue[0].event == "ENTERQUEUE"


def _unique(found: list[Disagreement]) -> list[Disagreement]:
    kept: dict[object, Disagreement] = {}
    for one in found:
        kept.setdefault((one.row, one.cel), one)
    return list(kept.values())


__all__ = ["Seen", "rebuild"]
