"""Trying a phrase against a text and against a call, before it becomes a rule."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import ValidationError

from ivr.console.pages.rules.books import tabs
from ivr.console.pages.trends.choosing import linked
from ivr.console.parts.form import Field, area_field, choice, text_field
from ivr.console.parts.frame import button, element
from ivr.console.parts.table import Column, table
from ivr.console.services.rules import trying
from ivr.console.services.rules.tried import By, CallTold, FoundTold, HitTold, Kind, TextTold, Tried
from ivr.console.view import View
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.figures import moment
from recording.rulebooks.base import Language

_LANGUAGES = {"zh-CN": Text("Chinese", "中文"), "en-US": Text("English", "英语"), "ko-KR": Text("Korean", "韩语")}
_KINDS: dict[str, Text] = {"must": Text("must be said", "必须说"), "must_not": Text("must not be said", "不得说")}
_BY: dict[str, Text] = {
    "agent": Text("the agent", "坐席"),
    "caller": Text("the caller", "来电者"),
    "either": Text("either", "任意一方"),
}
_COLOURS = {"said": "good", "not_said": "bad", "cannot_tell": "warn"}


async def build(view: View) -> None:
    """The phrase; a text or a call; what it comes to."""
    tabs(view, "/rules/try")
    fields: dict[str, Field] = {}
    with element("section", "card").props("data-ready"):
        fields["phrases"] = area_field(
            view, Text("Ways of saying it, one a line", "说法，每行一种"), view.query.get("phrases", "")[:400],
            name="phrases", most=2000, rows=3,
        )  # fmt: skip
        fields["near"] = area_field(
            view, Text("Harmless phrases that sound alike, one a line", "近似但无害的说法，每行一种"),
            name="near-misses", most=2000, rows=2,
        )  # fmt: skip
        with element("div", "chosen below"):
            kinds = {name: view.say(title) for name, title in _KINDS.items()}
            fields["kind"] = choice(view, Text("Kind", "类型"), kinds, name="kind")
    with element("div", "cards"):
        _against_text(view, fields)
        _against_call(view, fields)


def _against_text(view: View, fields: dict[str, Field]) -> None:
    with element("section", "card"):
        element("h2", text=view.say(Text("Against a text", "对照文本")))
        text = area_field(view, Text("Text", "文本"), name="text", most=2000, rows=3)
        with element("div", "chosen below"):
            languages = {name: view.say(title) for name, title in _LANGUAGES.items()}
            given = view.query.get("language", "")
            language = choice(view, Text("Language", "语言"), languages, given, name="language")
            run = button(view.say(Text("Try", "试用")), None, main=True).props('data-do="try-text"')
        around = element("div").props('aria-live="polite" data-part="text"')

        async def tried() -> None:
            spoken: Language = language.value if language.value in get_args(Language) else "zh-CN"  # type: ignore[assignment]
            told = await trying.try_text(view.console, view.who, read(fields), text.value, spoken)
            around.clear()
            with around:
                _text_told(view, told)

        run.on("click", view.does(tried), [])


def _against_call(view: View, fields: dict[str, Field]) -> None:
    with element("section", "card"):
        element("h2", text=view.say(Text("Against a call", "对照通话")))
        with element("div", "chosen"):
            given = view.query.get("call", "")[:10]
            call = text_field(
                view, Text("Number of the call", "通话编号"), given, kind="number", name="call", width="120px"
            )
            speakers = {name: view.say(title) for name, title in _BY.items()}
            by = choice(view, Text("Whose words", "谁的话"), speakers, name="by")
            run = button(view.say(Text("Try", "试用")), None, main=True).props('data-do="try-call"')
        hint = Text("Its number stands in the list of calls. This is audited.", "编号见通话列表；此操作会记入审计。")
        element("p", "faint", text=view.say(hint))
        around = element("div").props('aria-live="polite" data-part="call"')

        async def tried() -> None:
            speaker: By = by.value if by.value in get_args(By) else "agent"  # type: ignore[assignment]
            told = await trying.try_call(view.console, view.who, read(fields), _number(call.value), speaker)
            around.clear()
            with around:
                _call_told(view, told)

        run.on("click", view.does(tried), [])


def read(fields: dict[str, Field]) -> Tried:
    """What stands in the fields.

    Raises:
        UsageError: if there is no phrase, or too many, or one is too long.
    """
    kind: Kind = fields["kind"].value if fields["kind"].value in get_args(Kind) else "must"  # type: ignore[assignment]
    try:
        return Tried(phrases=_split(fields["phrases"].value), near_misses=_split(fields["near"].value), kind=kind)
    except ValidationError as error:
        raise UsageError(
            Text(
                "give 1 to 20 phrases of at most 120 characters, one a line",
                "请填写 1 至 20 种说法，每行一种，每种不超过 120 字",
            ),
        ) from error


def _split(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**31):
        raise UsageError(Text("give the number of a call", "请填写通话编号"))
    return int(text)


def _text_told(view: View, told: TextTold) -> None:
    verdict = Text("found", "命中") if told.found else Text("not found", "未命中")
    element("p", f"verdict {'good' if told.found else 'bad'}", text=view.say(verdict))
    needed = Text(f"evidence from a score of {told.needed:g} on", f"得分达到 {told.needed:g} 即为证据")
    element("p", "faint", text=view.say(needed))
    columns: list[Column[FoundTold]] = [
        Column(Text("Phrase", "说法"), lambda one: one.phrase),
        Column(Text("Score", "得分"), lambda one: f"{one.score:.1f}", number=True),
        Column(Text("Near miss", "近似说法"), lambda one: one.near_miss),
        Column(
            Text("Its score", "其得分"), lambda one: f"{one.near_miss_score:.1f}" if one.near_miss else "", number=True
        ),
        Column(
            Text("Found", "命中"),
            lambda one: view.say(Text("yes", "是") if one.found else Text("no", "否")),
            classes=lambda one: "good" if one.found else "",
        ),
    ]
    nothing = Text("Nothing like it stands there.", "文本中没有类似的说法。")
    table(view, columns, told.rows, label=Text("Phrases", "说法"), nothing=nothing)


def _call_told(view: View, told: CallTold) -> None:
    for part in told.parts:
        element("h3", text=part.agent).props("data-words")
        element("p", f"verdict {_COLOURS.get(part.value, '')}", text=part.value_name)
        element("p", "faint", text=part.reason)
        _hits(view, part.hits)
    if not told.parts:
        element("p", "warn", text=view.say(Text("No agent was heard in this call.", "该通话中没有坐席的转写。")))
    element("p", "faint", text=told.note)
    linked(view.say(Text("Open the call", "打开通话")), f"/calls/{told.call}", "button")


def _hits(view: View, hits: list[HitTold]) -> None:
    columns: list[Column[Any]] = [
        Column(Text("At", "时间"), lambda one: f"{moment(one.start)}–{moment(one.end)}"),
        Column(Text("Heard", "听到"), lambda one: one.heard),
        Column(Text("Phrase", "说法"), lambda one: one.phrase),
        Column(Text("Score", "得分"), lambda one: f"{one.score:.0f}", number=True),
        Column(Text("Enough", "足够"), lambda one: view.say(Text("yes", "是") if one.strong else Text("no", "否"))),
    ]
    nothing = Text("Nothing like it was heard.", "没有听到类似的说法。")
    table(view, columns, hits, label=Text("Evidence", "证据"), nothing=nothing)


__all__ = ["build", "read"]
