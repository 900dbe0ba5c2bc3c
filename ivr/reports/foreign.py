"""The story of a recording that was made elsewhere: the same pages as for our own calls."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from ivr.reports.books import book_of
from ivr.reports.load import WAVE_POINTS
from ivr.reports.model import CallStory
from ivr.reports.story import build_story
from ivr.storage.models import Call, QueueVisit, Recording
from recording.audio.peaks import peaks
from recording.findings import Run, transcript_row
from recording.foreign import ForeignJudged
from recording.rulebooks.model import Rulebook

_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)  # nobody knows when it was; the story's times count from its start


def foreign_story(number: int, judged: ForeignJudged, rulebook: Rulebook) -> CallStory:
    """What was found in a foreign recording, as the reports show calls.

    Args:
        number: of the call, 1 and up.
    """
    end = _BEGIN + timedelta(seconds=judged.duration)
    talk = QueueVisit(
        queue="", joined_at=_BEGIN, left_at=_BEGIN, connected_at=_BEGIN, completed_at=end, agent="",
        outcome="answered", ended_by="", rings=[],
    )  # fmt: skip
    call = Call(
        id=number, linkedid=judged.call.name, number=judged.call.name[:64], caller="", language=rulebook.language,
        flow="", flow_version="", route="", started_at=_BEGIN, ended_at=end, outcome="answered", hung_up_by="",
        evidence={}, legs=[], steps=[], visits=[talk], recordings=[],
    )  # fmt: skip
    run = Run(call, "foreign", _BEGIN)
    transcripts, waves = {}, {}
    for place, (role, transcript) in enumerate(judged.transcripts.items(), start=1):
        sound = judged.call.agent if role == "agent" else judged.call.caller
        assert sound is not None
        row = Recording(
            id=place, linkedid=call.linkedid, uniqueid=role, role=role, agent="", file="", started_at=_BEGIN,
            rate=sound.rate, frames=len(sound.samples), sha256="", state="closed", gap_cause="",
        )  # fmt: skip
        call.recordings.append(row)
        transcripts[place] = transcript_row(row, transcript, None, _BEGIN)
        share = sound.duration / judged.duration if judged.duration else 1.0
        points = min(WAVE_POINTS, max(16, math.ceil(WAVE_POINTS * share)))
        waves[place] = tuple((float(low), float(high)) for low, high in peaks(sound.samples, points))
    agent = next((row for row in call.recordings if row.role == "agent"), Recording(id=0, role="agent", agent=""))
    return build_story(
        call,
        zone=UTC,
        transcripts=transcripts,
        verdicts=[run.verdict(agent, verdict) for verdict in judged.verdicts],
        scores=[run.score(agent, judged.card, rulebook)],
        features=[run.features(agent, judged.features, judged.health.get("agent"), judged.health.get("caller"))],
        books={f"{rulebook.name} {rulebook.full_version}": book_of(rulebook.model_dump_json(warnings=False))},
        waves=waves,
    )
