"""Steps and ways in words."""

from __future__ import annotations

from dialplan.model import (
    Answer,
    Callback,
    Collect,
    Enqueue,
    FlowStep,
    Greeting,
    Hangup,
    HoursGate,
    LanguageChoice,
    Play,
    Subflow,
    Survey,
    Transfer,
    Voicemail,
)
from ivr.core.language import Text

END = Text("the end of the flow", "流程结束")

KINDS: dict[str, Text] = {
    "answer": Text("answer", "应答"),
    "play": Text("play", "播放"),
    "greeting": Text("greeting", "问候"),
    "menu": Text("menu", "菜单"),
    "collect": Text("collect", "收号"),
    "language": Text("language", "选择语言"),
    "hours": Text("hours", "营业时间"),
    "lookup": Text("lookup", "查询"),
    "set": Text("set", "赋值"),
    "branch": Text("branch", "分支"),
    "say": Text("say", "播报"),
    "queue": Text("queue", "排队"),
    "callback": Text("callback from queue", "排队回呼"),
    "transfer": Text("transfer", "转接"),
    "voicemail": Text("voicemail", "留言"),
    "record": Text("record", "录音"),
    "survey": Text("survey", "满意度调查"),
    "subflow": Text("subflow", "子流程"),
    "hangup": Text("hangup", "挂机"),
}
_WAYS: dict[str, Text] = {
    "failure": Text("on failure", "失败时"),
    "open": Text("when open", "营业时"),
    "closed": Text("when closed", "非营业时"),
    "at_break": Text("in a break", "休息时段"),
    "holiday": Text("on a holiday", "节假日"),
    "after": Text("after the talk", "通话结束后"),
    "timeout": Text("after waiting in vain", "等待超时"),
    "full": Text("when the queue is full", "队列已满"),
    "empty": Text("when nobody is logged in", "无坐席签入"),
    "busy": Text("when busy", "占线时"),
    "not_found": Text("when not found", "未查到时"),
}


def of_flow(flow: str) -> Text:
    """A flow, in words."""
    return Text(f"flow {flow}", f"流程 {flow}")


def of_step(flow: str, name: str) -> Text:
    """A step of a flow, in words."""
    return Text(f"flow {flow}, step {name}", f"流程 {flow}，步骤 {name}")


def kind(step: FlowStep) -> Text:
    """The kind of step, in a word."""
    return KINDS.get(step.step, Text(step.step, step.step))


def described(name: str | None, step: FlowStep | None) -> Text:
    """Where a caller comes to, in words."""
    if step is None:
        return END
    word = kind(step)
    match step:
        case Enqueue() | Callback():
            of = Text(f"{word.en} {step.queue}", f"{word.zh} {step.queue}")
        case Transfer():
            of = _transfer(step)
        case HoursGate():
            of = Text(f"hours {step.hours}", f"营业时间 {step.hours}")
        case Subflow():
            of = of_flow(step.flow)
        case Play() | Hangup():
            said = ", ".join(step.prompts) or "–"
            of = Text(f"{word.en} ({said})", f"{word.zh}（{said}）")
        case Collect():
            of = Text(f"{word.en} {step.variable}", f"{word.zh} {step.variable}")
        case _:
            of = word if name == step.step else Text(f"{word.en} {name}", f"{word.zh} {name}")
    return of


def _transfer(step: Transfer) -> Text:
    if step.queue:
        return Text(f"transfer to queue {step.queue}", f"转接到队列 {step.queue}")
    if step.agent:
        return Text(f"transfer to agent {step.agent}", f"转接到坐席 {step.agent}")
    target = step.outside or step.extension or ""
    return Text(f"transfer to {target}", f"转接到 {target}")


def way(label: str, setting: str) -> Text | None:
    """What leads a way, in words; None for the plain way on.

    Args:
        label: as of an ``Edge``.
        setting: the first part of its place: what kind of way it is.
    """
    if setting in ("choices", "keys"):
        return Text(f"key {label}", f"按 {label}")
    if setting == "cases":
        return Text(f"if {label}", f"若 {label}")
    if setting == "languages":
        return Text(f"in {label}", f"语言 {label}")
    if label == "next":
        return None
    return _WAYS.get(label, Text(label, label))


_ONE_OF_A_KIND = (Answer, Greeting, LanguageChoice, Voicemail, Survey)
# What a step is about, by kind.
_ABOUT: dict[str, tuple[str, ...]] = {
    "play": ("prompts",),
    "hangup": ("prompts",),
    "menu": ("prompts", "choices"),
    "queue": ("queue",),
    "callback": ("queue",),
    "transfer": ("queue", "agent", "extension", "outside"),
    "hours": ("hours",),
    "subflow": ("flow",),
    "collect": ("variable",),
    "lookup": ("url",),
}
TOLD_AS_WAYS = frozenset({"queue", "callback", "transfer", "hours", "subflow", "collect"})
"""Kinds whose ``about`` is in the words of ``described``."""


def about(step: FlowStep) -> tuple[str, ...]:
    """Settings that say what a step is about."""
    return _ABOUT.get(step.step, ())


def likeness(step: FlowStep) -> tuple[object, ...]:
    """What makes two steps of a kind the same one under different names; empty where only the name does."""
    if isinstance(step, _ONE_OF_A_KIND):
        return (step.step,)
    if not about(step):
        return ()
    values = (getattr(step, name) for name in about(step))
    return (step.step, *(sorted(value) if isinstance(value, dict) else value for value in values))


__all__ = ["END", "KINDS", "TOLD_AS_WAYS", "about", "described", "kind", "likeness", "of_flow", "of_step", "way"]
