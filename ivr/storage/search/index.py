"""The full-text index of calls: one row a call, made from the tokens of its recordings.

Every change goes through here: SQLite's table keeps no content, so what is taken out has to be told word for word.
Who finds something asks with :func:`matching`.

PostgreSQL keeps places up to 16383 and 256 of them for a word: in what is said after about three hours, and of words
said more often, single words are found and phrases may not be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypedDict, cast

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    String,
    Table,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.elements import ColumnElement

from ivr.storage.models import Call, RecordingTokens
from ivr.storage.search.keyed import spelling, spellings
from ivr.storage.search.tokens import tokens_of
from ivr.storage.search.words import AGENT, CALLER, OTHER, SIDES, Term, fts5, tsquery

TABLE = "call_words"
MOST_TOKENS = 60_000  # of one recording: some hours of speech

_GAP = "\ue000"  # between recordings: nobody can look for it, so no phrase spans two of them
_SIDES = {"agent": AGENT, "caller": CALLER, "voicemail": CALLER, "statement": CALLER}
_LABELS = {AGENT: ("A", 16383), CALLER: ("B", 16382), OTHER: ("C", 16381)}
_LAST_PLACE, _MOST_PLACES = 16_380, 250

_TOKENS = cast(Table, RecordingTokens.__table__)
_WORDS = table(TABLE, column("rowid", Integer), column("call_id", Integer))


_DELETE = text(
    "INSERT INTO call_words (call_words, rowid, agent, caller, other) VALUES ('delete', :id, :agent, :caller, :other)"
)
_MERGE = text("INSERT INTO call_words (call_words, rank) VALUES ('merge', :pages)")
_INSERT = text("INSERT INTO call_words (rowid, agent, caller, other) VALUES (:id, :agent, :caller, :other)")
_INSERT_VECTOR = text("INSERT INTO call_words (call_id, words) VALUES (:id, CAST(:words AS tsvector))")


class Row(TypedDict):
    """A row of ``recording_tokens``."""

    recording_id: int
    call_id: int
    side: str
    row: str
    singles: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was said in one recording.

    Args:
        recording_id: its row.
        call_id: its call.
        role: whose words, as in the ledger.
        text: the transcript; "" takes it out of the index.
    """

    recording_id: int
    call_id: int
    role: str
    text: str


def put(connection: Connection, said: Iterable[Said], key: bytes | None = None) -> None:
    """Put what was said in recordings in place of what stood there of them.

    Args:
        key: tokens are hashed with it; None: they stand in plain.
    """
    spell = spelling(key)
    by_call = groupby(sorted(said, key=lambda one: one.call_id), key=lambda one: one.call_id)
    changes = {call_id: list(ones) for call_id, ones in by_call}
    if not changes:
        return
    # In PostgreSQL two may write of one call at a time: the later has to see what the earlier wrote.
    connection.execute(select(Call.id).where(Call.id.in_(changes)).order_by(Call.id).with_for_update(key_share=True))
    before = {row["recording_id"]: row for row in _rows(connection, changes)}
    after = dict(before)
    for ones in changes.values():
        for one in ones:
            after.pop(one.recording_id, None)
            found = tokens_of(one.text)
            if found:
                after[one.recording_id] = Row(
                    recording_id=one.recording_id,
                    call_id=one.call_id,
                    side=_SIDES.get(one.role, OTHER),
                    row=" ".join(map(spell, found.row[:MOST_TOKENS])),
                    singles=" ".join(sorted(map(spell, found.singles))),
                )
    gone = [number for number, row in before.items() if after.get(number) != row]
    new = [row for number, row in after.items() if before.get(number) != row]
    touched = {row["call_id"] for row in new} | {before[number]["call_id"] for number in gone}
    if not touched:
        return
    _take_out(connection, [row for row in before.values() if row["call_id"] in touched])
    if gone:
        connection.execute(delete(_TOKENS).where(_TOKENS.c.recording_id.in_(gone)))
    if new:
        connection.execute(insert(_TOKENS), new)
    _put_in(connection, [row for row in after.values() if row["call_id"] in touched])


def restore(connection: Connection, page: int = 500) -> int:
    """Make the index anew from the tokens there are; how many calls it has. For tables that were filled around it."""
    if _is_sqlite(connection):
        connection.execute(text("INSERT INTO call_words (call_words) VALUES ('delete-all')"))
    else:
        connection.execute(text("DELETE FROM call_words"))
    last, calls = 0, 0
    while True:
        page_of = select(_TOKENS.c.call_id).where(_TOKENS.c.call_id > last).distinct()
        numbers = list(connection.scalars(page_of.order_by(_TOKENS.c.call_id).limit(page)))
        if not numbers:
            return calls
        _put_in(connection, _rows(connection, numbers))
        last, calls = numbers[-1], calls + len(numbers)


def settle(connection: Connection, pages: int, *, first: bool) -> bool:
    """Have SQLite go on writing its index anew in one piece; what was taken out is then gone from the file, too.

    Args:
        pages: how many at most.
        first: whether to begin with it.

    Returns:
        Whether there is more to do.
    """
    if not _is_sqlite(connection):
        return False
    changes = select(func.total_changes())
    before = connection.scalar(changes) or 0
    connection.execute(_MERGE, {"pages": -pages if first else pages})
    return (connection.scalar(changes) or 0) - before >= 2  # one change is the order itself


def matching(
    terms: Sequence[Term], key: bytes | None, *, sqlite: bool, within: tuple[int, int] | None = None
) -> Select[int]:
    """A query for the ids of the calls in which all of this was said.

    Args:
        key: with which tokens are hashed; those that stand in plain are found as well.
        sqlite: in its words; else in PostgreSQL's.
        within: only ids from the first to the second; both databases look at no others then.
    """
    where, call_id = _match(terms, key, sqlite=sqlite)
    found = select(call_id).select_from(_WORDS).where(where)
    return found if within is None else found.where(call_id >= within[0], call_id <= within[1])


def _match(terms: Sequence[Term], key: bytes | None, *, sqlite: bool) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    if sqlite:
        return literal_column(TABLE, String).op("MATCH", is_comparison=True)(
            fts5(terms, spellings(key))
        ), _WORDS.c.rowid
    wanted = sql_cast(tsquery(terms, spellings(key)), TSQUERY)
    return literal_column(f"{TABLE}.words", TSVECTOR).op("@@", is_comparison=True)(wanted), _WORDS.c.call_id


def _rows(connection: Connection, calls: Iterable[int]) -> list[Row]:
    query = select(_TOKENS).where(_TOKENS.c.call_id.in_(list(calls)))
    return [cast(Row, dict(row)) for row in connection.execute(query).mappings()]


def _take_out(connection: Connection, rows: Sequence[Row]) -> None:
    if not rows:
        return
    if _is_sqlite(connection):
        connection.execute(_DELETE, [{"id": number, **said} for number, said in _columns(rows)])
    else:
        numbers = sorted({row["call_id"] for row in rows})
        connection.execute(delete(_WORDS).where(_WORDS.c.call_id.in_(numbers)))


def _put_in(connection: Connection, rows: Sequence[Row]) -> None:
    if not rows:
        return
    if _is_sqlite(connection):
        connection.execute(_INSERT, [{"id": number, **said} for number, said in _columns(rows)])
    else:
        documents = [{"id": number, "words": _tsvector(ones)} for number, ones in _calls(rows)]
        connection.execute(_INSERT_VECTOR, documents)


def _calls(rows: Iterable[Row]) -> Iterator[tuple[int, list[Row]]]:
    ordered = sorted(rows, key=lambda row: (row["call_id"], row["recording_id"]))
    for number, ones in groupby(ordered, key=lambda row: row["call_id"]):
        yield number, list(ones)


def _columns(rows: Iterable[Row]) -> Iterator[tuple[int, dict[str, str]]]:
    """For SQLite: what was said on each side, single characters behind all."""
    for number, ones in _calls(rows):
        said = {side: [row for row in ones if row["side"] == side] for side in SIDES}
        yield (
            number,
            {
                side: f" {_GAP} ".join(
                    [*(row["row"] for row in mine), *(row["singles"] for row in mine if row["singles"])]
                )
                for side, mine in said.items()
            },
        )


def _tsvector(rows: Iterable[Row]) -> str:
    """For PostgreSQL: tokens with their places, side by side; one place of each side is for what has none."""
    places: dict[str, dict[str, list[int]]] = {}
    place = 0
    for row in rows:
        mine = places.setdefault(row["side"], {})
        for token in row["row"].split():
            place += 1
            known = mine.setdefault(token, [])
            if place <= _LAST_PLACE and len(known) < _MOST_PLACES // len(SIDES):
                known.append(place)
        for token in row["singles"].split():
            mine.setdefault(token, [])
        place += 1
    words: dict[str, list[str]] = {}
    for side, tokens in places.items():
        label, last = _LABELS[side]
        for token, known in tokens.items():
            words.setdefault(token, []).extend(f"{one}{label}" for one in known or [last])
    return " ".join(f"'{token}':{','.join(where)}" for token, where in words.items())


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


__all__ = [
    "MOST_TOKENS", "TABLE", "Said", "matching", "put", "restore", "settle",
]  # fmt: skip
