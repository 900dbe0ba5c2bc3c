"""What keeps the index and the facts of calls in step: they are written when a session writes what they come from.

Whatever changes a transcript (a judging, a redaction, a deletion, sealing) or concludes on a call does it with rows of
a session, so nobody has to think of this; bulk statements pass it by, and ``ivr calls index --rebuild`` mends that.
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import event, func, inspect, select
from sqlalchemy.orm import Session

from ivr.core.errors import IvrError
from ivr.core.log import get_logger
from ivr.storage.facts import refresh
from ivr.storage.models import AgentTalk, Call, QueueVisit, Recording, Score, Transcript, Verdict
from ivr.storage.search.index import Said, put

log = get_logger("storage")

_CHANGED = "ivr_words_changed"


class Keys(Protocol):
    """What knows how the index is to be written; ``recording.vault.Vault`` is one."""

    def index_key(self) -> bytes | None:
        """The key tokens are hashed with; None where nothing is sealed."""
        ...


def keep_in_step(kind: type[Session], keys: Keys | None) -> None:
    """Have sessions of this kind write the index and the facts. To be called before they are made to seal."""

    def before(session: Session, _context: object, _instances: object) -> None:
        # What is sealed is blank once it is flushed: texts are taken here.
        changed = [row for row in [*session.new, *session.dirty] if isinstance(row, Transcript) and _words_changed(row)]
        gone = [row for row in session.deleted if isinstance(row, Transcript)]
        if changed or gone:
            session.info[_CHANGED] = [(row, row.text or "") for row in changed] + [(row, "") for row in gone]

    def after(session: Session, _context: object) -> None:
        words = session.info.pop(_CHANGED, ())
        if words:
            _index(session, words, keys)
        if calls := _concluded(session):
            refresh(session.connection(), calls)

    event.listen(kind, "before_flush", before)
    event.listen(kind, "after_flush", after)


def index_key(keys: Keys | None) -> bytes | None:
    """The key tokens are hashed with; None where nothing is sealed."""
    return None if keys is None else keys.index_key()


def _words_changed(row: Transcript) -> bool:
    state = inspect(row)
    return not state.persistent or any(state.attrs[name].history.has_changes() for name in ("text", "words"))


def _index(session: Session, words: list[tuple[Transcript, str]], keys: Keys | None) -> None:
    connection = session.connection()
    numbers = {row.recording_id for row, _ in words}
    newest = dict(
        connection.execute(
            select(Transcript.recording_id, func.max(Transcript.id))
            .where(Transcript.recording_id.in_(numbers))
            .group_by(Transcript.recording_id)
        ).all()
    )
    whose = select(Recording.id, Recording.call_id, Recording.role).where(Recording.id.in_(numbers))
    calls = {number: (call_id, role) for number, call_id, role in connection.execute(whose)}
    said: dict[int, Said] = {}
    for row, text in words:
        call_id, role = calls.get(row.recording_id, (None, ""))
        if call_id is not None and newest.get(row.recording_id, row.id) == row.id:
            said[row.recording_id] = Said(row.recording_id, call_id, role, text)
    try:
        key = index_key(keys) if any(one.text for one in said.values()) else None
    except (IvrError, OSError) as error:
        # Never in plain what is sealed; the transcript itself must not be lost for it.
        log.error(
            "not put into the index of words", calls=sorted({one.call_id for one in said.values()}), problem=str(error)
        )
        said = {number: Said(number, one.call_id, one.role, "") for number, one in said.items()}
        key = None
    put(connection, said.values(), key)


def _concluded(session: Session) -> set[int]:
    """Calls of whose facts something is written just now."""
    found: set[int] = set()
    for row in [*session.new, *session.dirty, *session.deleted]:
        if isinstance(row, Call):
            history = inspect(row).attrs.ended_at.history
            if row.ended_at is not None or any(one is not None for one in history.deleted or ()):
                found.add(row.id)
        elif isinstance(row, QueueVisit | AgentTalk | Score | Verdict):
            call: Any = session.identity_map.get(session.identity_key(Call, row.call_id))
            if row.call_id is not None and (call is None or call.ended_at is not None):
                found.add(row.call_id)
    return found


__all__ = ["Keys", "index_key", "keep_in_step"]
