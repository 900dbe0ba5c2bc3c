"""What a flow's steps tell, as facts for the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from dialplan.model import Language
from ivr.core.clock import Clock
from ivr.journal.facts import (
    Fact,
    LanguageChosen,
    Outcome,
    OutcomeDecided,
    QueueReturned,
    RecordingRefused,
    StepFact,
    SurveyAnswered,
)


class Journal(Protocol):
    """Where facts go; never blocks the call."""

    def put(self, fact: Fact) -> None:
        """Take one fact."""
        ...


class JournalTrace:
    """Tells the journal what the steps tell."""

    def __init__(self, linkedid: str, journal: Journal, clock: Clock) -> None:
        self._linkedid = linkedid
        self._journal = journal
        self._clock = clock

    def step(self, step: str, kind: str, event: str, detail: Mapping[str, Any]) -> None:
        """One event of one step."""
        self._journal.put(
            StepFact(
                at=self._clock.now(),
                linkedid=self._linkedid,
                step=step,
                kind=kind,
                event=event,
                detail=dict(detail),
            )
        )

    def language(self, language: Language) -> None:
        """The language the caller chose."""
        self._journal.put(LanguageChosen(at=self._clock.now(), linkedid=self._linkedid, language=language))

    def refused(self) -> None:
        """The caller does not want to be recorded."""
        self._journal.put(RecordingRefused(at=self._clock.now(), linkedid=self._linkedid))

    def turned_away(self, queue: str, status: str) -> None:
        """The caller asked for an agent and was not let into the queue."""
        self._journal.put(QueueReturned(at=self._clock.now(), linkedid=self._linkedid, queue=queue, status=status))

    def outcome(self, outcome: Outcome) -> None:
        """What the call came to."""
        self._journal.put(OutcomeDecided(at=self._clock.now(), linkedid=self._linkedid, outcome=outcome))

    def answered(self, question: str, answer: str) -> None:
        """What the caller answered to a question of a survey."""
        self._journal.put(
            SurveyAnswered(at=self._clock.now(), linkedid=self._linkedid, question=question, answer=answer)
        )


__all__ = ["Journal", "JournalTrace"]
