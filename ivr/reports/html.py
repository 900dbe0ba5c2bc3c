"""The report as one HTML file that asks nobody for anything: styles, script and pictures are inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment
from markupsafe import Markup

from ivr.core.language import Text, console_language
from ivr.reports import figures, marks, sounds, wording
from ivr.reports.arranged import arranged, shown_reading
from ivr.reports.findings import Finding
from ivr.reports.hits import GLYPHS, mark_on
from ivr.reports.indicators import Indicators
from ivr.reports.model import CallStory
from ivr.reports.page import asset, environment, policy, write_whole
from ivr.reports.picture import draw
from ivr.reports.speech import LOW_CONFIDENCE, joined
from ivr.reports.tracks import Utterance, Word

_OUTCOME_CLASSES = frozenset({"answered", "abandoned", "voicemail", "failed", "interrupted"})
_ROLE_CLASSES = frozenset({"caller", "agent", "voicemail", "statement"})
_EVENT_CLASSES = frozenset({"prompt", "key", "connect", "hangup"})
_PHASE_CLASSES = {
    "menu": "menu",
    "waiting": "waiting",
    "ringing": "ringing",
    "talk": "talkphase",
    "hold": "hold",
    "voicemail": "voicemailphase",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an utterance: ``mark`` as in Finding if a rule rests on them, ``low`` if hardly understood."""

    text: str
    mark: str
    low: bool


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause of the recording between the utterances."""

    start: float
    mark: Text


def write_html(
    path: Path,
    stories: Sequence[CallStory],
    indicators: Indicators | None,
    *,
    title: Text,
    zone: tzinfo,
    language: Literal["en", "zh"] | None = None,
    made_at: datetime | None = None,
) -> None:
    """Write the report to ``path``, whole or not at all; readable by this user only.

    Args:
        language: shown first; the console's when None. The page holds both.
        made_at: the time of the report, if it is to be shown.

    Raises:
        UsageError: if the file cannot be written.
    """
    page = render_html(stories, indicators, title=title, zone=zone, language=language, made_at=made_at)
    write_whole(path, page.encode("utf-8"))


def render_html(
    stories: Sequence[CallStory],
    indicators: Indicators | None,
    *,
    title: Text,
    zone: tzinfo,
    language: Literal["en", "zh"] | None = None,
    made_at: datetime | None = None,
) -> str:
    """The report as text; arguments as in ``write_html``."""
    style, script = asset("report.css"), asset("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=title,
            zone=_zone_name(zone, stories),
            since=indicators.since.astimezone(zone) if indicators else None,
            until=indicators.until.astimezone(zone) if indicators else None,
            made_at=made_at.astimezone(zone) if made_at else None,
            language=language or console_language(),
            indicators=indicators,
            stories=stories,
            longest=max((story.duration for story in stories), default=0.0) or 1.0,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=policy(style, script),
        )
    )


def pieces(utterance: Utterance, findings: Sequence[Finding]) -> list[Piece]:
    """An utterance cut where a rule's evidence or the confidence changes."""
    found: list[Piece] = []
    group: list[Word] = []
    state: tuple[str, bool] | None = None
    for word in utterance.words:
        now = (mark_on(word, utterance, findings), word.conf < LOW_CONFIDENCE)
        if group and now != state:
            found.append(_piece(group, state))
            # The line break between two pieces is where a space would have been.
            if joined((group[-1].text, word.text)) != group[-1].text + word.text:
                found.append(Piece(" ", "", False))
            group = []
        group.append(word)
        state = now
    if group:
        found.append(_piece(group, state))
    return found


def transcript(story: CallStory) -> list[Utterance | Paused]:
    """What was said, with the pauses of the recording at their places."""
    pauses = [Paused(start, wording.pause_mark(start, end)) for start, end in story.pauses]
    return sorted([*story.utterances, *pauses], key=lambda one: one.start)


def _piece(group: Sequence[Word], state: tuple[str, bool] | None) -> Piece:
    mark, low = state or ("", False)
    return Piece(joined(word.text for word in group), mark, low)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment()
    made.filters |= {"moment": figures.moment, "seconds": figures.seconds, "amount": figures.amount}
    made.globals |= {
        "arranged": arranged,
        "draw": draw,
        "event_class": lambda kind: _known(kind, _EVENT_CLASSES),
        "explained": figures.explained,
        "fraction": figures.fraction,
        "glyphs": GLYPHS,
        "mark_kinds": marks.kinds,
        "mark_names": marks.NAMES,
        "outcome_class": lambda outcome: _known(outcome, _OUTCOME_CLASSES),
        "phase_class": _PHASE_CLASSES,
        "pieces": pieces,
        "role_class": lambda role: _known(role, _ROLE_CLASSES),
        "shown_reading": shown_reading,
        "sounds": sounds,
        "transcript": transcript,
        "versions": _versions,
        "words": wording,
    }
    return made


def _known(name: str, names: frozenset[str]) -> str:
    """A name that the style sheet knows; "" for any other, which may come from outside."""
    return name if name in names else ""


def _versions(story: CallStory) -> list[str]:
    """What the call was judged by."""
    found = (f"{one.rulebook} {one.rulebook_version} · {one.model or '—'} · {one.thresholds}" for one in story.findings)
    return list(dict.fromkeys(found))


def _zone_name(zone: tzinfo, stories: Sequence[CallStory]) -> str:
    at = stories[0].started_at if stories else datetime.now(UTC)
    name = str(zone)
    return name if "/" in name else at.astimezone(zone).strftime("UTC%z")
