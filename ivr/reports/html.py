"""The report as one HTML file that asks nobody for anything: styles, script and pictures are inside."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ivr.core.errors import UsageError
from ivr.core.language import Text, console_language
from ivr.reports import figures, wording
from ivr.reports.clean import clean
from ivr.reports.hits import GLYPHS
from ivr.reports.indicators import Indicators
from ivr.reports.model import CallStory, Finding, Utterance, Word
from ivr.reports.picture import draw
from ivr.reports.speech import joined

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_MOST_LETTERS = 100_000
_LOW_CONFIDENCE = 0.5
_OUTCOME_CLASSES = frozenset({"answered", "abandoned", "voicemail", "failed", "interrupted"})
_ROLE_CLASSES = frozenset({"caller", "agent", "voicemail"})
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
    _write(path, page.encode("utf-8"))


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
    style, script = _asset("report.css"), _asset("report.js")
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
            policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'",
        )
    )


def pieces(utterance: Utterance, findings: Sequence[Finding]) -> list[Piece]:
    """An utterance cut where a rule's evidence or the confidence changes."""
    found: list[Piece] = []
    group: list[Word] = []
    state: tuple[str, bool] | None = None
    for word in utterance.words:
        now = (_mark(word, utterance, findings), word.conf < _LOW_CONFIDENCE)
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


def _piece(group: Sequence[Word], state: tuple[str, bool] | None) -> Piece:
    mark, low = state or ("", False)
    return Piece(joined(word.text for word in group), mark, low)


def _mark(word: Word, utterance: Utterance, findings: Sequence[Finding]) -> str:
    middle = (word.start + word.end) / 2
    for one in findings:
        mine = one.speaker == utterance.speaker and (one.speaker != "agent" or one.agent == utterance.agent)
        if mine and any(place.start <= middle <= place.end for place in one.places):
            return one.mark
    return ""


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"t": _both, "moment": figures.moment, "seconds": figures.seconds, "amount": figures.amount}
    environment.globals |= {
        "Text": Text,
        "draw": draw,
        "event_class": lambda kind: _known(kind, _EVENT_CLASSES),
        "fraction": figures.fraction,
        "glyphs": GLYPHS,
        "outcome_class": lambda outcome: _known(outcome, _OUTCOME_CLASSES),
        "phase_class": _PHASE_CLASSES,
        "pieces": pieces,
        "role_class": lambda role: _known(role, _ROLE_CLASSES),
        "versions": _versions,
        "words": wording,
    }
    return environment


def _shown(value: Any) -> Any:
    """Every text the page shows, without what cannot be seen; escaping comes after."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return value if value == " " else clean(value, _MOST_LETTERS)


def _both(text: Text, tag: str = "span") -> Markup:
    """A text in both languages, of which the page shows one."""
    en, zh = escape(clean(text.en, _MOST_LETTERS)), escape(clean(text.zh, _MOST_LETTERS))
    if en == zh:
        return Markup("<{0}>{1}</{0}>").format(tag, en)
    return Markup('<{0} class="en" lang="en">{1}</{0}><{0} class="zh" lang="zh-CN">{2}</{0}>').format(tag, en, zh)


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


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """The hash by which the browser knows our own style and script from any other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _write(path: Path, content: bytes) -> None:
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
        raise UsageError(
            f"{path}: {error.strerror or error}", cure=Text("name a folder that can be written to", "请指定可写目录")
        ) from error
