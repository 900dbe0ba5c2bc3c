"""What happened in a call, event by event, in words; and the way the caller took through the flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from ivr.call.hours_words import STATES
from ivr.core.language import Text
from ivr.reports.flow_events import words_of
from ivr.reports.model import Event, PathStep, TalkStory, VisitStory
from ivr.reports.wording import ended_by, hung_up, outcome_of_visit, result_of_ring
from ivr.storage.models import Call, Step

At = Callable[[datetime], float]
Say = Callable[[str, str], str]
"""The words of a prompt, by its id and language; "" if not known."""

AFTER_TALK = 1.0  # seconds: a call that goes on longer than this after the agent hung up has gone on for the caller


def events(
    call: Call, visits: Sequence[VisitStory], at: At, say: Say, talks: Sequence[TalkStory] = ()
) -> tuple[Event, ...]:
    """Everything that happened, in order of time."""
    found = [Event(0.0, "call", Text(f"call to {call.number}", f"呼入 {call.number}"))]
    if call.route == "emergency":
        found.append(
            Event(0.0, "emergency", Text("emergency route: the engine did not answer", "应急路由：引擎未响应"))
        )
    if call.answered_at is not None:
        found.append(Event(at(call.answered_at), "answer", Text("the line answers", "线路接通")))
    found += _of_steps(call.steps, at, say, skip_queue=bool(visits))
    for visit in visits:
        found += _of_visit(visit, asked=bool(talks) and not any(talk.start == visit.connected for talk in talks))
    for talk in talks:
        if not any(visit.connected == talk.start for visit in visits):
            found += _of_talk(talk)
    if call.ended_at is not None:
        ended = at(call.ended_at)
        left = [visit.completed for visit in visits if visit.completed is not None and visit.ended_by == "agent"]
        left += [talk.end for talk in talks if talk.ended_by == "agent"]
        gone = any(completed < ended - AFTER_TALK for completed in left)
        # Who hung up first was told where the talk ended; what the caller heard after it the line ended itself.
        last = "" if call.hung_up_by == "agent" and gone else call.hung_up_by
        found.append(Event(ended, "hangup", hung_up(last)))
    order = {"call": 0, "emergency": 1, "hangup": 3}
    return tuple(sorted(found, key=lambda event: (event.at, order.get(event.kind, 2))))


def path(steps: Iterable[Step], at: At) -> tuple[PathStep, ...]:
    """The steps of the flow in order, with what was heard and pressed there."""
    found: list[PathStep] = []
    for row in steps:
        if row.kind in {"talk", "recording", "card"}:
            continue
        if row.event == "enter" or not found or found[-1].step != row.step:
            found.append(PathStep(at(row.at), row.step, row.kind))
        last = found[-1]
        match row.event:
            case "prompt":
                found[-1] = replace(last, prompts=(*last.prompts, _detail(row, "prompt")))
            case "key" | "invalid":
                key = (_detail(row, "key"), row.event == "key")
                found[-1] = replace(last, keys=(*last.keys, key))
            case "timeout":
                found[-1] = replace(last, timeouts=last.timeouts + 1)
    return tuple(found)


def _of_steps(steps: Iterable[Step], at: At, say: Say, *, skip_queue: bool) -> list[Event]:
    found: list[Event] = []
    for row in steps:
        if row.event in {"enter", "hangup"} or (row.event in _IN_QUEUE.get(row.kind, ()) and skip_queue):
            continue
        event = _of_step(row, at(row.at), say)
        last = found[-1] if found else None
        if event.kind == "prompt" and last is not None and last.kind == "prompt" and last.step == event.step:
            name = _detail(row, "prompt")
            text = Text(f"{last.text.en}, {name}", f"{last.text.zh}、{name}")
            found[-1] = replace(last, text=text, said=f"{last.said} {event.said}".strip())
        else:
            found.append(event)
    return found


def _of_step(row: Step, when: float, say: Say) -> Event:
    words = _WORDS.get(row.event)
    text = words(row) if words else words_of(row.event, row.detail)
    kind = row.event if words and row.kind != "hours" else "state"
    key = _detail(row, "key") if row.event in {"key", "invalid"} else ""
    said = say(_detail(row, "prompt"), _detail(row, "language")) if row.event == "prompt" else ""
    return Event(when, kind, text, row.step, key, said)


def _key(row: Step) -> Text:
    key, language = _detail(row, "key"), _detail(row, "language")
    chosen = f" → {language}" if language else ""
    return Text(f"key {key}{chosen}", f"按键 {key}{chosen}")


def _invalid(row: Step) -> Text:
    key = _detail(row, "key")
    if not key:
        return Text("the digits do not fit", "输入不符合要求")
    return Text(f"key {key}: not a choice", f"按键 {key}：无此选项")


def _digits(row: Step) -> Text:
    digits = _detail(row, "digits")
    if digits:
        return Text(f"digits {digits}", f"输入 {digits}")
    count = _detail(row, "count")
    return Text(f"{count} digits, kept secret", f"输入 {count} 位（保密）")


_DIALLED = {
    "ANSWER": Text("answered", "已接听"),
    "BUSY": Text("busy", "忙"),
    "NOANSWER": Text("no answer", "无人接听"),
    "CANCEL": Text("the caller hung up", "来电者挂机"),
    "CHANUNAVAIL": Text("not reachable", "无法接通"),
    "CONGESTION": Text("no line free", "线路不可用"),
}
# What a stay in a queue tells better.
_IN_QUEUE = {"queue": frozenset({"join", "leave"}), "transfer": frozenset({"join"})}


def _leave(row: Step) -> Text:
    if row.kind == "voicemail":
        return Text("the message ends", "留言结束")
    if row.kind == "record":
        return Text("the recording ends", "录音结束")
    status = _detail(row, "status")
    if row.kind == "transfer":
        how = _DIALLED.get(status, Text(status, status))
        return Text(f"the transfer ends ({how.en})", f"转接结束（{how.zh}）")
    return Text(f"leaves the queue ({status})", f"离开队列（{status}）")


def _hours(row: Step) -> Text:
    state = STATES.get(row.event, Text(row.event, row.event))
    name, why, day = _detail(row, "hours"), _detail(row, "why"), _detail(row, "holiday")
    day_zh = _detail(row, "holiday_zh") or day
    by_hand = Text(" (by hand)", "（人工切换）") if why == "switched" else Text("", "")
    on = Text(f" ({day})", f"（{day_zh}）") if day else by_hand
    return Text(f"hours {name}: {state.en}{on.en}", f"营业时间 {name}：{state.zh}{on.zh}")


def _transfer(row: Step) -> Text:
    who, to = _detail(row, "agent"), _detail(row, "to")
    kind = Text("after asking", "先咨询") if _detail(row, "kind") == "attended" else Text("unasked", "直接转接")
    target = f" → {to}" if to else ""
    return Text(f"{who} hands the caller on{target} ({kind.en})", f"{who} 转接来电者{target}（{kind.zh}）")


_WORDS: dict[str, Callable[[Step], Text]] = {
    "prompt": lambda row: Text(f"plays {_detail(row, 'prompt')}", f"播放 {_detail(row, 'prompt')}"),
    "key": _key,
    "invalid": _invalid,
    "digits": _digits,
    "timeout": lambda row: Text("silence, nothing pressed", "无按键，超时"),
    "failure": lambda row: Text("no valid choice in any try", "多次未选中有效选项"),
    "join": lambda row: Text(f"joins queue {_detail(row, 'queue')}", f"进入队列 {_detail(row, 'queue')}"),
    "record": lambda row: Text("leaves a message after the tone", "提示音后留言"),
    "leave": _leave,
    "replaced": lambda row: Text("speaks it anew", "重新录制"),
    "not_written": lambda row: Text("the recording could not be written", "录音未能写入"),
    "dial": lambda row: Text(f"is put through to {_detail(row, 'to')}", f"转接 {_detail(row, 'to')}"),
    "nobody": lambda row: Text("the site has nobody of that name", "站点中没有该对象"),
    "asked": lambda row: Text(f"is asked: {_detail(row, 'question')}", f"提问：{_detail(row, 'question')}"),
    "hold": lambda row: Text("on hold", "通话保持"),
    "unhold": lambda row: Text("back from hold", "恢复通话"),
    "transfer": _transfer,
    "paused": lambda row: Text("recording paused", "录音暂停"),
    "resumed": lambda row: Text("recording goes on", "录音恢复"),
    "open": _hours,
    "closed": _hours,
    "break": _hours,
    "holiday": _hours,
}


def _of_visit(visit: VisitStory, *, asked: bool = False) -> list[Event]:
    """A stay; ``asked``: another agent asked, who may have handed the caller on later, in a talk of its own."""
    place = Text(f", position {visit.position}", f"，排在第 {visit.position} 位") if visit.position else Text("", "")
    joins = Text(f"waits in queue {visit.queue}{place.en}", f"进入队列 {visit.queue}{place.zh}")
    if asked:
        joins = Text(f"the agent asks queue {visit.queue}{place.en}", f"坐席咨询队列 {visit.queue}{place.zh}")
    found = [Event(visit.joined, "join", joins)]
    for ring in visit.rings:
        result = result_of_ring(ring.result)
        seconds = ring.end - ring.start
        text = Text(
            f"{ring.agent} rings {seconds:.1f} s: {result.en}", f"{ring.agent} 振铃 {seconds:.1f} 秒：{result.zh}"
        )
        found.append(Event(ring.start, "ring", text))
    if visit.connected is not None and asked:
        found.append(Event(visit.connected, "connect", Text(f"{visit.agent} is asked", f"咨询 {visit.agent}")))
    elif visit.connected is not None:
        text = Text(
            f"talks to {visit.agent} (waited {visit.wait_s:.1f} s)",
            f"与 {visit.agent} 通话（等待 {visit.wait_s:.1f} 秒）",
        )
        found.append(Event(visit.connected, "connect", text))
        if visit.completed is not None and visit.talk_s is not None:
            by = ended_by(visit.ended_by)
            text = Text(f"talk ends after {visit.talk_s:.1f} s{by.en}", f"通话 {visit.talk_s:.1f} 秒后结束{by.zh}")
            found.append(Event(visit.completed, "leave", text))
    else:
        outcome = outcome_of_visit(visit.outcome)
        text = Text(
            f"stops waiting after {visit.wait_s:.1f} s: {outcome.en}",
            f"等待 {visit.wait_s:.1f} 秒后离开：{outcome.zh}",
        )
        found.append(Event(visit.left, "leave", text))
    return found


def _of_talk(talk: TalkStory) -> list[Event]:
    """A talk that no queue led to."""
    by = ended_by(talk.ended_by)
    length = talk.end - talk.start
    handed = Text("by the flow", "由流程转接")
    if talk.handed_by:
        handed = Text(f"by {talk.handed_by}", f"由 {talk.handed_by} 转接")
    return [
        Event(
            talk.start,
            "connect",
            Text(f"talks to {talk.agent} (handed on {handed.en})", f"与 {talk.agent} 通话（{handed.zh}）"),
        ),
        Event(talk.end, "leave", Text(f"talk ends after {length:.1f} s{by.en}", f"通话 {length:.1f} 秒后结束{by.zh}")),
    ]


def _detail(row: Step, name: str) -> str:
    value = (row.detail or {}).get(name)
    return "" if value is None else str(value)
