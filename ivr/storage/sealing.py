"""Words of calls sealed in the database: what repositories and queries give is open, what lies in the tables is not.

A session of a ``Database`` with a sealer seals rows as they are flushed and opens them as they are loaded. Where no
identity is, or a row was changed by other hands, the fields are empty, ``text`` says so, and ``locked`` is not "".
Bulk statements (``update(Transcript)``) pass this by: they must set ``sealed`` to None beside the fields they blank.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, Session
from sqlalchemy.orm.attributes import set_committed_value

from ivr.core.errors import IvrError, SetupError, StorageError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.storage.models import Transcript, Verdict
from ivr.storage.search.hooks import keep_in_step

log = get_logger("storage")

LOCKED, DAMAGED = "locked", "damaged"
_SHOWN = {LOCKED: Text("[sealed]", "[已加密]"), DAMAGED: Text("[sealed, damaged]", "[已加密，已损坏]")}
_RESTORE = "ivr_unsealed"

_BLANK: Mapping[type, Mapping[str, Any]] = {
    Transcript: {"text": "", "words": [], "grammar_words": None, "detail": None},
    Verdict: {"evidence": {}},
}
# What evidence holds besides words of the call: names and reasons out of the rulebook.
OPEN_EVIDENCE = frozenset(
    {"missing_parts", "missing_titles", "reason", "reason_zh", "by", "speaker", "title", "title_zh"}
)

Row = Transcript | Verdict


class Sealer(Protocol):
    """What seals and opens; ``recording.vault.Vault`` is one."""

    @property
    def enabled(self) -> bool:
        """Whether anything is sealed from now on."""
        ...

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        """``data`` sealed, to be opened as the same purpose only."""
        ...

    def index_key(self) -> bytes | None:
        """The key tokens of the index are hashed with; None where nothing is sealed."""
        ...

    def open_bytes(self, data: bytes, purpose: str) -> bytes:
        """What was sealed; an IvrError with the exit code of SetupError where no identity opens it."""
        ...


def sealing_session(sealer: Sealer | None) -> type[Session]:
    """A class of sessions that seal and open with ``sealer``; without one sealed rows stay closed."""
    made = type("SealingSession", (Session,), {})

    def flush(session: Session, _context: object, _instances: object) -> None:
        for row in [*session.new, *session.dirty]:
            if isinstance(row, Transcript | Verdict):
                seal_row(session, row, sealer)

    def flushed(session: Session, _context: object) -> None:
        for row, values in session.info.pop(_RESTORE, []):
            for name, value in values.items():
                set_committed_value(row, name, value)

    def loaded(_session: Session, row: object) -> None:
        if isinstance(row, Transcript | Verdict):
            open_row(row, sealer)

    keep_in_step(made, sealer)
    event.listen(made, "before_flush", flush)
    event.listen(made, "after_flush_postexec", flushed)
    event.listen(made, "loaded_as_persistent", loaded)
    return made


def seal_row(session: Session, row: Row, sealer: Sealer | None) -> None:
    """Seal what is to be written of a row; it is given back its open values after the flush.

    Raises:
        StorageError: if words were added to a row that is not open.
    """
    fields = _fields(row)
    state: InstanceState[Row] = inspect(row)
    if state.persistent and not any(state.attrs[name].history.has_changes() for name in fields):
        return
    values = {name: getattr(row, name) for name in fields}
    secret, plain = _split(row, values)
    if not secret:
        row.sealed, row.locked = None, ""
        return
    if row.locked:
        raise StorageError(
            Text("a sealed row cannot be changed where it cannot be opened", "无法打开的加密记录不能修改"),
            cure=Text("use a machine that has an identity", "请在持有身份密钥的机器上操作"),
        )
    if sealer is None or not sealer.enabled:
        row.sealed = None
        return
    row.sealed = sealer.seal_bytes(json.dumps(values, ensure_ascii=False).encode(), purpose(row))
    for name, value in plain.items():
        setattr(row, name, value)
    session.info.setdefault(_RESTORE, []).append((row, values))


def open_row(row: Row, sealer: Sealer | None) -> None:
    """Put the open values in place of the blanks of a row just loaded."""
    sealed = row.__dict__.get("sealed")
    if sealed is None:
        return
    try:
        if sealer is None:
            raise SetupError("no keys")
        values = json.loads(sealer.open_bytes(sealed, purpose(row)))
        values = {name: values[name] for name in _fields(row) if name in values}
    except (IvrError, ValueError, TypeError) as error:
        locked = isinstance(error, IvrError) and error.exit_code == SetupError.exit_code
        row.locked = LOCKED if locked else DAMAGED
        if not locked:
            log.error("sealed row cannot be opened", row=purpose(row), problem=str(error))
        said = str(_SHOWN[row.locked])
        values = {"text": said} if isinstance(row, Transcript) else {"evidence": {**row.evidence, "heard": said}}
    for name, value in values.items():
        set_committed_value(row, name, value)


def purpose(row: Row) -> str:
    """What a row is sealed as: sealed bytes moved to another row do not open there."""
    if isinstance(row, Transcript):
        return transcript_purpose(row.recording_id, row.model, row.pipeline)
    return verdict_purpose(row.call_id, row.run, row.rule, row.agent)


def transcript_purpose(recording_id: int, model: str, pipeline: str) -> str:
    """What a transcript is sealed as."""
    return f"transcript/{recording_id}/{model}/{pipeline}"


def verdict_purpose(call_id: int, run: str, rule: str, agent: str | None) -> str:
    """What a verdict's evidence is sealed as."""
    return f"verdict/{call_id}/{run}/{rule}/{agent or ''}"


def _fields(row: Row) -> list[str]:
    return [name for name in _BLANK[type(row)] if hasattr(type(row), name)]


def _split(row: Row, values: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether there is anything to keep secret, and what of the fields stays plain."""
    blank = _BLANK[type(row)]
    if isinstance(row, Transcript):
        return any(values.values()), {name: blank[name] for name in values}
    evidence = values["evidence"]
    plain = {key: value if key in OPEN_EVIDENCE else _empty(value) for key, value in evidence.items()}
    return any(value for key, value in evidence.items() if key not in OPEN_EVIDENCE), {"evidence": plain}


def _empty(value: Any) -> Any:
    """Nothing, of the same kind."""
    return type(value)() if isinstance(value, str | list | dict) else None


__all__ = ["DAMAGED", "LOCKED", "OPEN_EVIDENCE", "Sealer", "open_row", "purpose", "seal_row", "sealing_session"]
