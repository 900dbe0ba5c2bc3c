"""What two people say in one made-up talk, put together from templates by chance."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("zh-CN", "en-US", "ko-KR")
_FOLDER = Path(__file__).resolve().parent / "dialogues"
_GAP = (0.35, 1.3)  # seconds from one turn to the next
_TYPING = (1.2, 4.5)  # the agent looks something up
_HOLD = (12.0, 55.0)


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of speech.

    Args:
        role: agent or caller.
        words: apart; those in braces are filled in later.
        pause: seconds of silence before it.
        held: whether the caller was on hold in that silence.
    """

    role: str
    words: tuple[str, ...]
    pause: float
    held: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """One talk.

    Args:
        language: e.g. ``zh-CN``.
        topic: what it is about.
        kind: plain, complaint or transfer (it ends with the caller handed on).
        turns: in order.
        ended_by: caller, agent or transfer.
    """

    language: str
    topic: str
    kind: str
    turns: tuple[Turn, ...]
    ended_by: str


@cache
def templates(language: str) -> Mapping[str, Any]:
    """What can be said in a language."""
    found: Mapping[str, Any] = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text("utf-8"))
    return found


@dataclass
class _Composer:
    book: Mapping[str, Any]
    chance: random.Random
    quality: float
    turns: list[Turn] = field(default_factory=list)

    def well(self, least: float = 0.5) -> bool:
        """Whether the agent does this as he should."""
        return self.chance.random() < least + (0.99 - least) * self.quality

    def say(self, role: str, text: str, *, pause: tuple[float, float] = _GAP, held: bool = False) -> None:
        self.turns.append(Turn(role, tuple(text.split()), round(self.chance.uniform(*pause), 2), held))

    def pick(self, texts: Sequence[str]) -> str:
        return self.chance.choice(texts)


def compose(
    language: str, chance: random.Random, *, quality: float, topic: str, kind: str = "plain", festival: bool = False
) -> Script:
    """Put a talk together.

    Args:
        quality: 0..1, how well the agent keeps to the script.
        topic: one of the language's.
        kind: plain, complaint or transfer.
        festival: whether the agent greets as on a holiday.
    """
    book = templates(language)
    about = next(one for one in book["topics"] if one["name"] == topic)
    made = _Composer(book, chance, quality)
    _open(made, festival=festival)
    made.say("caller", made.pick(about["ask"]))
    if kind == "complaint":
        _complain(made)
    for question, answer in chance.sample(book["identify"], k=chance.choice((1, 1, 2))):
        made.say("agent", question)
        made.say("caller", answer)
    _look_up(made)
    made.say("agent", made.pick(about["explain"]), pause=_TYPING)
    for question, answer in chance.sample(about["follow"], k=chance.randint(0, min(2, len(about["follow"])))):
        made.say("caller", question)
        made.say("agent", answer, pause=_TYPING if chance.random() < 0.4 else _GAP)
        if chance.random() < 0.4:
            made.say("caller", made.pick(book["chat"]))
    _slip(made)
    if kind == "transfer":
        made.say("agent", made.pick(book["transfer"]["ask" if made.well(0.6) else "none"]))
        made.say("caller", made.pick(book["wait"]))
        return Script(language, topic, kind, tuple(made.turns), "transfer")
    if chance.random() < (0.6 if kind == "complaint" else 0.15):
        _take_on(made)
    _close(made, kind)
    return Script(language, topic, kind, tuple(made.turns), "agent" if chance.random() < 0.15 else "caller")


def _open(made: _Composer, *, festival: bool) -> None:
    opening = made.book["opening"]
    if made.chance.random() < 0.2:
        made.say("caller", made.pick(made.book["caller_greets"]), pause=(0.2, 0.6))
    first = (0.6, 1.6) if made.well(0.8) else (4.5, 7.0)
    kind = "full" if made.well(0.45) else "partial" if made.chance.random() < 0.75 else "poor"
    made.say("agent", made.pick(opening["festival" if festival and kind == "full" else kind]), pause=first)


def _complain(made: _Composer) -> None:
    words = made.book["complaint"]
    made.say("caller", made.pick(words["caller"]))
    apology, empathy = made.well(0.55), made.well(0.4)
    if apology:
        made.say("agent", made.pick(words["apology"]))
    if empathy:
        made.say("agent", made.pick(words["empathy"]), pause=(0.3, 0.5) if apology else _GAP)
    if not (apology or empathy):
        made.say("agent", made.pick(words["none"]))


def _look_up(made: _Composer) -> None:
    if made.chance.random() > 0.45:
        return
    hold = made.book["hold"]
    made.say("agent", made.pick(hold["ask" if made.well(0.5) else "no_ask"]))
    made.say("caller", made.pick(made.book["wait"]))
    thanks = made.pick(hold["thanks" if made.well(0.45) else "no_thanks"])
    made.say("agent", thanks, pause=_HOLD, held=made.chance.random() < 0.7)


def _slip(made: _Composer) -> None:
    slips = made.book["slips"]
    often = {
        "negative": 0.08,
        "catch-phrase": 0.05,
        "promise": 0.04,
        "rudeness": 0.025,
        "brush-off": 0.03,
        "private": 0.01,
    }
    for name, share in often.items():
        if name in slips and made.chance.random() < share * (2.2 - 2 * made.quality):
            made.say("agent", made.pick(slips[name]))
            made.say("caller", made.pick(made.book["chat"]))


def _take_on(made: _Composer) -> None:
    needs, dictation = made.book["needs_time"], made.book["dictation"]
    made.say("agent", made.pick(needs["line"]))
    made.say("agent", made.pick(needs["good" if made.well(0.5) else "poor"]), pause=(0.3, 0.6))
    made.say("caller", made.pick(needs["answer"]))
    if made.chance.random() < 0.5:
        if made.well(0.4):
            made.say("agent", made.pick(dictation["ask"]))
            made.say("caller", made.pick(made.book["wait"]))
        made.say("agent", made.pick(dictation["line"]))
        made.say("caller", made.pick(dictation["answer"]))


def _close(made: _Composer, kind: str) -> None:
    book = made.book
    if kind == "complaint" and made.well(0.3):
        made.say("agent", made.pick(book["complaint"]["satisfied"]))
        made.say("caller", made.pick(book["complaint"]["answer"]))
    if made.chance.random() < 0.06:
        made.say("caller", made.pick(book["suggestion"]["caller"]))
        made.say("agent", made.pick(book["suggestion"]["answered" if made.well(0.5) else "unanswered"]))
    if made.chance.random() < (0.25 if kind == "complaint" else 0.6):
        made.say("caller", made.pick(book["thanks"]["caller"]))
        made.say("agent", made.pick(book["thanks"]["answered" if made.well(0.5) else "unanswered"]))
    if made.well(0.4):
        made.say("agent", made.pick(book["more"]["ask"]))
        made.say("caller", made.pick(book["more"]["answer"]))
    ending = "full" if made.well(0.5) else "partial" if made.chance.random() < 0.8 else "poor"
    made.say("agent", made.pick(book["closing"][ending]))
    made.say("caller", made.pick(book["bye"]))


__all__ = ["LANGUAGES", "Script", "Turn", "compose", "templates"]
