"""What was measured in the sound of each agent's talk, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from ivr.core.language import Text
from ivr.reports.figures import seconds
from ivr.reports.tracks import SoundStory
from ivr.storage.models import CallFeatures
from recording.analytics import features as measured
from recording.analytics.features import HEALTH_FLOOR, PartyFeatures
from recording.rulebooks.behaviour import PER_LANGUAGE

_UNITS = {unit.en: unit for unit in PER_LANGUAGE.values()}
Fact = tuple[Text, Text]
"""A name and what was measured, with its unit."""


def sounds(rows: Iterable[CallFeatures]) -> tuple[SoundStory, ...]:
    """The measurements of one judging; a row that cannot be read is left out."""
    found = []
    for row in rows:
        try:
            features = measured.CallFeatures.from_dict(row.features)
        except (KeyError, TypeError, ValueError):
            continue
        found.append(SoundStory(row.agent, row.health, row.caller_health, HEALTH_FLOOR, features))
    return tuple(found)


def together(sound: SoundStory) -> list[Fact]:
    """What both parties' voices show together; nothing where one is missing."""
    one = sound.features
    if not one.complete:
        return []
    facts: list[Fact] = []
    if one.agent_share is not None:
        agent = 100 * one.agent_share
        facts.append(
            (
                Text("talk share", "说话占比"),
                Text(
                    f"agent {agent:.0f} % · caller {100 - agent:.0f} %",
                    f"坐席 {agent:.0f} % · 来电者 {100 - agent:.0f} %",
                ),
            )
        )
    if one.overlap_share is not None:
        own, theirs = len(one.interruptions("agent")), len(one.interruptions("caller"))
        facts.append((Text("both at once", "同时说话"), _same(f"{100 * one.overlap_share:.1f} %")))
        facts.append(
            (
                Text("interruptions", "打断"),
                Text(f"agent {own} · caller {theirs}", f"坐席 {own} 次 · 来电者 {theirs} 次"),
            )
        )
    facts.append((Text("dead air", "双方静默"), _spans(one.dead_air)))
    if one.announced:
        facts.append((Text("announced silence", "已说明的静默"), _spans(one.announced)))
    music = [span for party in (one.agent, one.caller) if party is not None for span in party.hold_music]
    if music:
        facts.append((Text("hold music", "等待音乐"), _spans(music)))
    if one.paused:
        facts.append((Text("recording paused", "录音暂停"), _spans(one.paused)))
    if one.responses:
        facts.append((Text("answers after (median)", "应答间隔（中位）"), _same(seconds(median(one.responses)))))
    if one.longest_monologue is not None:
        start, end = one.longest_monologue
        facts.append((Text("agent's longest turn", "坐席最长连续讲话"), _same(seconds(end - start))))
    return facts


def parties(sound: SoundStory) -> list[tuple[str, PartyFeatures | None, float | None]]:
    """(role, what was measured, health) of agent and caller."""
    return [("agent", sound.features.agent, sound.health), ("caller", sound.features.caller, sound.caller_health)]


def rate(party: PartyFeatures) -> Text:
    """The speech rate with its unit."""
    if party.speech_rate is None:
        return _same("—")
    unit = _UNITS.get(party.rate_unit) or _same(party.rate_unit)
    return Text(f"{party.speech_rate:.0f} {unit.en}", f"{party.speech_rate:.0f} {unit.zh}")


def loudness(party: PartyFeatures) -> str:
    """The median level of the voice, and its spread."""
    if party.loudness_db is None:
        return "—"
    spread = "" if party.evenness_db is None else f" (± {party.evenness_db / 2:.1f})"
    return f"{party.loudness_db:.0f} dBFS{spread}"


def decibels(value: float | None) -> str:
    """A ratio."""
    return "—" if value is None else f"{value:.0f} dB"


def health(score: float | None, floor: float) -> Text:
    """The score of recognition, and what it means below the floor."""
    if score is None:
        return Text("— (too little speech)", "—（语音太少）")
    if score < floor:
        return Text(
            f"{score:.0f} of 100, below {floor:.0f}: words are not judged",
            f"{score:.0f}（满分 100），低于 {floor:.0f}：不按文字评判",
        )
    return Text(f"{score:.0f} of 100", f"{score:.0f}（满分 100）")


def _spans(spans: Sequence[tuple[float, float]]) -> Text:
    if not spans:
        return Text("none", "无")
    lengths = [end - start for start, end in spans]
    if len(lengths) == 1:
        return _same(seconds(lengths[0]))
    longest, whole = seconds(max(lengths)), seconds(sum(lengths))
    return Text(f"{len(lengths)}×, {whole}, longest {longest}", f"{len(lengths)} 次，共 {whole}，最长 {longest}")


def _same(text: str) -> Text:
    return Text(text, text)
