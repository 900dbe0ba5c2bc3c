"""The part of a story that says who talked to the caller, and when: concluded once the call is over.

Each agent has his own talk, as the quality of a call counts it (:mod:`recording.talks`): the second agent's begins
when he answers, or with the transfer if he was asked before. Indicators of agents count these rows.
"""

from __future__ import annotations

from datetime import timedelta

from ivr.storage.models import AgentTalk, Call
from recording.talks import Talk, talks


def tell_talks(call: Call) -> None:
    """Write the talks of a call that is over down anew; a call under way has none yet. Twice is as good as once.

    Args:
        call: with its whole story, its talks included.
    """
    found = talks(call) if call.ended_at is not None else ()
    rows = sorted(call.talks, key=lambda row: (row.connected_at, row.completed_at))
    for row in rows[len(found) :]:
        call.talks.remove(row)
    for index, talk in enumerate(found):
        if index >= len(rows):
            rows.append(AgentTalk())
            call.talks.append(rows[index])
        _fill(rows[index], call, talk)


def tell_hand_overs(call: Call) -> None:
    """A stay that ended with a hand-over ended by it, though app_queue saw the agent's hanging up first."""
    for talk in talks(call):
        if talk.visit is not None and (talk.ended_by, talk.visit.ended_by) == ("transfer", "agent"):
            talk.visit.ended_by = "transfer"


def _fill(row: AgentTalk, call: Call, talk: Talk) -> None:
    row.agent, row.uniqueid, row.handed_by = talk.agent, talk.uniqueid, talk.handed_by
    row.origin = "queue" if talk.visit is not None else "transfer"
    row.queue = talk.visit.queue if talk.visit is not None else ""
    row.connected_at = call.started_at + timedelta(seconds=talk.start)
    row.completed_at = call.started_at + timedelta(seconds=max(talk.start, talk.end))
    row.ended_by = talk.ended_by[:16]
    row.rang_s = talk.ring


__all__ = ["tell_hand_overs", "tell_talks"]
