"""Makes the exemplars: composes talks, gives their words times, and has the real rulebooks judge them.

``python -m ivr.demo.data.build`` writes the file anew, always the same from the same templates and rulebooks.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ivr.demo.data.chance import seeded
from ivr.demo.data.exemplar import FILE, Exemplar, Party, Shelf, Span, write
from ivr.demo.data.script import LANGUAGES, Script, compose, templates
from recording.analytics.health import Health, health
from recording.analytics.loudness import Stretch
from recording.analytics.measure import Party as Heard
from recording.analytics.measure import call_features
from recording.analytics.track import VoiceTrack
from recording.compliance import THRESHOLDS, CallContext, Verdict, judge
from recording.compliance.apart import announced
from recording.compliance.silences import long_silences
from recording.findings import judged_with
from recording.rulebooks.model import Rulebook
from recording.rulebooks.names import site_names
from recording.rulebooks.shelf import Shelf as Rulebooks
from recording.scorecards.score import score
from recording.transcription.transcript import PartyTranscript, Word

COMPANY = {"zh-CN": "海川通信", "en-US": "Haichuan Telecom", "ko-KR": "해천 통신"}
NUMBER = "801"  # of the agent who is judged; replaced for each call
SEED = 20_260_301
MODEL = "demo-data"
ZONE = "Asia/Shanghai"
WORKDAY = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
HOLIDAY = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
_UNIT = {"zh-CN": (0.235, 0.30), "en-US": (0.30, 0.42), "ko-KR": (0.16, 0.22)}  # seconds a character, word, syllable
_OFTEN = {"zh-CN": (6, 2, 1, 8), "en-US": (4, 1, 1, 3), "ko-KR": (4, 1, 1, 3)}  # plain, complaint, transfer a topic
_TAIL = 0.6  # seconds from the last word to the end


def build(most: int | None = None) -> Shelf:
    """Compose and judge.

    Args:
        most: of each language; None: all.
    """
    exemplars: list[Exemplar] = []
    judged: list[dict[str, str]] = []
    for language in LANGUAGES:
        book = _book(language)
        for row in judged_with(book, THRESHOLDS, WORKDAY):
            kept = {name: getattr(row, name) for name in ("kind", "name", "version", "digest", "content")}
            judged += [] if kept in judged else [kept]
        chance = seeded(SEED, language)
        for nth, (script, festival) in enumerate(_scripts(language, chance)):
            if most is not None and nth >= most:
                break
            exemplars.append(judged_talk(script, seeded(SEED, language, nth), festival=festival))
    return Shelf(tuple(exemplars), tuple(judged))


def _scripts(language: str, chance: random.Random) -> Iterator[tuple[Script, bool]]:
    plain, complaint, transfer, festive = _OFTEN[language]
    topics = [one["name"] for one in templates(language)["topics"]]
    kinds = ["plain"] * plain + ["complaint"] * complaint + ["transfer"] * transfer
    for kind in kinds:
        for topic in topics:
            yield compose(language, chance, quality=chance.betavariate(2.2, 1.3), topic=topic, kind=kind), False
    for nth in range(festive):
        topic = topics[nth % len(topics)]
        yield compose(language, chance, quality=chance.betavariate(2.2, 1.3), topic=topic, festival=True), True


@cache
def _book(language: str) -> Rulebook:
    names = site_names(COMPANY, {"agent": ("", NUMBER)}, language, country="CN", zone=ZONE)
    with tempfile.TemporaryDirectory() as nothing:  # no rulebooks of a site's own
        return Rulebooks(Path(nothing)).load(language, date(2026, 3, 3), names)


@dataclass(frozen=True, slots=True)
class _Timed:
    """Words in time, with places to fill (``kept``) and filled for the judge (``heard``)."""

    kept: Party
    heard: Party


def judged_talk(script: Script, chance: random.Random, *, festival: bool = False) -> Exemplar:
    """Give a talk its times and let the rulebook judge it."""
    timed, holds, duration = _in_time(script, chance)
    talk = (0.0, duration)
    tracks = {role: _track(one.heard, duration, chance) for role, one in timed.items()}
    said = {role: _transcript(one.heard, duration, grammar=role == "agent") for role, one in timed.items()}
    measured = call_features(
        Heard(tracks["agent"], 0.0, said["agent"].words),
        Heard(tracks["caller"], 0.0, said["caller"].words),
        language=script.language,
        talk=talk,
        apart=holds,
    )
    own, theirs = health(said["agent"], tracks["agent"], talk), health(said["caller"], tracks["caller"], talk)
    spoken = [*timed["agent"].heard.speech, *timed["caller"].heard.speech]
    silences = long_silences([*spoken, *holds], talk)
    ring = 17.0 if chance.random() < 0.05 else round(chance.uniform(1.5, 9.0), 1)
    book = _book(script.language)
    context = CallContext(
        script.language,
        duration,
        talk=talk,
        holds=tuple(sorted([*holds, *silences])),
        silences=tuple(silences),
        apart=tuple(holds),
        features=measured,
        health=own.score,
        agent="agent",
        started_at=HOLIDAY if festival else WORKDAY,
        queue="service",
        outcome="answered",
        transfers=(duration,) if script.ended_by == "transfer" else (),
        ended_by=script.ended_by,
        ring=ring,
    )
    verdicts = judge(book, said["agent"], said["caller"], context)
    card = score(verdicts, book)
    return Exemplar(
        language=script.language,
        topic=script.topic,
        kind=script.kind,
        festival=festival,
        ended_by=script.ended_by,
        duration=duration,
        ring=ring,
        percent=card.percent,
        agent=timed["agent"].kept,
        caller=timed["caller"].kept,
        holds=tuple(holds),
        verdicts=tuple(_verdict(one, script.language) for one in verdicts),
        score={
            "points": card.points,
            "possible": card.possible,
            "failed_all": card.failed_all,
            "items": [item.to_dict() for item in card.items],
            "rulebook": book.name,
            "rulebook_version": book.full_version,
        },
        features=measured.excusing(announced(verdicts)).to_dict(),
        health=_health(own, theirs),
    )


def _in_time(script: Script, chance: random.Random) -> tuple[dict[str, _Timed], list[Span], float]:
    unit = chance.uniform(*_UNIT[script.language])
    poor = chance.random() < 0.05
    found: dict[str, tuple[list[Any], list[Any], list[Span]]] = {"agent": ([], [], []), "caller": ([], [], [])}
    holds: list[Span] = []
    at = 0.0
    for turn in script.turns:
        begin = at + turn.pause
        if turn.held:
            holds.append((round(at + 0.3, 2), round(begin - 0.3, 2)))
        at = begin
        kept, heard, speech = found[turn.role]
        for word in turn.words:
            for slot, shown in _filled(word, script.language, chance):
                end = at + unit * _length(shown, script.language)
                conf = round(min(1.0, chance.uniform(0.2, 0.7) if poor else chance.betavariate(9, 1)), 2)
                kept.append((slot, round(at, 2), round(end, 2), conf))
                heard.append((shown, round(at, 2), round(end, 2), conf))
                at = end
        speech.append((round(begin, 2), round(at, 2)))
    snr = 6.0 if poor else round(chance.uniform(18, 38), 1)
    timed = {
        role: _Timed(Party(tuple(kept), tuple(speech), snr), Party(tuple(heard), tuple(speech), snr))
        for role, (kept, heard, speech) in found.items()
    }
    return timed, holds, round(at + _TAIL, 2)


def _filled(word: str, language: str, chance: random.Random) -> list[tuple[str, str]]:
    """A word as it is kept and as it is judged; a staff number is several."""
    if word == "{number}":
        digits = templates(language)["words"]["d"]
        return [(f"{{n{place}}}", digits[int(digit)]) for place, digit in enumerate(NUMBER, start=1)]
    if word.startswith("{"):
        return [(word, chance.choice(templates(language)["words"][word.strip("{}")]))]
    return [(word, word)]


def _length(word: str, language: str) -> float:
    return 1.0 + 0.04 * max(0, len(word) - 4) if language == "en-US" else float(len(word))


def _transcript(party: Party, duration: float, *, grammar: bool) -> PartyTranscript:
    words = tuple(Word(*word) for word in party.words)
    return PartyTranscript(
        words, party.speech, party.snr_db, duration, MODEL, grammar_words=words if grammar else None
    )  # fmt: skip


def _track(party: Party, duration: float, chance: random.Random) -> VoiceTrack:
    mean, spread = chance.uniform(-23, -17), chance.uniform(0.4, 4.5)
    stretches = tuple(
        Stretch(start, end, round(chance.gauss(mean, spread), 1), 0.0)
        for start, end in party.speech
        if end - start > 0.5
    )
    return VoiceTrack(duration, party.speech, (), stretches, party.snr_db)


def _verdict(verdict: Verdict, language: str) -> dict[str, Any]:
    evidence = {**verdict.evidence, "title": verdict.title.en, "title_zh": verdict.title.zh}
    return {
        "rule": verdict.rule,
        "norm": verdict.norm,
        "kind": verdict.kind,
        "forbidden": verdict.forbidden,
        "value": verdict.value.value,
        "passed": verdict.passed,
        "score": verdict.score,
        "start_s": verdict.span[0] if verdict.span else None,
        "end_s": verdict.span[1] if verdict.span else None,
        "evidence": _numberless(evidence, language),
        "by": verdict.by,
        "thresholds": verdict.thresholds,
    }


def _numberless(evidence: dict[str, Any], language: str) -> str:
    """Evidence as JSON, with places in it for the staff number."""
    text = json.dumps(evidence, ensure_ascii=False, separators=(",", ":"))
    digits = [templates(language)["words"]["d"][int(digit)] for digit in NUMBER]
    for gap in (" ", ""):
        text = text.replace(gap.join(digits), gap.join(f"{{n{place}}}" for place in range(1, len(digits) + 1)))
    return text


def _health(own: Health, theirs: Health) -> dict[str, Any]:
    return {
        "agent": own.score,
        "caller": theirs.score,
        "detail": {"agent": own.to_dict(), "caller": theirs.to_dict()},
    }


def main(arguments: Sequence[str] = ()) -> None:
    """Write the file."""
    shelf = build()
    write(FILE, shelf)
    scores = sorted(one.percent or 0.0 for one in shelf.exemplars)
    print(f"{len(scores)} talks, scores from {scores[0]} to {scores[-1]}, the middle one {scores[len(scores) // 2]}")


if __name__ == "__main__":
    main()
