"""What one judgement looks at: both parties' words, the times of the call, and where things were heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from recording.compliance.evidence import Listener, within
from recording.compliance.thresholds import Thresholds
from recording.compliance.verdict import CallContext, Hit, Span
from recording.rulebooks.model import Cue, Kind, Part, Rule, Rulebook
from recording.rulebooks.names import fill, values_of
from recording.transcription.transcript import PartyTranscript


@dataclass(frozen=True, slots=True)
class Side:
    """One party: the transcript, and when its file began in the call (seconds)."""

    role: str
    transcript: PartyTranscript | None
    offset: float

    def talk(self, context: CallContext) -> Span:
        """The part of the file in which the two were connected, seconds in the file; empty without a transcript."""
        if self.transcript is None:
            return 0.0, 0.0
        if context.talk is None:
            return 0.0, self.transcript.duration
        start, end = context.talk
        return max(0.0, start - self.offset), max(0.0, min(self.transcript.duration, end - self.offset))

    def speech(self, context: CallContext) -> list[Span]:
        """Spans of speech in the talk, seconds in the file."""
        if self.transcript is None:
            return []
        start, end = self.talk(context)
        return [
            (max(start, one), min(end, other)) for one, other in self.transcript.speech if other > start and one < end
        ]

    def spoke(self, context: CallContext) -> float:
        """Seconds of speech in the talk."""
        return sum(end - start for start, end in self.speech(context))


@dataclass(frozen=True, slots=True)
class Places:
    """Where something was heard.

    Args:
        sure: (start, end) of each place, seconds of the call, in order.
        unsure: whether it may have been said elsewhere too.
    """

    sure: tuple[Span, ...] = ()
    unsure: bool = False


@dataclass(slots=True)
class Scene:
    """One agent's part in one call, as a rulebook sees it."""

    rulebook: Rulebook
    agent: Side
    caller: Side
    context: CallContext
    limits: Thresholds
    _listeners: dict[str, Listener] = field(default_factory=dict)
    _places: dict[str, Places] = field(default_factory=dict)
    _names: dict[str, tuple[str, ...]] | None = None

    def sides(self, by: str) -> tuple[Side, ...]:
        """Whose words count."""
        return {"agent": (self.agent,), "caller": (self.caller,)}.get(by, (self.agent, self.caller))

    def listener(self, side: Side) -> Listener:
        """Finds evidence in a side's transcript, which must be there."""
        assert side.transcript is not None
        if side.role not in self._listeners:
            self._listeners[side.role] = Listener(side.transcript, self.rulebook, self.limits)
        return self._listeners[side.role]

    def hits(self, rule: Rule, part: Part, side: Side, window: Span) -> list[Hit]:
        """Evidence for a part with the site's names in it, best first; another name than the site's is weak."""
        assert side.transcript is not None
        if self._names is None:
            self._names = values_of(self.rulebook, self.context.agent)
        filled = fill(part, self._names, side.transcript.unusable)
        found = self.listener(side).hits(rule, filled.part, window)
        if not filled.named or rule.kind is Kind.MUST_NOT:
            return found
        weighed = [replace(hit, strong=False) if filled.otherwise(hit.phrase, hit.missing) else hit for hit in found]
        return sorted(weighed, key=lambda hit: not hit.strong)  # stable: the best stay first

    def silent(self, side: Side) -> bool:
        """Whether that party is known to have said nothing in the talk."""
        return side.transcript is not None and side.spoke(self.context) < self.limits.shortest_speech

    def doubt(self, side: Side, window: Span) -> bool:
        """Whether the absence of words proves nothing there: no transcript, noise, or speech nobody understood."""
        transcript = side.transcript
        if transcript is None:
            return True
        if transcript.snr_db is not None and transcript.snr_db < self.limits.snr_floor_db:
            return True
        return not_understood(transcript, window, self.limits)

    def places(self, name: str) -> Places:
        """Where a cue or rule of the rulebook was heard."""
        if name not in self._places:
            cue = next((one for one in self.rulebook.cues if one.id == name), None)
            self._places[name] = self._find(_as_rule(cue) if cue is not None else self.rulebook.rule(name))
        return self._places[name]

    def _find(self, rule: Rule) -> Places:
        sure: list[Span] = []
        unsure = False
        for side in self.sides(rule.by):
            talk = side.talk(self.context)
            if self.silent(side):
                continue  # said nothing
            if side.transcript is None:
                unsure = True
                continue
            strong: list[list[Span]] = []
            weak = 0
            for part in rule.all_parts:
                hits = self.hits(rule, part, side, talk)
                spans = [hit.span for hit in hits if hit.strong]
                if spans:
                    strong.append(spans)
                weak += bool(hits) and not spans
            if len(strong) >= rule.needed:
                spans = strong[0] if len(rule.all_parts) == 1 else [_hull([one for part in strong for one in part])]
                sure += [(start + side.offset, end + side.offset) for start, end in spans]
            else:
                unsure = unsure or len(strong) + weak >= rule.needed or self.doubt(side, talk)
        return Places(tuple(_apart(sorted(sure))), unsure and not sure)


def not_understood(transcript: PartyTranscript, window: Span, limits: Thresholds) -> bool:
    """Whether there was speech of which the recogniser made next to nothing."""
    spoken = sum(max(0.0, min(end, window[1]) - max(start, window[0])) for start, end in transcript.speech)
    return spoken >= limits.shortest_speech and len(within(transcript.words, window)) < limits.fewest_words * spoken


def _as_rule(cue: Cue) -> Rule:
    """A cue as the rule a listener can look for."""
    return Rule(
        id=cue.id,
        norm="C1",
        title=cue.title,
        kind=Kind.MUST,
        by=cue.by,
        phrases=cue.phrases,
        near_misses=cue.near_misses,
        must_match=cue.must_match,
        must_not_match=cue.must_not_match,
    )


def _hull(spans: Sequence[Span]) -> Span:
    return min(start for start, _ in spans), max(end for _, end in spans)


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, those that lie over one another made one."""
    out: list[Span] = []
    for start, end in spans:
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


__all__ = ["Places", "Scene", "Side", "not_understood"]
