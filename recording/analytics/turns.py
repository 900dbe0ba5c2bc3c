"""How two people share a conversation: overlap, interruptions, silences, answers (norms D7, E2, E4)."""

from __future__ import annotations

from collections.abc import Sequence

from recording.analytics.features import Overlap, Span
from recording.analytics.spans import common, merged, without

TURN_PAUSE_S = 0.5  # a shorter pause does not end a turn
JOINED_S = 0.15  # an onset this long after the other had begun ...
LEFT_S = 0.25  # ... and this long before the other stopped is an interruption; else a turn is taken
SHORTEST_OVERLAP_S = 0.1
DEAD_AIR_S = 2.0


def overlaps(agent: Sequence[Span], caller: Sequence[Span]) -> list[Overlap]:
    """Stretches in which both speak, in order.

    Args:
        agent: spans of the agent's voice, seconds of the call, in order.
        caller: the same of the caller.
    """
    turns = {"agent": merged(agent, TURN_PAUSE_S), "caller": merged(caller, TURN_PAUSE_S)}
    found: list[Overlap] = []
    for own, other in (("agent", "caller"), ("caller", "agent")):
        for start, end in turns[own]:
            theirs = next((turn for turn in turns[other] if turn[0] <= start < turn[1]), None)
            if theirs is None or (theirs[0] == start and own == "caller"):
                continue
            over = min(end, theirs[1])
            if over - start < SHORTEST_OVERLAP_S:
                continue
            cut_in = start - theirs[0] >= JOINED_S and theirs[1] - start >= LEFT_S
            span = (round(start, 3), round(over, 3))
            found.append(Overlap(span, own, interruption=cut_in, turn_s=round(end - start, 3)))
    return sorted(found, key=lambda one: one.span)


def overlap_share(agent: Sequence[Span], caller: Sequence[Span]) -> float | None:
    """Time in which both speak over time in which anybody does, 0..1; None when nobody speaks."""
    both = sum(end - start for start, end in common(merged(agent), merged(caller)))
    anybody = sum(end - start for start, end in merged([*agent, *caller]))
    return round(both / anybody, 4) if anybody else None


def dead_air(spoken: Sequence[Span], talk: Span, excused: Sequence[Span]) -> list[Span]:
    """Silences of both of at least ``DEAD_AIR_S``, from the beginning of the talk to its last word.

    The silence after the last word is the end of the call, not a wait. Where nobody ever speaks, all is silence.

    Args:
        spoken: spans of both voices, seconds of the call.
        talk: when the two were connected.
        excused: stretches that are no dead air: muted on purpose, or filled with music.
    """
    voices = merged(spoken)
    silences = without([(talk[0], voices[-1][1] if voices else talk[1])], voices)
    return [span for span in without(silences, excused) if span[1] - span[0] >= DEAD_AIR_S]


def responses(agent: Sequence[Span], caller: Sequence[Span], muted: Sequence[Span] = ()) -> list[float]:
    """Seconds from the end of each of the caller's turns to the agent's first word after it.

    A turn the agent broke into, or after which the caller himself went on or the recording was muted, has no response.
    """
    own = merged(agent, TURN_PAUSE_S)
    theirs = merged(caller, TURN_PAUSE_S)
    found: list[float] = []
    for index, (_, end) in enumerate(theirs):
        following = theirs[index + 1][0] if index + 1 < len(theirs) else float("inf")
        answer = next((start for start, _ in own if start >= end), None)
        spoken_over = any(start < end < stop for start, stop in own)
        if answer is None or any(start < answer and end < stop for start, stop in muted):
            continue
        if answer < following and not spoken_over:
            found.append(round(answer - end, 3))
    return found


def longest_monologue(agent: Sequence[Span], caller: Sequence[Span]) -> Span | None:
    """The agent's longest stretch from a first to a last word without a turn of the caller between."""
    best: Span | None = None
    begun: float | None = None
    until = 0.0
    events = sorted([(*span, True) for span in merged(agent)] + [(*span, False) for span in merged(caller)])
    for start, end, own in events:
        if not own:
            begun = None
            continue
        if begun is None:
            begun = start
        until = max(end, start)
        if best is None or until - begun > best[1] - best[0]:
            best = (begun, until)
    return None if best is None else (round(best[0], 3), round(best[1], 3))
