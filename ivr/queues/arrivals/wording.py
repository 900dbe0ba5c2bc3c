"""What an agent is told of a caller, as sounds in the agent's language; our own number words, Korean ones too."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.base import WhisperPart
from dialplan.model import Language, Queue
from ivr.queues.arrivals.facts import Arrival
from prompts import catalogue
from prompts.numbers import MOST, cardinal
from prompts.sounds import asterisk_code

SHORTEST = 10.0
"""Seconds of a wait that is worth telling."""
LONGEST = 60
"""Minutes beyond which no number is said."""

Phrase = list[str]
"""Ids of sounds, ours and Asterisk's, that are said or left out together."""


def whisper(queue: Queue, arrival: Arrival, waited: float, language: str) -> Iterator[Phrase]:
    """The parts the queue wants told, each a phrase; nothing is said of what is not known or has no prompt.

    Args:
        waited: seconds.
        language: the agent's.
    """
    for part in queue.whisper:
        said = _phrase(part, queue, arrival, waited, language)
        if said and all(one in catalogue.load(language) for one in said):
            yield said


def _phrase(part: WhisperPart, queue: Queue, arrival: Arrival, waited: float, language: str) -> Phrase:
    match part:
        case "queue":
            return [queue.title_prompt] if queue.title_prompt else []
        case "language":
            return caller_speaks(arrival.language)
        case "wait":
            return wait(language, waited)
        case "region":
            province = arrival.region.province if arrival.region else ""
            return [f"region-{province}"] if province else []
        case "contacts":
            return contact(language, arrival.calls)


def caller_speaks(language: Language) -> Phrase:
    """The caller's language."""
    return [f"whisper-language-{asterisk_code(language)}"]


def wait(language: str, seconds: float) -> Phrase:
    """How long he has waited: in tens of seconds, from a minute on in minutes, both rounded down."""
    if seconds < SHORTEST:
        return []
    if seconds < 60:
        return ["whisper-waited", *cardinal(language, int(seconds) // 10 * 10), "queue-seconds"]
    minutes = int(seconds) // 60
    if minutes > LONGEST:
        return ["whisper-waited-hour"]
    if minutes == 2:
        return ["whisper-waited", "minutes-2"]  # Mandarin counts two with a word of its own
    return ["whisper-waited", *cardinal(language, minutes), "queue-minute" if minutes == 1 else "queue-minutes"]


def contact(language: str, calls: int) -> Phrase:
    """Which call of his it is of late; nothing of the first."""
    if calls < 2:
        return []
    return ["whisper-contact", *cardinal(language, min(calls, MOST)), "whisper-contact-times"]


__all__ = ["LONGEST", "SHORTEST", "Phrase", "caller_speaks", "contact", "wait", "whisper"]
