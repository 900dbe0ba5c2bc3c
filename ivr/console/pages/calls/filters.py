"""The filters of the list: one line, more of them behind a fold, what is set as chips that take it away.

It is a plain form whose answer is the page at another address, so every list can be linked to and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from nicegui.element import Element

from ivr.console.parts.frame import button, element
from ivr.console.parts.still import still
from ivr.console.services.calls.listing import Choices
from ivr.console.view import View
from ivr.core.language import Text
from ivr.reports.calls import OUTCOMES, RECORDINGS, CallQuery
from ivr.reports.wording import outcome_of_call
from ivr.storage.search.words import LONGEST

PATH = "/calls"

LANGUAGES = {"zh-CN": Text("Chinese", "中文"), "en-US": Text("English", "英语"), "ko-KR": Text("Korean", "韩语")}
LABELS: Mapping[str, Text] = {
    "words": Text("Said", "通话内容"),
    "caller": Text("Caller", "来电号码"),
    "since": Text("From", "开始日期"),
    "until": Text("To", "结束日期"),
    "agent": Text("Agent", "坐席"),
    "queue": Text("Queue", "队列"),
    "outcome": Text("Outcome", "结果"),
    "language": Text("Language", "语言"),
    "number": Text("Number called", "被叫号码"),
    "score_min": Text("Score from", "得分不低于"),
    "score_max": Text("Score to", "得分不高于"),
    "rule": Text("Rule", "规则"),
    "verdict": Text("Verdict", "判定"),
    "has": Text("Has", "附带"),
    "recording": Text("Recording", "录音"),
    "sort": Text("Sort by", "排序"),
    "order": Text("Order", "次序"),
}
VERDICTS = {"hit": Text("said or done", "已做到"), "missed": Text("missed", "未做到"),
            "unsure": Text("cannot tell", "无法判断")}  # fmt: skip
LEFT = {"complaint": Text("complaint", "投诉"), "work_order": Text("work order", "工单"),
        "dispute": Text("dispute", "申诉"), "review": Text("review", "人工评分")}  # fmt: skip
SOUND = {"kept": Text("kept", "有录音"), "none": Text("none", "无录音"), "deleted": Text("deleted", "已删除"),
         "faulty": Text("faulty", "异常")}  # fmt: skip
SORTS = {"time": Text("time", "时间"), "wait": Text("wait", "等待时长"), "talk": Text("talk", "通话时长"),
         "score": Text("score", "得分")}  # fmt: skip
ORDERS = {"desc": Text("descending", "降序"), "asc": Text("ascending", "升序")}
_ANY = Text("any", "全部")
_MORE = ("language", "number", "score_min", "score_max", "rule", "verdict", "has", "recording", "sort", "order")


def address(query: CallQuery, **more: str) -> str:
    """Where the list of a query is."""
    parameters = query.parameters() | more
    return f"{PATH}?{urlencode(parameters)}" if parameters else PATH


def bar(view: View, given: Mapping[str, str], choices: Choices) -> None:
    """The form.

    Args:
        given: what stands in the address, usable or not.
    """
    with still("form", "filters").props(f'method="get" action="{PATH}" role="search"') as form:
        form.props["aria-label"] = view.say(Text("Filter calls", "筛选通话"))
        with element("div", "filter-line"):
            hint = Text('words, "a phrase", -not, agent: caller:', "词语、“短语”、-排除、坐席: 客户:")
            _field(view, "words", given, kind="search", hint=hint, most=LONGEST, classes="filter-words")
            _field(view, "caller", given, hint=Text("last digits", "尾号"), most=32, classes="filter-short")
            for name in ("since", "until"):
                value = given.get(name, "")
                _field(view, name, given, kind="datetime-local" if "T" in value else "date")
            _choice(view, "agent", given, choices.agents)
            _choice(view, "queue", given, choices.queues)
            _choice(
                view, "outcome", given, {one: view.say(outcome_of_call(_plain(one))) for one in ("open", *OUTCOMES)}
            )
            button(view.say(Text("Search", "搜索")), None, main=True).props('type="submit" data-do="search"')
        with element("details", "filter-more") as more:
            if any(given.get(name) for name in _MORE):
                more.props("open")
            element("summary", text=view.say(Text("More filters", "更多条件")))
            with element("div", "filter-line"):
                names = {one: view.say(LANGUAGES.get(one, Text(one, one))) for one in choices.languages}
                _choice(view, "language", given, names)
                _choice(view, "number", given, {one: one for one in choices.numbers})
                for name in ("score_min", "score_max"):
                    _field(view, name, given, kind="number", classes="filter-short")
                _choice(view, "rule", given, choices.rules)
                for name, texts in (("verdict", VERDICTS), ("has", LEFT), ("recording", SOUND)):
                    _choice(view, name, given, {one: view.say(text) for one, text in texts.items()})
                for name, texts in (("sort", SORTS), ("order", ORDERS)):
                    _choice(view, name, given, {one: view.say(text) for one, text in texts.items()}, any_of_them=False)


def chips(view: View, query: CallQuery, choices: Choices) -> None:
    """What is set, each with a cross that takes it away."""
    filters = query.filters()
    if not filters:
        return
    with still("div", "chips") as made:
        made.props["aria-label"] = view.say(Text("Filters that are set", "已设条件"))
        for name, value in filters.items():
            label = view.say(LABELS[name])
            with element("a", "chip") as chip:
                chip.props["href"] = address(query.without(name))
                chip.props["title"] = view.say(Text(f"Remove: {label}", f"去掉：{label}"))
                element("span", "faint", text=label)
                element("span", text=shown(view, name, value, choices)).props("data-words")
                element("span", text="✕").props('aria-hidden="true"')
        if len(filters) > 1:
            element("a", "chip", text=view.say(Text("Clear all", "全部清除"))).props(f'href="{PATH}"')


def shown(view: View, name: str, value: str, choices: Choices) -> str:
    """A filter's value as people read it."""
    if name in {"since", "until"}:
        return value.replace("T", " ")
    texts: dict[str, Mapping[str, str] | Mapping[str, Text]] = {
        "agent": choices.agents,
        "queue": choices.queues,
        "rule": choices.rules,
        "language": LANGUAGES,
        "verdict": VERDICTS,
        "has": LEFT,
        "recording": SOUND,
        "outcome": {one: outcome_of_call(_plain(one)) for one in ("open", *OUTCOMES)},
    }
    return view.say(texts.get(name, {}).get(value, value))


def _plain(outcome: str) -> str:
    return "" if outcome == "open" else outcome


def _field(
    view: View,
    name: str,
    given: Mapping[str, str],
    *,
    kind: str = "text",
    hint: Text | None = None,
    most: int = 16,
    classes: str = "",
) -> None:
    with _label(view, name, classes):
        made = element("input").props(f'type="{kind}" name="{name}" autocomplete="off"')
        if kind in {"text", "search"}:
            made.props(f'maxlength="{most}"')
        if kind == "number":
            made.props('min="0" max="100" step="any"')
    made.props["^value"] = given.get(name, "")
    if hint is not None:
        made.props["placeholder"] = view.say(hint)


def _choice(
    view: View, name: str, given: Mapping[str, str], options: Mapping[str, str], *, any_of_them: bool = True
) -> None:
    value = given.get(name, "")
    if value and value not in options:
        options = {**options, value[:64]: value[:64]}  # of a site of before
    label = _label(view, name)
    if name in {"agent", "queue"}:
        label.props("data-words")  # people and queues are called what they are called
    with label, element("select").props(f'name="{name}"'):
        if any_of_them:
            element("option", text=view.say(_ANY)).props('value=""')
        for one, title in options.items():
            option = element("option", text=title or one)
            option.props["value"] = one
            if one == value:
                option.props["selected"] = True


def _label(view: View, name: str, classes: str = "") -> Element:
    made = element("label", f"field {classes}")
    with made:
        element("span", text=view.say(LABELS[name]))
    return made


__all__ = ["LABELS", "LANGUAGES", "PATH", "RECORDINGS", "SOUND", "address", "bar", "chips", "shown"]
