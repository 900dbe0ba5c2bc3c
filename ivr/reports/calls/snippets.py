"""Where in a call the words that were searched for were said: some text around the first place, the words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Recording, Transcript
from ivr.storage.search.tokens import Piece, normal, shown
from ivr.storage.search.words import AGENT, CALLER, OTHER, Term
from recording.keeping.redaction import mask_text

BEFORE, WIDTH = 24, 96  # columns before the first place, and in all: Han and Hangul take two
MOST = 3  # parties of a call that are quoted
_REACH = 300  # characters around a place that are looked through for numbers to mask
_MOST_TEXT = 200_000  # characters of a transcript that are looked through
_SIDES = {"agent": AGENT, "caller": CALLER, "voicemail": CALLER, "statement": CALLER}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a snippet; ``found`` if it is what was searched for."""

    text: str
    found: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """What one party said around the words; ``side`` is agent, caller or other."""

    side: str
    parts: tuple[Part, ...]


def snippet(said: str, side: str, terms: Sequence[Term]) -> Snippet | None:
    """A transcript around the first word that was searched for; None if none is in it.

    Args:
        said: as the recogniser wrote it.
        side: who said it; terms that ask for somebody else are passed over.
    """
    pattern = _patterns(terms, side)
    text = shown(said)
    first = None if pattern is None else pattern.search(text)
    if pattern is None or first is None:
        return None
    start = _left(text, first.start() - _fits(reversed(text[: first.start()]), BEFORE))
    end = max(start + _fits(text[start:], WIDTH), first.end())
    parts = tuple(_parts(text, pattern, start, end))
    return Snippet(side, (*_dots(start > 0), *parts, *_dots(end < len(text))))


async def snippets(
    session: AsyncSession, calls: Sequence[int], terms: Sequence[Term], *, phones: bool = False
) -> dict[int, tuple[Snippet, ...]]:
    """Snippets of calls, without dictated numbers of cards and papers; what is sealed and locked here is not quoted.

    Args:
        phones: whether telephone numbers that were dictated are masked, too.
    """
    if not calls or not terms:
        return {}
    newest = (
        select(func.max(Transcript.id))
        .join(Recording, Recording.id == Transcript.recording_id)
        .where(Recording.call_id.in_(calls))
        .group_by(Transcript.recording_id)
    )
    plain = select(Recording.call_id, Recording.role, Transcript.id, Transcript.text, Transcript.sealed.is_not(None))
    plain = plain.join(Transcript, Transcript.recording_id == Recording.id).where(Transcript.id.in_(newest))
    rows = (await session.execute(plain.order_by(Recording.call_id, Recording.started_at, Recording.id))).all()
    opened: dict[int, str] = {}
    if closed := [row[2] for row in rows if row[4]]:
        for one in await session.scalars(select(Transcript).where(Transcript.id.in_(closed))):
            opened[one.id] = "" if one.locked else one.text
    found: dict[int, list[Snippet]] = {}
    for call_id, role, number, text, _ in rows:
        mine = found.setdefault(call_id or 0, [])
        side = _SIDES.get(role, OTHER)
        near = _around(opened.get(number, text), side, terms) if len(mine) < MOST else ""
        masked = snippet(mask_text(near, phones=phones), side, terms) if near else None
        mine += [] if masked is None else [masked]
    return {number: tuple(ones) for number, ones in found.items() if ones}


def _around(said: str, side: str, terms: Sequence[Term]) -> str:
    """As much of a transcript around the first word as a dictated number can reach; "" if none of them is in it.

    To look for numbers in all that was said in 50 calls would take longer than to find the calls.
    """
    pattern = _patterns(terms, side)
    text = normal(said[:_MOST_TEXT])
    first = None if pattern is None else pattern.search(text)
    if first is None:
        return ""
    start = text.rfind(" ", 0, max(0, first.start() - _REACH)) + 1
    end = text.find(" ", first.end() + _REACH)
    return text[start:] if end < 0 else text[start:end]


def _patterns(terms: Sequence[Term], side: str) -> re.Pattern[str] | None:
    """What this party may have said of what is looked for."""
    found = [_pattern(term) for term in terms if not term.excluded and term.side in {"", side}]
    return re.compile("|".join(sorted(found, key=len, reverse=True)), re.IGNORECASE) if found else None


def _pattern(term: Term) -> str:
    """Its pieces in a row, whatever signs lie between; words as wholes, characters and syllables anywhere."""
    return r"[\W_]*".join(_piece(one) for one in term.pieces)


def _piece(piece: Piece) -> str:
    if piece.kind == "han":  # the recogniser puts spaces anywhere
        return r"\s*".join(map(re.escape, piece.text))
    if piece.kind == "hangul" or not piece.text.isascii():
        return re.escape(piece.text)
    return rf"(?<![^\W_]){re.escape(piece.text)}(?![^\W_])"


def _fits(text: Iterable[str], width: int) -> int:
    """How many characters stand in so many columns."""
    number = 0
    for char in text:
        width -= 2 if char >= "\u1100" else 1
        if width < 0:
            break
        number += 1
    return number


def _left(text: str, at: int) -> int:
    """The beginning of the word at ``at``, unless that is far."""
    for place in range(at, max(0, at - 12), -1):
        if place == 0 or text[place - 1].isspace() or not text[place].isascii():
            return place
    return at


def _parts(text: str, pattern: re.Pattern[str], start: int, end: int) -> Iterator[Part]:
    at = start
    for found in pattern.finditer(text, start, end):
        if found.start() > at:
            yield Part(text[at : found.start()])
        if found.end() > found.start():
            yield Part(found.group(), found=True)
        at = found.end()
    if at < end:
        yield Part(text[at:end])


def _dots(wanted: bool) -> tuple[Part, ...]:
    return (Part("…"),) if wanted else ()


__all__ = ["MOST", "Part", "Snippet", "snippet", "snippets"]
