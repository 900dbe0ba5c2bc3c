"""The names of outcomes, results, values and phases, in both languages; unknown ones stand for themselves."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.core.language import Text
from ivr.reports.figures import moment
from ivr.reports.tracks import Gap

OUTCOMES: Mapping[str, Text] = {
    "": Text("under way", "进行中"),
    "answered": Text("answered", "已接听"),
    "abandoned": Text("abandoned", "等待中放弃"),
    "unserved": Text("not served", "未获服务"),
    "voicemail": Text("voicemail", "语音留言"),
    "callback": Text("callback", "预约回电"),
    "self_service": Text("self-service", "自助"),
    "closed": Text("closed", "非营业时间"),
    "failed": Text("failed", "失败"),
    "interrupted": Text("interrupted", "中断"),
}
_VISITS = {
    "": Text("still waiting", "仍在等待"),
    "answered": Text("answered", "已接听"),
    "abandoned": Text("caller gave up", "来电者放弃"),
    "timeout": Text("longest wait over", "等待超时"),
    "empty": Text("no agent in the queue", "队列无坐席"),
    "full": Text("queue full", "队列已满"),
    "key": Text("left by key", "按键离开"),
    "interrupted": Text("interrupted", "中断"),
}
_RINGS = {
    "": Text("ringing", "振铃中"),
    "answered": Text("answered", "接听"),
    "no_answer": Text("no answer", "未接"),
    "refused": Text("refused", "拒接"),
    "cancelled": Text("cancelled", "取消"),
}
_PARTIES = {
    "caller": Text("caller", "来电者"),
    "agent": Text("agent", "坐席"),
    "system": Text("the line", "系统"),
    "voicemail": Text("message", "留言"),
    "statement": Text("statement", "录音陈述"),
    "transfer": Text("transfer", "转接"),
}
_VALUES = {
    "said": Text("said", "已说"),
    "not_said": Text("not said", "未说"),
    "met": Text("met", "达标"),
    "not_met": Text("not met", "未达标"),
    "cannot_tell": Text("cannot tell", "无法判断"),
    "not_applicable": Text("not applicable", "不适用"),
}
_STATES = {
    "open": Text("still recording", "录音未结束"),
    "closed": Text("closed", "完整"),
    "missing": Text("file missing", "文件缺失"),
    "broken": Text("file broken", "文件损坏"),
    "refused": Text("not recorded", "未录音"),
    "deleting": Text("being deleted", "删除中"),
    "deleted": Text("deleted", "已删除"),
}
_CAUSES = {
    "refused by the caller": Text("refused by the caller", "来电者拒绝录音"),
    "file not found": Text("file not found", "找不到文件"),
    "closed without notice": Text("closed without notice", "未收到结束通知"),
    "asterisk killed": Text("Asterisk was killed", "Asterisk 被终止"),
    "no media": Text("no media", "无媒体数据"),
    "paused": Text("recording paused", "录音暂停"),
}
_PHASES = {
    "menu": Text("menu", "语音菜单"),
    "waiting": Text("waiting", "排队"),
    "ringing": Text("ringing", "振铃"),
    "talk": Text("talk", "通话"),
    "hold": Text("hold", "保持"),
    "voicemail": Text("voicemail", "留言"),
}
_MARKS = {
    "pass": Text("pass", "合格"),
    "fail": Text("fail", "不合格"),
    "unsure": Text("for a person", "待人工判断"),
    "not_applicable": Text("not counted", "不计"),
}


def outcome_of_call(outcome: str) -> Text:
    """What a call came to."""
    return _name(OUTCOMES, outcome)


def outcome_of_visit(outcome: str) -> Text:
    """Why waiting ended."""
    return _name(_VISITS, outcome)


def result_of_ring(result: str) -> Text:
    """What came of a ringing phone."""
    return _name(_RINGS, result)


def party(role: str) -> Text:
    """Who: caller, agent, the line."""
    return _name(_PARTIES, role)


def value_of(value: str) -> Text:
    """A verdict's value."""
    return _name(_VALUES, value)


def phase_of(kind: str) -> Text:
    """A phase's name."""
    return _name(_PHASES, kind)


def state_of(state: str) -> Text:
    """What became of a recording."""
    return _name(_STATES, state)


def cause_of(cause: str) -> Text:
    """Why sound is missing; details behind a semicolon stay as they were written."""
    known, _, more = cause.partition("; ")
    name = _name(_CAUSES, known)
    return Text(f"{name.en}; {more}", f"{name.zh}；{more}") if more else name


def gap_of(gap: Gap) -> Text:
    """A gap of a file, with its place or its length."""
    name = cause_of(gap.cause)
    if gap.start is not None and gap.end is not None:
        place = f"{moment(gap.start)}–{moment(gap.end)}"
        return Text(f"{name.en} {place}", f"{name.zh} {place}")
    if gap.lost_s:
        return Text(f"{name.en}, {gap.lost_s:.1f} s missing", f"{name.zh}，缺 {gap.lost_s:.1f} 秒")
    return name


def pause_mark(start: float, end: float) -> Text:
    """A pause of the recording, as it stands in a transcript."""
    place = f"{moment(start)}–{moment(end)}"
    return Text(f"[recording paused {place}]", f"［录音暂停 {place}］")


def mark_of(mark: str) -> Text:
    """How a verdict counts."""
    return _name(_MARKS, mark)


def hung_up(by: str) -> Text:
    """Who hung up, as a sentence."""
    if not by:
        return Text("call ends", "通话结束")
    who = party(by)
    return Text(f"{who.en} hangs up", f"{who.zh}挂机")


def ended_by(by: str) -> Text:
    """Who ended a talk, to be put behind a sentence."""
    if not by:
        return Text("", "")
    who = party(by)
    return Text(f", by {who.en}", f"（{who.zh}）")


def _name(names: Mapping[str, Text], value: str) -> Text:
    return names.get(value) or Text(value, value)
