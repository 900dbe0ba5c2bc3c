"""Rules about how it was done, measured from sound and journal."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from ivr.core.language import Text
from recording.rulebooks.base import Judged, Slug
from recording.rulebooks.conditions import Condition, When

PER_LANGUAGE = {
    "zh-CN": Text("characters/min", "字/分钟"),
    "en-US": Text("words/min", "词/分钟"),
    "ko-KR": Text("syllables/min", "音节/分钟"),
}
SECONDS, DECIBELS = Text("s", "秒"), Text("dB", "分贝")
TIMES, PERCENT = Text("times", "次"), Text("%", "%")


class Measure(StrEnum):
    """What is measured of an agent's part in a call."""

    SPEECH_RATE = "speech_rate"
    LOUDNESS_SPREAD = "loudness_spread"
    OVERLAP = "overlap"
    INTERRUPTIONS = "interruptions"
    DEAD_AIR = "dead_air"
    RESPONSE = "response"
    MONOLOGUE = "monologue"
    FIRST_WORDS = "first_words"
    LAST_WORDS = "last_words"
    LONGEST_HOLD = "longest_hold"
    RING = "ring"
    HUNG_UP_FIRST = "hung_up_first"

    @property
    def about(self) -> Text:
        """What it is, in one line."""
        return _ABOUT[self]

    def unit(self, language: str) -> Text:
        """The unit of its limits."""
        return PER_LANGUAGE[language] if self is Measure.SPEECH_RATE else _UNITS[self]


_UNITS = {
    Measure.LOUDNESS_SPREAD: DECIBELS,
    Measure.OVERLAP: PERCENT,
    Measure.INTERRUPTIONS: TIMES,
    Measure.DEAD_AIR: SECONDS,
    Measure.RESPONSE: SECONDS,
    Measure.MONOLOGUE: SECONDS,
    Measure.FIRST_WORDS: SECONDS,
    Measure.LAST_WORDS: SECONDS,
    Measure.LONGEST_HOLD: SECONDS,
    Measure.RING: SECONDS,
    Measure.HUNG_UP_FIRST: TIMES,
}
_ABOUT = {
    Measure.SPEECH_RATE: Text(
        "characters (zh), words (en) or syllables (ko) per minute of speaking time", "每分钟说话时间的字数（音节数）"
    ),
    Measure.LOUDNESS_SPREAD: Text("spread of the agent's loudness over the call", "坐席音量在通话中的起伏"),
    Measure.OVERLAP: Text("share of speaking time in which both spoke", "双方同时说话占说话时间的比例"),
    Measure.INTERRUPTIONS: Text("how often the agent broke into the caller's words", "坐席打断来电者的次数"),
    Measure.DEAD_AIR: Text("longest silence of both that nobody announced", "最长的一次未事先说明的双方静默"),
    Measure.RESPONSE: Text("median time from the caller's last word to the agent's answer", "应答间隔的中位数"),
    Measure.MONOLOGUE: Text("longest turn of the agent", "坐席最长的一次连续讲话"),
    Measure.FIRST_WORDS: Text("from the connection to the agent's first word", "接通至坐席开口的时间"),
    Measure.LAST_WORDS: Text("from the agent's last word to the end of the talk", "坐席最后一句至通话结束的时间"),
    Measure.LONGEST_HOLD: Text("longest hold", "最长的一次保持"),
    Measure.RING: Text("how long the agent's phone rang; a ring is 5 s", "振铃时长；每声 5 秒"),
    Measure.HUNG_UP_FIRST: Text("whether the agent hung up first (1) or not (0)", "坐席是否先挂机（1 是，0 否）"),
}


class Behaviour(Judged):
    """A norm as something that can be measured."""

    measure: Measure = Field(description="what is measured: " + ", ".join(Measure))
    at_least: float | None = Field(default=None, ge=0, description="broken below this, in the measure's unit")
    at_most: float | None = Field(default=None, ge=0, description="broken above this, in the measure's unit")
    best: tuple[float, float] | None = Field(
        default=None, description="what is aimed at, shown beside the limits; nobody loses points outside it"
    )
    announced_by: list[Slug] = Field(
        default_factory=list, description="dead_air: cues or rules that announce a silence within the 30 s before it"
    )
    when: Condition = Field(default_factory=When, description="only calls of this kind, as of a rule")
    unless: Condition | None = Field(default=None, description="never calls of this kind, as of a rule")

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is greater than at_most")
        if self.best is not None and self.best[0] > self.best[1]:
            raise ValueError("best is [lowest, highest]")
        if self.announced_by and self.measure is not Measure.DEAD_AIR:
            raise ValueError("announced_by belongs to dead_air")
        return self
