"""In which state the caller was when: menu, waiting, ringing, talk, hold, voicemail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ivr.reports.model import Phase, PhaseKind, TalkStory, VisitStory

Span = tuple[float, float]

# Where stretches overlap, the later kind is what the caller lived through.
_ORDER: tuple[PhaseKind, ...] = ("menu", "voicemail", "waiting", "ringing", "talk", "hold")


def phases(
    duration: float,
    visits: Iterable[VisitStory],
    holds: Iterable[Span] = (),
    messages: Iterable[Span] = (),
    talks: Iterable[TalkStory] = (),
) -> tuple[Phase, ...]:
    """The call cut into phases without gap or overlap.

    Args:
        duration: seconds.
        holds, messages: when the caller was on hold, and when he left a message.
        talks: with whom he talked.
    """
    stretches = [Phase("menu", 0.0, duration)]
    for visit in visits:
        stretches.append(Phase("waiting", visit.joined, visit.joined + visit.wait_s, visit.queue))
        stretches += [Phase("ringing", ring.start, ring.end, ring.agent) for ring in visit.rings]
    stretches += [Phase("talk", talk.start, talk.end, talk.agent) for talk in talks]
    stretches += [Phase("hold", start, end) for start, end in holds]
    stretches += [Phase("voicemail", start, end) for start, end in messages]
    return tuple(_merged(_cut(stretches, duration)))


def _cut(stretches: Sequence[Phase], duration: float) -> list[Phase]:
    edges = sorted({min(max(edge, 0.0), duration) for one in stretches for edge in (one.start, one.end)})
    pieces = []
    for start, end in pairwise(edges):
        middle = (start + end) / 2
        top = max((one for one in stretches if one.start <= middle < one.end), key=lambda one: _ORDER.index(one.kind))
        pieces.append(Phase(top.kind, start, end, top.who))
    return pieces


def _merged(pieces: Iterable[Phase]) -> list[Phase]:
    merged: list[Phase] = []
    for piece in pieces:
        if merged and (merged[-1].kind, merged[-1].who) == (piece.kind, piece.who):
            merged[-1] = Phase(piece.kind, merged[-1].start, piece.end, piece.who)
        else:
            merged.append(piece)
    return merged
