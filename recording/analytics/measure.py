"""From two measured files to the features of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recording.analytics import turns
from recording.analytics.features import CallFeatures, PartyFeatures, Span
from recording.analytics.loudness import Stretch
from recording.analytics.rate import pace
from recording.analytics.spans import cut, length, merged, moved, rounded, without
from recording.analytics.track import VoiceTrack
from recording.transcription.transcript import Word

FEWEST_STRETCHES = 4  # of speech, for a spread of loudness to mean something


@dataclass(frozen=True, slots=True)
class Party:
    """One party of a call.

    Args:
        track: what was measured in his file.
        offset: seconds at which his file began in the call.
        words: what he said, seconds from the file's first frame; None when it was not transcribed.
    """

    track: VoiceTrack
    offset: float = 0.0
    words: Sequence[Word] | None = None


def call_features(
    agent: Party | None,
    caller: Party | None,
    *,
    language: str,
    talk: Span | None = None,
    paused: Sequence[Span] = (),
    apart: Sequence[Span] = (),
) -> CallFeatures:
    """The features of one agent's talk with the caller.

    Args:
        agent: None when his sound is missing.
        caller: None when his sound is missing.
        language: for the unit of the speech rate.
        talk: when the two were connected, seconds of the call; None: as long as the files last.
        paused: stretches muted on purpose (card data), seconds of the call.
        apart: when one had the other on hold: what is said then is said to somebody else.
    """
    parties = [party for party in (agent, caller) if party is not None]
    if talk is None:
        talk = (0.0, max((party.offset + party.track.duration for party in parties), default=0.0))
    mutes = merged(cut(paused, talk))
    features = CallFeatures(
        talk=talk,
        agent=_party(agent, talk, language, apart),
        caller=_party(caller, talk, language, apart),
        paused=rounded(mutes),
    )
    if agent is None or caller is None:
        return features
    own = without(moved(agent.track.speech, agent.offset, talk), apart)
    theirs = without(moved(caller.track.speech, caller.offset, talk), apart)
    silenced = merged([*mutes, *cut(apart, talk)])
    music = [span for party in parties for span in moved(party.track.music, party.offset, talk)]
    spoken = length(own) + length(theirs)
    return CallFeatures(
        talk=talk,
        agent=features.agent,
        caller=features.caller,
        overlaps=tuple(turns.overlaps(own, theirs)),
        overlap_share=turns.overlap_share(own, theirs),
        agent_share=round(length(own) / spoken, 4) if spoken else None,
        dead_air=rounded(turns.dead_air([*own, *theirs], talk, [*silenced, *music])),
        paused=features.paused,
        responses=tuple(turns.responses(own, theirs, silenced)),
        longest_monologue=turns.longest_monologue(own, merged([*theirs, *silenced])),  # a pause ends it, too
    )


def _party(party: Party | None, talk: Span, language: str, apart: Sequence[Span]) -> PartyFeatures | None:
    if party is None:
        return None
    track, offset = party.track, party.offset

    def counts(one: Stretch | Word) -> bool:
        middle = (one.start + one.end) / 2 + offset
        return talk[0] <= middle <= talk[1] and not any(start <= middle < end for start, end in apart)

    inside = [one for one in track.stretches if counts(one)]
    loudest = max(inside, key=lambda one: one.level_db, default=None)
    quietest = min(inside, key=lambda one: one.level_db, default=None)
    measured = [one.level_db for one in inside]
    words = None
    if party.words is not None:
        words = [word for word in party.words if counts(word)]
    found = pace(words or (), language)
    spread = None
    if len(measured) >= FEWEST_STRETCHES:
        low, high = np.percentile(measured, [10, 90])
        spread = round(float(high - low), 1)
    seconds = sum(one.end - one.start for one in inside)
    clipped = sum(one.clipped * (one.end - one.start) for one in inside)
    return PartyFeatures(
        speech_s=round(length(without(moved(track.speech, offset, talk), apart)), 2),
        duration_s=track.duration,
        loudness_db=round(float(np.median(measured)), 1) if measured else None,
        evenness_db=spread,
        loudest=_at(loudest, offset),
        loudest_db=loudest.level_db if loudest else None,
        quietest=_at(quietest, offset),
        quietest_db=quietest.level_db if quietest else None,
        clipping=round(clipped / seconds, 5) if seconds else 0.0,
        snr_db=track.snr_db,
        speech_rate=found.rate,
        rate_unit=found.unit,
        rate_s=found.seconds,
        fillers=None if words is None else found.fillers,
        hold_music=rounded(moved(track.music, offset, talk)),
    )


def _at(stretch: Stretch | None, offset: float) -> Span | None:
    return None if stretch is None else (round(stretch.start + offset, 3), round(stretch.end + offset, 3))
