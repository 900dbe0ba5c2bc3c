"""What was measured in the sound of a call: each party's voice, and how the two went together.

Every time is in seconds from the start of the call, every level in dB relative to full scale (dBFS).
docs/sound-features.md has the formulae.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

Span = tuple[float, float]

HEALTH_FLOOR = 40.0  # ASR health, 0..100; below it nothing that rests on words is judged by the machine

RATE_UNITS = {"zh": "characters/min", "ko": "syllables/min", "en": "words/min"}


def rate_unit(language: str) -> str:
    """The unit in which a language's speech rate is counted (norm E1), e.g. ``characters/min`` for ``zh-CN``."""
    return RATE_UNITS.get(language.split("-", maxsplit=1)[0].casefold(), "words/min")


@dataclass(frozen=True, slots=True)
class PartyFeatures:
    """One party's voice.

    Args:
        speech_s: seconds of speech, pauses between words left out.
        duration_s: seconds of the file.
        loudness_db: median level of the speech in dBFS; None without speech.
        evenness_db: spread of the level over the call (norm E3): dB between the 10th and the 90th percentile of
            the stretches' levels; None when there are too few stretches to compare.
        loudest: (start, end) of the loudest stretch of speech.
        loudest_db: its level, dBFS.
        quietest: (start, end) of the quietest stretch of speech.
        quietest_db: its level, dBFS.
        clipping: share of the speech's samples at full scale, 0..1.
        snr_db: signal-to-noise ratio in dB; None without speech.
        speech_rate: units per minute of speaking time (norm E1); None when too little was understood.
        rate_unit: ``characters/min`` (zh), ``words/min`` (en) or ``syllables/min`` (ko).
        rate_s: speaking time the rate was taken over, seconds.
        fillers: how many words were fillers (norm D3); None when the words are not known.
        hold_music: spans of sound that has the strength of speech and is none.
    """

    speech_s: float
    duration_s: float
    loudness_db: float | None = None
    evenness_db: float | None = None
    loudest: Span | None = None
    loudest_db: float | None = None
    quietest: Span | None = None
    quietest_db: float | None = None
    clipping: float = 0.0
    snr_db: float | None = None
    speech_rate: float | None = None
    rate_unit: str = "words/min"
    rate_s: float = 0.0
    fillers: int | None = None
    hold_music: tuple[Span, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "speech_s": self.speech_s,
            "duration_s": self.duration_s,
            "loudness_db": self.loudness_db,
            "evenness_db": self.evenness_db,
            "loudest": _listed(self.loudest),
            "loudest_db": self.loudest_db,
            "quietest": _listed(self.quietest),
            "quietest_db": self.quietest_db,
            "clipping": self.clipping,
            "snr_db": self.snr_db,
            "speech_rate": self.speech_rate,
            "rate_unit": self.rate_unit,
            "rate_s": self.rate_s,
            "fillers": self.fillers,
            "hold_music": [list(span) for span in self.hold_music],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PartyFeatures:
        """The features that ``to_dict`` described."""
        fillers = data.get("fillers")
        return cls(
            speech_s=float(data["speech_s"]),
            duration_s=float(data["duration_s"]),
            loudness_db=_number(data.get("loudness_db")),
            evenness_db=_number(data.get("evenness_db")),
            loudest=_span(data.get("loudest")),
            loudest_db=_number(data.get("loudest_db")),
            quietest=_span(data.get("quietest")),
            quietest_db=_number(data.get("quietest_db")),
            clipping=float(data.get("clipping", 0.0)),
            snr_db=_number(data.get("snr_db")),
            speech_rate=_number(data.get("speech_rate")),
            rate_unit=str(data.get("rate_unit", "words/min")),
            rate_s=float(data.get("rate_s", 0.0)),
            fillers=None if fillers is None else int(fillers),
            hold_music=_spans(data.get("hold_music", ())),
        )


@dataclass(frozen=True, slots=True)
class Overlap:
    """A stretch in which both speak (norm E2).

    Args:
        span: (start, end).
        began_last: who joined in while the other spoke, ``agent`` or ``caller``.
        interruption: whether that was an interruption: the onset at least 0.15 s after the other had begun and at
            least 0.25 s before the other stopped; a shorter one is taking one's turn.
        turn_s: seconds of the turn that broke in; one below about 1 s is mostly a sign of listening ("嗯", "네").
    """

    span: Span
    began_last: str
    interruption: bool = False
    turn_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "span": list(self.span),
            "began_last": self.began_last,
            "interruption": self.interruption,
            "turn_s": self.turn_s,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Overlap:
        """The overlap that ``to_dict`` described."""
        start, end = data["span"]
        return cls(
            (float(start), float(end)),
            str(data["began_last"]),
            interruption=bool(data["interruption"]),
            turn_s=float(data.get("turn_s", 0.0)),
        )


@dataclass(frozen=True, slots=True)
class CallFeatures:
    """One agent and the caller together, while they were connected.

    Args:
        talk: when they were connected.
        agent: the agent's voice; None when his sound is missing.
        caller: the caller's voice; None when his sound is missing.
        overlaps: stretches in which both spoke; empty when one of the two is missing.
        overlap_share: of the time in which anybody spoke, 0..1; None when one is missing or nobody spoke.
        agent_share: the agent's part of all speaking time, 0..1; None when one is missing or nobody spoke.
        dead_air: mutual silences of at least 2 s from the beginning of the talk to its last word (norm E4), muted
            stretches, music and holds of the telephone left out. Empty when one of the two is missing.
        announced: silences that a judgement found announced; no dead air.
        paused: stretches muted on purpose (card data), as they were given.
        responses: seconds from the end of the caller's turn to the agent's first word, one for each turn.
        longest_monologue: the agent's longest turn that the caller did not break into.
    """

    talk: Span
    agent: PartyFeatures | None = None
    caller: PartyFeatures | None = None
    overlaps: tuple[Overlap, ...] = ()
    overlap_share: float | None = None
    agent_share: float | None = None
    dead_air: tuple[Span, ...] = ()
    paused: tuple[Span, ...] = ()
    responses: tuple[float, ...] = ()
    longest_monologue: Span | None = None
    announced: tuple[Span, ...] = ()

    def excusing(self, announced: Iterable[Span]) -> CallFeatures:
        """The same, with silences that were announced as such and no longer as dead air."""
        excused = tuple(announced)
        left = tuple(span for span in self.dead_air if span not in excused)
        return replace(self, dead_air=left, announced=(*self.announced, *excused)) if excused else self

    @property
    def complete(self) -> bool:
        """Whether both parties' sound was there, so that overlap and silence of both mean something."""
        return self.agent is not None and self.caller is not None

    def interruptions(self, by: str) -> tuple[Overlap, ...]:
        """The overlaps in which ``by`` (``agent`` or ``caller``) interrupted the other (norm D7)."""
        return tuple(one for one in self.overlaps if one.interruption and one.began_last == by)

    @property
    def longest_dead_air(self) -> float:
        """Seconds of the longest mutual silence, 0 without any."""
        return max((end - start for start, end in self.dead_air), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "talk": list(self.talk),
            "agent": None if self.agent is None else self.agent.to_dict(),
            "caller": None if self.caller is None else self.caller.to_dict(),
            "overlaps": [one.to_dict() for one in self.overlaps],
            "overlap_share": self.overlap_share,
            "agent_share": self.agent_share,
            "dead_air": [list(span) for span in self.dead_air],
            "paused": [list(span) for span in self.paused],
            "responses": list(self.responses),
            "longest_monologue": _listed(self.longest_monologue),
            "announced": [list(span) for span in self.announced],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CallFeatures:
        """The features that ``to_dict`` described."""
        agent, caller = data.get("agent"), data.get("caller")
        start, end = data["talk"]
        return cls(
            talk=(float(start), float(end)),
            agent=None if agent is None else PartyFeatures.from_dict(agent),
            caller=None if caller is None else PartyFeatures.from_dict(caller),
            overlaps=tuple(Overlap.from_dict(one) for one in data.get("overlaps", ())),
            overlap_share=_number(data.get("overlap_share")),
            agent_share=_number(data.get("agent_share")),
            dead_air=_spans(data.get("dead_air", ())),
            paused=_spans(data.get("paused", ())),
            responses=tuple(float(one) for one in data.get("responses", ())),
            longest_monologue=_span(data.get("longest_monologue")),
            announced=_spans(data.get("announced", ())),
        )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _span(value: Any) -> Span | None:
    return None if value is None else (float(value[0]), float(value[1]))


def _spans(values: Any) -> tuple[Span, ...]:
    return tuple((float(start), float(end)) for start, end in values)


def _listed(span: Span | None) -> list[float] | None:
    return None if span is None else list(span)
