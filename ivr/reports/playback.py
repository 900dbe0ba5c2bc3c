"""One call to be looked at and heard: its story, its sound on one clock, what of it is not to be heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.reports.load import story_of
from ivr.reports.masked import masked_story
from ivr.reports.model import CallStory
from ivr.storage import calls, legal_holds, quality
from ivr.storage.models import Call, LegalHold, Recording, Transcript
from ivr.storage.people import reviews
from recording.keeping.secrets import CallSecrets, secrets_of
from recording.keeping.tracks import Track, tracks_of
from recording.review.cards import BLIND


@dataclass(frozen=True, slots=True)
class CallSound:
    """What of a call can be heard.

    Args:
        call: with its ledger.
        tracks: its closed files, with the spans that are to be silent.
        secrets: dictated numbers found in its words; none where all may be heard.
        unknown: files whose words are not known here, so that dictated numbers in them are not either.
        transcripts: the newest of each file.
    """

    call: Call
    tracks: tuple[Track, ...]
    secrets: CallSecrets
    unknown: tuple[Recording, ...]
    transcripts: Sequence[tuple[Recording, Transcript]]

    @property
    def locked(self) -> bool:
        """Whether words of it are sealed and cannot be opened here."""
        return any(transcript.locked for _, transcript in self.transcripts)


@dataclass(frozen=True, slots=True)
class Playback:
    """One call, whole.

    Args:
        holds: legal holds in force.
        blind: agents whose part the viewer is to score without the machine's verdicts.
    """

    sound: CallSound
    story: CallStory
    holds: Sequence[LegalHold]
    blind: frozenset[str]


async def sound_of(session: AsyncSession, call_id: int, *, plain: bool) -> CallSound | None:
    """What of a call can be heard; None if there is no such call.

    Args:
        plain: with numbers of cards and identity papers that were dictated.
    """
    call = await calls.partly(session, call_id, "recordings")
    return None if call is None else await _sound(session, call, plain=plain)


async def _sound(session: AsyncSession, call: Call, *, plain: bool) -> CallSound:
    transcripts = await quality.transcripts(session, call.id)
    secrets = CallSecrets() if plain else secrets_of(call, transcripts)
    known = {row.id for row, transcript in transcripts if not transcript.locked}
    unknown = tuple(row for row in call.recordings if row.state == "closed" and row.frames and row.id not in known)
    return CallSound(call, tuple(tracks_of(call, secrets.by_recording)), secrets, unknown, transcripts)


async def playback_of(
    session: AsyncSession, call_id: int, *, viewer: str, zone: tzinfo, numbers: bool, plain: bool
) -> Playback | None:
    """A call as ``viewer`` may see it; None if there is no such call.

    Args:
        viewer: the login under which he reviews.
        zone: in which times are told.
        numbers: with the caller's number.
        plain: with numbers that were dictated.
    """
    call = await calls.get(session, call_id)
    if call is None:
        return None
    sound = await _sound(session, call, plain=plain)
    story = await story_of(session, call, sound.transcripts, zone=zone, mask=not numbers)
    if not plain:
        told = story.events
        story = masked_story(story, call, sound.secrets, phones=not numbers)
        # The number that was called is the centre's own, and looks like any other.
        whole = tuple(was if was.kind == "call" else now for was, now in zip(told, story.events, strict=True))
        story = replace(story, events=whole)
    drafts = await reviews.list_reviews(session, call_id=call_id, reviewer=viewer, kinds=BLIND, state="draft")
    return Playback(
        sound,
        story,
        await legal_holds.list_holds(session, call_id=call_id),
        frozenset(row.agent for row in drafts),
    )


__all__ = ["CallSound", "Playback", "playback_of", "sound_of"]
