"""What steps of a flow that say nothing did - asked a service, decided, computed - in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr.call.lookup_words import why
from ivr.core.language import Text

Detail = Mapping[str, Any]


def _of(detail: Detail, name: str) -> str:
    value = detail.get(name)
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _lookup(detail: Detail) -> Text:
    host, status, ms = _of(detail, "host"), detail.get("status") or 0, detail.get("ms")
    took = f", {ms} ms" if ms is not None else ""
    answer = Text(str(status) if status else "no answer", str(status) if status else "无应答")
    asked = Text(f"asks {host}: {answer.en}{took}", f"查询 {host}：{answer.zh}{took.replace(', ', '，')}")
    problem = _of(detail, "problem")
    if problem and problem != f"status {status}":
        because = why(problem)
        return Text(f"{asked.en}; {because.en}", f"{asked.zh}；{because.zh}")
    if saved := _of(detail, "saved"):
        return Text(f"{asked.en}; keeps {saved}", f"{asked.zh}；保存 {saved}")
    return asked


def _branch(detail: Detail) -> Text:
    if when := _of(detail, "when"):
        return Text(f"because {when}", f"条件成立：{when}")
    return Text("no condition holds", "无条件成立")


def _set(detail: Detail) -> Text:
    failed = ", ".join(detail.get("failed") or ())
    names = _of(detail, "variables")
    sets = Text(f"sets {names}", f"设置 {names}") if names else Text("sets how he is served", "设置服务方式")
    return Text(f"{sets.en}; cannot compute {failed}", f"{sets.zh}；无法计算 {failed}") if failed else sets


_KINDS = {
    "number": "数字",
    "digits": "号码",
    "money": "金额",
    "date": "日期",
    "time": "时间",
}

_NOTED = {
    "accepted": Text("is to be called back", "已登记回电"),
    "known": Text("is to be called back already", "此前已登记回电"),
    "full": Text("no more callbacks are taken", "回电名额已满"),
}


def _noted(detail: Detail) -> Text:
    return _NOTED.get(_of(detail, "noted"), Text("asks for a callback", "预约回电"))


_WORDS: dict[str, Callable[[Detail], Text]] = {
    "lookup": _lookup,
    "branch": _branch,
    "undecided": lambda detail: Text(
        f"cannot be decided: {_of(detail, 'when')}", f"条件无法判断：{_of(detail, 'when')}"
    ),
    "set": _set,
    "not_kept": lambda detail: Text(
        f"too many variables: {_of(detail, 'variable')} is not kept", f"变量过多：{_of(detail, 'variable')} 未保存"
    ),
    "subflow": lambda detail: Text(f"into flow {_of(detail, 'into')}", f"进入子流程 {_of(detail, 'into')}"),
    "said": lambda detail: Text(f"says a {_of(detail, 'kind')}", f"读出{_kind(detail)}"),
    "unsayable": lambda detail: Text(
        f"what is to be said is no {_of(detail, 'kind')}", f"内容不是{_kind(detail)}，无法读出"
    ),
    "repeat": lambda detail: Text(f"key {_of(detail, 'key')}: hears it again", f"按键 {_of(detail, 'key')}：重听"),
    "human": lambda detail: Text(f"key {_of(detail, 'key')}: to a human", f"按键 {_of(detail, 'key')}：转人工"),
    "over": lambda detail: Text("starts the entry over", "重新输入"),
    "recording_refused": lambda detail: Text("refuses to be recorded", "拒绝录音"),
    "full": lambda detail: Text(f"queue {_of(detail, 'queue')} is full", f"队列 {_of(detail, 'queue')} 已满"),
    "empty": lambda detail: Text(f"queue {_of(detail, 'queue')} has no agents", f"队列 {_of(detail, 'queue')} 无坐席"),
    "noted": _noted,
    "confirmed": lambda detail: Text("confirms the number", "确认号码"),
    "declined": lambda detail: Text("declines the callback", "不需要回电"),
    "refused": lambda detail: Text("the number may not be called", "该号码不允许回拨"),
}


def _kind(detail: Detail) -> str:
    kind = _of(detail, "kind")
    return _KINDS.get(kind, kind)


def words_of(event: str, detail: Detail | None) -> Text:
    """What happened, in both languages; an event without words stands for itself.

    Quotes what a site's author and services wrote: escape it before it is shown.
    """
    words = _WORDS.get(event)
    return words(detail or {}) if words else Text(event, event)


__all__ = ["words_of"]
