"""Changes of agents' states as rows, and back."""

from __future__ import annotations

from ivr.agents.states import Change
from ivr.agents.takeover import Written
from ivr.storage import agents as rows
from ivr.storage.models import AgentState

UNKNOWN = "asterisk"  # who did it, when nobody asked for it here


async def put(session: rows.Session, change: Change, by: str) -> None:
    """Begin or end a stretch; ``by`` asked for it.

    Raises:
        StorageError: if the row is there already.
    """
    if change.state in ("logged_in", "paused"):
        by = by or UNKNOWN
    if not change.begins:
        await rows.end(
            session,
            change.agent,
            change.state,
            change.at,
            queue=change.queue,
            uniqueid=change.uniqueid,
            by=by,
            exact=change.exact,
        )
        return
    row = AgentState(
        agent=change.agent,
        state=change.state,
        reason=change.reason[:64],
        queue=(change.queue or "")[:64],
        linkedid=change.linkedid[:128],
        uniqueid=(change.uniqueid or "")[:128],
        began_at=change.at,
        ended_at=change.until,
        by=by,
        ended_by="",
        exact=change.exact,
    )
    await rows.begin(session, row)


def written(row: AgentState) -> Written:
    """A stretch as it is written."""
    return Written(
        agent=row.agent,
        state=row.state,  # type: ignore[arg-type]  # a column holds plain text
        began_at=row.began_at,
        queue=row.queue,
        reason=row.reason,
        uniqueid=row.uniqueid,
        linkedid=row.linkedid,
        until=row.ended_at,
    )


__all__ = ["UNKNOWN", "put", "written"]
