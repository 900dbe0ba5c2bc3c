"""Who talks to whom, so that the end of a talk names both, also where Asterisk no longer could.

AgentComplete describes caller and agent as they are when it is written. On a loaded machine one of them is gone by then
and the event comes without his headers: often without the agent's after he handed the caller on, without the caller's
where an agent asked the queue through a Local channel, which ends at once (Asterisk 22, ``app_queue``).
"""

from __future__ import annotations

from dataclasses import replace

from ivr.ami.events import AgentCompleted, AgentConnected, AmiEvent

MOST = 8  # talks of one agent in one queue at a time; there is one, unless a phone takes several calls


class Pairs:
    """Caller and agent of each talk, from AgentConnect to AgentComplete."""

    def __init__(self) -> None:
        self._talks: dict[tuple[str, str], list[AgentConnected]] = {}

    def whole(self, event: AmiEvent) -> AmiEvent:
        """The event; the end of a talk with what its beginning told of the side it leaves out."""
        match event:
            case AgentConnected():
                talks = self._talks.setdefault((event.queue, event.interface), [])
                talks.append(event)
                del talks[:-MOST]
            case AgentCompleted():
                return self._completed(event)
        return event

    def forget(self) -> None:
        """What ended meanwhile nobody has told: after the connection was lost."""
        self._talks.clear()

    def _completed(self, event: AgentCompleted) -> AgentCompleted:
        key = (event.queue, event.interface)
        talks = self._talks.get(key, [])
        begun = _begun(event, talks)
        if begun is None:
            return event
        talks.remove(begun)
        if not talks:
            del self._talks[key]
        return replace(
            event,
            uniqueid=event.uniqueid or begun.uniqueid,
            channel=event.channel or begun.channel,
            linkedid=event.linkedid or begun.linkedid,
            dest_uniqueid=event.dest_uniqueid or begun.dest_uniqueid,
        )


def _begun(event: AgentCompleted, talks: list[AgentConnected]) -> AgentConnected | None:
    """The beginning of the talk that ends; None where it was missed, or cannot be told from another's."""
    if event.dest_uniqueid:
        return next((one for one in talks if one.dest_uniqueid == event.dest_uniqueid), None)
    same = [one for one in talks if event.uniqueid and one.uniqueid == event.uniqueid] or talks
    return same[0] if len(same) == 1 else None


__all__ = ["Pairs"]
