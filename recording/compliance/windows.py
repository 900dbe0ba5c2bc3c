"""When in the speaker's file a rule looks."""

from __future__ import annotations

from collections.abc import Sequence

from recording.compliance.verdict import CallContext, Span
from recording.rulebooks.model import Moment, Rule
from recording.transcription.transcript import PartyTranscript


def own_time(spans: Sequence[Span], offset: float) -> list[Span]:
    """Spans of the call as times in a file that began ``offset`` seconds into it."""
    return [(start - offset, end - offset) for start, end in spans]


def talk_span(transcript: PartyTranscript, context: CallContext, offset: float) -> Span:
    """The part of the file in which the two were connected, seconds in the file."""
    if context.talk is None:
        return 0.0, transcript.duration
    start, end = context.talk
    return max(0.0, start - offset), max(0.0, min(transcript.duration, end - offset))


def speech_within(transcript: PartyTranscript, window: Span) -> float:
    """Seconds of speech inside the window."""
    return sum(max(0.0, min(end, window[1]) - max(start, window[0])) for start, end in transcript.speech)


def windows(rule: Rule, transcript: PartyTranscript, context: CallContext, offset: float, slack: float) -> list[Span]:
    """The stretches a rule looks at, in seconds of the file; several for several holds, none without speech.

    Args:
        rule: with its window.
        transcript: of the speaker.
        context: of the call.
        offset: seconds at which the speaker's file began in the call.
        slack: seconds a window is widened on both sides.
    """
    talk = talk_span(transcript, context, offset)
    spoken = [span for span in transcript.speech if span[1] > talk[0] and span[0] < talk[1]]
    length = rule.window.seconds
    if not spoken:
        return []
    first, last = max(talk[0], spoken[0][0]), min(talk[1], spoken[-1][1])
    moment = rule.window.moment
    if moment is Moment.OPENING:
        found = [(first, first + length)]
    elif moment is Moment.CLOSING:
        found = [(last - length, last)]
    elif moment is Moment.BEFORE_HOLD:
        found = [(start - length, start) for start, _ in own_time(context.holds, offset)]
    elif moment is Moment.AFTER_HOLD:
        found = [(end, end + length) for _, end in own_time(context.holds, offset)]
    else:
        found = [talk]
    return [(max(talk[0], start - slack), min(talk[1], end + slack)) for start, end in found]
