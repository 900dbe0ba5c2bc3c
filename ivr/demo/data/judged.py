"""What was recorded of a made-up call, what was heard in it, and how it was judged, as rows."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from dialplan.model import Site
from ivr.demo.data.build import MODEL
from ivr.demo.data.calls import Written, run_of
from ivr.demo.data.exemplar import Exemplar, Party, Span
from ivr.demo.data.plan import Stay, moment
from ivr.demo.data.script import templates
from ivr.demo.data.sound import RATE, Voice, write_sound
from ivr.demo.data.tables import Rows
from ivr.storage import models as m
from ivr.storage.ledger import without_words
from ivr.storage.search.index import Said
from recording.transcription.transcript import PIPELINE

NO_SOUND = "demo data: no sound was made"
TONES = "demo data: tones in place of voices"
RETENTION = "retention rule all: recordings of made-up calls"
_VOICEMAIL_S = 0.3  # before the first word


@dataclass(frozen=True, slots=True)
class Keeping:
    """What becomes of recordings.

    Args:
        folder: where sound is written; None: no sound.
        deleted_before: recordings of calls begun before are deleted by retention.
        sound_from: of calls begun from here on there is sound.
    """

    folder: Any
    deleted_before: datetime
    sound_from: datetime


@dataclass
class JudgedWriter:
    """Writes recordings, words and verdicts.

    Args:
        said: what the full-text index is to have of the rows that wait.
    """

    site: Site
    rows: Rows
    chance: random.Random
    keeping: Keeping
    said: list[Said] = field(default_factory=list)

    def write(self, call: Written) -> None:
        """Add the rows of a call."""
        plan = call.plan
        talks = [(place, stay) for place, stay in enumerate(plan.stays) if stay.exemplar is not None]
        for place, stay in talks:
            self._talk(call, call.legs[place], stay)
        if talks:
            self._caller(call, [stay for _, stay in talks])
            self._job(call)
        if plan.message is not None:
            self._message(call, *plan.message)

    def _talk(self, call: Written, uniqueid: str, stay: Stay) -> None:
        exemplar = stay.exemplar
        assert exemplar is not None and stay.connected is not None
        number = self._number(stay.agent, exemplar.language)
        words = self._spoken(exemplar.agent, exemplar.language, number, 0.0)
        recording = self._recording(call, uniqueid, "agent", stay.agent, stay.connected, exemplar.duration, words)
        offset = stay.connected - call.plan.started
        self._transcript(call, recording, "agent", words, exemplar.agent, 0.0, exemplar.duration)
        self._verdicts(call, recording, stay, number, offset)

    def _caller(self, call: Written, stays: Sequence[Stay]) -> None:
        words: list[_Word] = []
        speech: list[Span] = []
        for stay in stays:
            assert stay.exemplar is not None and stay.connected is not None
            offset = stay.connected - call.plan.started
            words += self._spoken(stay.exemplar.caller, stay.exemplar.language, (), offset)
            speech += [(round(a + offset, 2), round(b + offset, 2)) for a, b in stay.exemplar.caller.speech]
        length = call.plan.ended - call.plan.started
        recording = self._recording(call, call.linkedid, "caller", "", call.plan.started, length, words)
        first = stays[0].exemplar
        assert first is not None
        heard = Party(first.caller.words, tuple(speech), first.caller.snr_db)
        self._transcript(call, recording, "caller", words, heard, 0.0, length)

    def _message(self, call: Written, begin: float, end: float) -> None:
        language = call.plan.language
        text = self.chance.choice(templates(language)["voicemail"])
        filler = self._filler(language, ())
        shown = [filler(word) for word in text.split()]
        each = min(0.5, (end - begin - _VOICEMAIL_S) / max(1, len(shown)))
        words = [
            _Word(word, round(_VOICEMAIL_S + at * each, 2), round(_VOICEMAIL_S + (at + 0.9) * each, 2), 0.9)
            for at, word in enumerate(shown)
        ]
        recording = self._recording(call, call.linkedid, "voicemail", "", begin, end - begin, words)
        heard = Party((), ((words[0].start, words[-1].end),), 24.0)
        self._transcript(call, recording, "voicemail", words, heard, 0.0, end - begin)

    def _number(self, agent: str, language: str) -> tuple[str, ...]:
        digits = templates(language)["words"]["d"]
        return tuple(digits[int(digit)] for digit in self.site.agents[agent].number)

    def _filler(self, language: str, number: Sequence[str]) -> Any:
        """What stands in the place of braces: the same thing all through a call, but digits."""
        choices, chosen = templates(language)["words"], dict[str, str]()

        def fill(word: str) -> str:
            if word[0] != "{":
                return word
            name = word[1:-1]
            if name[0] == "n" and name[1:].isdigit():
                place = int(name[1:]) - 1
                return number[place] if place < len(number) else number[-1]
            if name == "d":
                return str(self.chance.choice(choices["d"]))
            if name not in chosen:
                chosen[name] = str(self.chance.choice(choices[name]))
            return chosen[name]

        return fill

    def _spoken(self, party: Party, language: str, number: Sequence[str], offset: float) -> list[_Word]:
        fill = self._filler(language, number)
        return [
            _Word(fill(word), round(start + offset, 2), round(end + offset, 2), conf)
            for word, start, end, conf in party.words
        ]

    def _recording(
        self, call: Written, uniqueid: str, role: str, agent: str, began: float, length: float, words: list[_Word]
    ) -> int:
        number, file = self.rows.id(m.Recording), f"{uniqueid}-{role}.wav"
        begin, end = moment(began), moment(began + length)
        state, cause, note, accepted, gone = "missing", NO_SOUND, "", NO_SOUND, None
        frames, size, digest = round(length * RATE), None, ""
        if begin < self.keeping.deleted_before:
            state, cause, note, accepted = "deleted", "", RETENTION, ""
            gone = end + timedelta(days=30)
            digest = hashlib.sha256(file.encode()).hexdigest()
        elif begin >= self.keeping.sound_from and self.keeping.folder is not None:
            pitch = 118.0 if role == "agent" else 205.0
            voices = [Voice(one.start, one.end) for one in words]
            size, digest = write_sound(self.keeping.folder / file, voices, frames, pitch=pitch)
            state, cause, note, accepted = "closed", "", TONES, ""
        self.rows.add(
            m.Recording, number, call.id, call.linkedid, uniqueid, role, agent, file, begin, end, RATE, frames, size,
            digest, state, cause, [], note, accepted, gone,
        )  # fmt: skip
        return number

    def _transcript(
        self, call: Written, recording: int, role: str, words: list[_Word], heard: Party, offset: float, length: float
    ) -> None:
        erased = self._erased(call)
        text = "" if erased else " ".join(word.word for word in words)
        detail = {
            "grammar_phrases": [], "duration": round(length, 2), "unusable": [], "again": [], "mode": "full",
            "cpu_s": round(length * 0.35, 1), "grammar": None,
        }  # fmt: skip
        self.rows.add(
            m.Transcript, self.rows.id(m.Transcript), recording, MODEL, PIPELINE, text,
            "[]" if erased else "[" + ",".join(word.json for word in words) + "]",
            [] if erased else [list(span) for span in heard.speech], heard.snr_db, None if erased else detail,
            moment(call.plan.ended) + timedelta(seconds=90),
        )  # fmt: skip
        if text:
            self.said.append(Said(recording, call.id, role, text))

    def _erased(self, call: Written) -> bool:
        return moment(call.plan.started) < self.keeping.deleted_before

    def _verdicts(self, call: Written, recording: int, stay: Stay, number: Sequence[str], offset: float) -> None:
        exemplar, run = stay.exemplar, run_of(call.id)
        assert exemplar is not None
        at = moment(call.plan.ended) + timedelta(seconds=100)
        book, version = exemplar.score["rulebook"], exemplar.score["rulebook_version"]
        evidence = _evidence(exemplar, tuple(number), self._erased(call))
        for verdict, found in zip(exemplar.verdicts, evidence, strict=True):
            self.rows.add(
                m.Verdict, self.rows.id(m.Verdict), call.id, recording, stay.agent, run, verdict["rule"],
                verdict["norm"], verdict["kind"], verdict["forbidden"], verdict["value"], verdict["passed"],
                verdict["score"], verdict["start_s"], verdict["end_s"], found, book, version, MODEL,
                verdict["thresholds"], at,
            )  # fmt: skip
        score, items = exemplar.score, _items(exemplar)
        self.rows.add(
            m.Score, self.rows.id(m.Score), call.id, stay.agent, run, score["points"], score["possible"],
            score["failed_all"], items, book, version, at,
        )  # fmt: skip
        self.rows.add(
            m.CallFeatures, self.rows.id(m.CallFeatures), call.id, recording, stay.agent, run, exemplar.health["agent"],
            exemplar.health["caller"], exemplar.health["detail"], moved(exemplar.features, offset), at,
        )  # fmt: skip

    def _job(self, call: Written) -> None:
        ended = moment(call.plan.ended)
        self.rows.add(
            m.Job, self.rows.id(m.Job), "judge", call.id, "done", 1, MODEL, "", ended + timedelta(seconds=1),
            ended + timedelta(seconds=100),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Word:
    word: str
    start: float
    end: float
    conf: float

    @property
    def json(self) -> str:
        return f'{{"word":{_quoted(self.word)},"start":{self.start},"end":{self.end},"conf":{self.conf}}}'


@cache
def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)


@cache
def _evidence(exemplar: Exemplar, number: tuple[str, ...], erased: bool) -> tuple[str, ...]:
    found = []
    for verdict in exemplar.verdicts:
        text = str(verdict["evidence"])
        if erased:
            text = json.dumps(without_words(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
        for place in range(1, 4):
            text = text.replace(f"{{n{place}}}", number[min(place, len(number)) - 1])
        found.append(text)
    return tuple(found)


@cache
def _items(exemplar: Exemplar) -> str:
    return json.dumps(exemplar.score["items"], ensure_ascii=False, separators=(",", ":"))


def moved(features: Mapping[str, Any], offset: float) -> dict[str, Any]:
    """Features of a talk that began with the call, as those of one that began ``offset`` seconds into it."""

    def span(one: Sequence[float] | None) -> list[float] | None:
        return None if one is None else [round(one[0] + offset, 3), round(one[1] + offset, 3)]

    found = dict(features)
    for name in ("talk", "longest_monologue"):
        found[name] = span(found[name])
    for name in ("dead_air", "paused", "announced"):
        found[name] = [span(one) for one in found[name]]
    found["overlaps"] = [{**one, "span": span(one["span"])} for one in found["overlaps"]]
    for role in ("agent", "caller"):
        party = found[role]
        if party is not None:
            music = [span(one) for one in party["hold_music"]]
            loud = {"loudest": span(party["loudest"]), "quietest": span(party["quietest"])}
            found[role] = {**party, **loud, "hold_music": music}
    return found


__all__ = ["NO_SOUND", "RETENTION", "TONES", "JudgedWriter", "Keeping", "moved"]
