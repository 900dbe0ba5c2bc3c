"""A simulated call in words, for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr.call.hours_words import STATES, WHYS
from ivr.call.lookup_words import why
from ivr.call.simulation.story import Item, Story
from ivr.core.language import Text

Detail = Mapping[str, Any]

_REPLIES = {
    "answered": Text("somebody answers, and ends the talk", "有人接听，由对方结束通话"),
    "talk-hangup": Text("somebody answers; the caller ends the talk", "有人接听，由来电者结束通话"),
    "hangup": Text("the caller hangs up", "来电者挂机"),
    "timeout": Text("nobody answers in time", "等候超时"),
    "full": Text("the queue is full", "队列已满"),
    "empty": Text("the queue has no agents", "队列无坐席"),
    "busy": Text("busy", "对方忙"),
    "no-answer": Text("nobody answers", "无人接听"),
    "unavailable": Text("cannot be reached", "无法接通"),
    "spoken": Text("the caller speaks and presses #", "来电者留言后按 #"),
    "silent": Text("the caller says nothing more", "来电者停止说话"),
    "failed": Text("it could not be written", "无法保存"),
}
_NOTED = {
    "accepted": Text("the callback is noted", "登记回电"),
    "known": Text("he is to be called back already", "此前已登记回电"),
}
_VERBS = {"queue": Text("waits in queue", "排队等候"), "transfer": Text("is put through to", "转接至"),
          "voicemail": Text("leaves a message", "语音留言"), "record": Text("is recorded", "录制陈述")}  # fmt: skip
_ENDS = {
    "line": Text("the line hangs up", "系统挂机"),
    "caller": Text("the caller hangs up", "来电者挂机"),
    "emergency": Text("the engine fails; the emergency route takes the caller", "引擎出错，由应急路由接管"),
}


def _key(detail: Detail) -> Text:
    return Text(f"choice {detail.get('key', '')}", f"选择 {detail.get('key', '')}")


def _invalid(detail: Detail) -> Text:
    if "key" in detail:
        return Text(f"key {detail['key']} is no choice", f"按键 {detail['key']} 不是选项")
    return Text(f"wrong: {detail.get('count', 0)} digits", f"有误：共 {detail.get('count', 0)} 位")


def _digits(detail: Detail) -> Text:
    if "digits" in detail:
        return Text(f"digits {detail['digits']}", f"输入 {detail['digits']}")
    return Text(f"{detail.get('count', 0)} digits, kept secret", f"已输入 {detail.get('count', 0)} 位（保密）")


def _branch(detail: Detail) -> Text:
    if "when" in detail:
        return Text(f"because {detail['when']}", f"因为 {detail['when']}")
    return Text(
        f"language {detail.get('language', '')}, no condition holds", f"语言 {detail.get('language', '')}，无条件成立"
    )


def _hours(state: str) -> Callable[[Detail], Text]:
    def words(detail: Detail) -> Text:
        why = WHYS.get(str(detail.get("why", "")), Text("", ""))
        name, holiday = detail.get("hours", ""), detail.get("holiday", "")
        named = Text(f"{why.en}: {holiday}", f"{why.zh}：{detail.get('holiday_zh') or holiday}") if holiday else why
        stands = STATES[state]
        return Text(f"hours {name}: {stands.en} ({named.en})", f"营业时间 {name}：{stands.zh}（{named.zh}）")

    return words


def _lookup(detail: Detail) -> Text:
    if problem := detail.get("problem"):
        return Text(f"lookup: {problem}", f"查询失败：{why(str(problem)).zh}")
    saved = ", ".join(detail.get("saved", ()))
    return Text(f"lookup answered, keeps {saved or 'nothing'}", f"查询成功，保存 {saved or '（无）'}")


_BACK = {
    "": "完成",
    "CONTINUE": "通话结束",
    "ANSWER": "通话结束",
    "TIMEOUT": "等待超时",
    "KEY": "按键离开",
    "FULL": "队列已满",
    "JOINEMPTY": "队列无坐席",
    "LEAVEEMPTY": "队列无坐席",
    "BUSY": "忙",
    "NOANSWER": "无人接听",
    "CHANUNAVAIL": "无法接通",
}
_EVENTS: dict[str, Callable[[Detail], Text]] = {
    "key": _key,
    "human": lambda _: Text("key 0: a human", "按键 0：人工"),
    "repeat": lambda detail: Text(
        f"key {detail.get('key', '*')}: say it again", f"按键 {detail.get('key', '*')}：重听"
    ),
    "timeout": lambda _: Text("no key in time", "未按键"),
    "invalid": _invalid,
    "failure": lambda _: Text("the tries are used up", "已达尝试次数"),
    "digits": _digits,
    "branch": _branch,
    "lookup": _lookup,
    "subflow": lambda detail: Text(f"into flow {detail.get('into', '')}", f"进入子流程 {detail.get('into', '')}"),
    "set": lambda detail: Text(
        f"sets {', '.join(detail.get('variables', ()))}", f"设置 {', '.join(detail.get('variables', ()))}"
    ),
    "join": lambda detail: Text(
        f"joins queue {detail.get('queue', '')}, priority {detail.get('priority', 0)}",
        f"进入队列 {detail.get('queue', '')}，优先级 {detail.get('priority', 0)}",
    ),
    "full": lambda detail: Text(f"queue {detail.get('queue', '')} is full", f"队列 {detail.get('queue', '')} 已满"),
    "empty": lambda detail: Text(
        f"queue {detail.get('queue', '')} has no agents", f"队列 {detail.get('queue', '')} 无坐席"
    ),
    "leave": lambda detail: Text(
        f"comes back, {detail.get('status') or 'done'}",
        f"返回，{_BACK.get(str(detail.get('status') or ''), detail.get('status'))}",
    ),
    "record": lambda detail: Text(f"may speak for {detail.get('seconds', 0)} s", f"最长 {detail.get('seconds', 0)} 秒"),
    "asked": lambda detail: Text(f"asks: {detail.get('question', '')}", f"提问：{detail.get('question', '')}"),
    "recording_refused": lambda _: Text("refuses to be recorded", "拒绝录音"),
    "hangup": lambda _: Text("the caller is gone", "来电者已挂机"),
    **{state: _hours(state) for state in STATES},
}


def words(item: Item) -> Text:
    """What happened, in one line. Quotes what a site's author and its callers wrote: escape it before it is shown."""
    match item.what:
        case "sound" | "recording":
            return _sound(item)
        case "wait":
            return _wait(item)
        case "handover":
            return _handover(item.detail)
        case "lookup":
            return _asked(item.detail)
        case _:
            return _event(item.detail)


def _sound(item: Item) -> Text:
    detail = item.detail
    name = str(detail["prompt"])
    if item.what == "recording":
        heard = Text(f"hears what he has said ({name})", f"听到自己的录音（{name}）")
    elif text := detail.get("text"):
        heard = Text(f"hears “{text}” ({name})", f"听到“{text}”（{name}）")
    elif detail.get("missing"):
        heard = Text(f"hears nothing: there is no prompt {name}", f"听不到：没有提示音 {name}")
    else:
        heard = Text(f"hears a tone ({name})", f"听到提示音（{name}）")
    if detail.get("hung_up"):
        return Text(f"{heard.en}, and hangs up meanwhile", f"{heard.zh}，中途挂机")
    if key := detail.get("key"):
        return Text(f"{heard.en}, and presses {key} meanwhile", f"{heard.zh}，中途按 {key}")
    return heard


def _wait(item: Item) -> Text:
    detail = item.detail
    if detail.get("hung_up"):
        return Text("hangs up", "挂机")
    if key := detail.get("key"):
        return Text(f"presses {key}", f"按 {key}")
    return Text(f"is silent for {detail['seconds']:g} s", f"静默 {detail['seconds']:g} 秒")


def _handover(detail: Detail) -> Text:
    verb, reply = _VERBS.get(detail["verb"], Text("", "")), str(detail["reply"])
    became = reply_words(reply)
    whom = f" {detail['target']}" if "target" in detail else ""
    return Text(
        f"{verb.en}{whom}: {became.en} ({detail['seconds']:g} s)",
        f"{verb.zh}{whom}：{became.zh}（{detail['seconds']:g} 秒）",
    )


def reply_words(reply: str) -> Text:
    """What becomes of a caller who was handed over, by its word in ``ivr.call.simulation.plan.WORDS``."""
    if (found := _REPLIES.get(reply) or _NOTED.get(reply)) is not None:
        return found
    return Text(f"he leaves by {reply}", f"按 {reply.removeprefix('key ')} 离开")


def _asked(detail: Detail) -> Text:
    asks = Text(f"asks {detail['host']} ({detail['method']})", f"查询 {detail['host']}（{detail['method']}）")
    if not detail["stub"]:
        return Text(
            f"{asks.en}: nothing stands in for it (--stub, lookups:), so it fails",
            f"{asks.zh}：没有替代应答（--stub、lookups:），按失败处理",
        )
    if not detail["status"]:
        return Text(f"{asks.en}: no answer in time", f"{asks.zh}：超时无应答")
    return Text(f"{asks.en}: {detail['status']}", f"{asks.zh}：{detail['status']}")


def _event(detail: Detail) -> Text:
    event = str(detail["event"])
    if (made := _EVENTS.get(event)) is not None:
        return made(detail)
    rest = ", ".join(f"{name} {value}" for name, value in detail.items() if name != "event")
    return Text(f"{event.replace('_', ' ')} {rest}".strip(), f"{event} {rest}".strip())


def end_of(story: Story) -> Text:
    """How the call ended, what it came to, and how long it lasted."""
    ends = _ENDS[story.ended]
    why = f": {story.problem}" if story.problem else ""
    silence = story.longest_silence
    return Text(
        f"{ends.en}{why}. Outcome {story.outcome}, {story.seconds:.0f} s, longest silence {silence:.0f} s",
        f"{ends.zh}{why}。结果 {story.outcome}，{story.seconds:.0f} 秒，最长静默 {silence:.0f} 秒",
    )


__all__ = ["end_of", "reply_words", "words"]
