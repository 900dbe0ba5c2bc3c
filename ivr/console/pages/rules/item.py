"""One item of a rulebook: what it looks for, its tests, what it came to lately, and the calls behind that."""

from __future__ import annotations

from urllib.parse import quote

from ivr.console.pages.rules.books import show_tests, tabs
from ivr.console.pages.trends.choosing import linked
from ivr.console.pages.trends.items import calls_of
from ivr.console.parts.frame import button, element
from ivr.console.parts.plot import figure
from ivr.console.security.permissions import Permission
from ivr.console.services.rules import books, testing
from ivr.console.services.rules.books import BookTold
from ivr.console.services.rules.items import ItemTold
from ivr.console.view import View
from ivr.core.language import Text

MANY = 10  # lines; more stand in columns
_SPEAKERS = {
    "agent": Text("the agent", "坐席"),
    "caller": Text("the caller", "来电者"),
    "either": Text("either", "任意一方"),
}


async def build(view: View) -> None:
    """The item."""
    tabs(view, "/rules")
    name, version = view.path["book"][:64], view.query.get("version", "")[:24]
    book, one = await books.item(view.console, view.who, name, view.path["item"][:64], version)
    with element("section", "card").props("data-ready"):
        element("h2", text=one.title)
        with element("dl", "pairs-of"):
            _facts(view, book, one)
    if one.lately is not None:
        _lately(view, one)
    if one.kind in {"must", "must_not"}:
        _tests(view, book, one)
        _phrases(view, Text("Ways of saying it", "说法"), one.phrases)
        _phrases(view, Text("Harmless phrases that sound alike", "近似但无害的说法"), one.near_misses)


def _facts(view: View, book: BookTold, one: ItemTold) -> None:
    facts = [
        (Text("Rulebook", "规则集"), f"{book.name} {book.full_version}"),
        (Text("Name", "编号"), one.id),
        (Text("Kind", "类型"), one.kind_name),
        (Text("Whose words", "谁的话"), view.say(_SPEAKERS[one.by]) if one.where else ""),
        (Text("When in the call", "通话中的位置"), one.where),
        (Text("Only calls", "适用通话"), one.when),
        (Text("Measured", "测量") if one.kind == "measured" else Text("Why a person", "人工原因"), one.detail),
        (Text("Points", "分值"), f"{one.weight:g}"),
    ]
    for name, value in facts:
        if value:
            element("dt", text=view.say(name))
            element("dd", text=value)
    if one.fail_all:
        element("dt", text=view.say(Text("Fail-all", "一票否决")))
        element("dd", "bad", text=view.say(Text("breaking it sets the card to zero", "违规则整张评分表为零")))
    element("dt", text=view.say(Text("Norm", "规范")))
    with element("dd"):
        linked(f"{one.norm} · {view.say(Text('what to say', '标准话术'))}", f"/knowledge?norm={one.norm}")


def _lately(view: View, one: ItemTold) -> None:
    assert one.lately is not None
    since = one.lately.since.isoformat()
    definite = one.lately.kept + one.lately.broken
    with element("section", "card"):
        element("h2", text=view.say(Text("Last 30 days", "近 30 天")))
        with element("div", "figures"):
            rate = f"{100 * one.lately.broken / definite:.1f} %" if definite else "–"
            formula = Text(
                f"{one.lately.broken} broken / {definite} definite verdicts of the machine",
                f"机器判定违规 {one.lately.broken} ÷ 确定判定 {definite}",
            )
            figure(view, Text("broken", "违规率"), rate, formula=formula)
            figure(view, Text("kept", "达标"), f"{one.lately.kept:,}")
            figure(view, Text("broken, calls", "违规通话"), f"{one.lately.broken:,}")
            figure(view, Text("cannot tell", "无法判断"), f"{one.lately.unsure:,}")
            figure(view, Text("not applicable", "不适用"), f"{one.lately.not_applicable:,}")
        with element("p", "row-of below"):
            broken = "hit" if one.kind == "must_not" else "missed"
            linked(view.say(Text("Calls that broke it", "违规的通话")), calls_of(one.id, broken, since, ""), "button")
            unsure = view.say(Text("Calls where it cannot be told", "无法判断的通话"))
            linked(unsure, calls_of(one.id, "unsure", since, ""), "button")
            over = view.say(Text("Day by day", "逐日趋势"))
            linked(over, f"/trends?view=items&period=30d&item={quote(one.id)}", "button")


def _tests(view: View, book: BookTold, one: ItemTold) -> None:
    with element("section", "card"):
        element("h2", text=view.say(Text("Its tests", "例句测试")))
        around = element("div").props('aria-live="polite" data-part="tests"')

        async def tried() -> None:
            told = await testing.run_tests(view.console, view.who, book.name, book.version, one.id)
            around.clear()
            with around:
                show_tests(view, told, all_lines=True)

        with around:
            for title, lines in (
                (Text("It must find", "必须命中"), one.must_match),
                (Text("It must not find", "不得命中"), one.must_not_match),
            ):
                _lines(view, title, lines)
        if view.who.may(Permission.RULES_TRY):
            with element("p", "row-of below"):
                button(view.say(Text("Run its tests", "运行测试")), view.does(tried), main=True).props(
                    'data-do="tests"'
                )
                first = quote(one.phrases[0]) if one.phrases else ""
                linked(
                    view.say(Text("Try a phrase", "试用说法")),
                    f"/rules/try?language={book.language}&phrases={first}",
                    "button",
                )


def _phrases(view: View, title: Text, phrases: list[str]) -> None:
    if phrases:
        with element("section", "card"):
            _lines(view, title, phrases)


def _lines(view: View, title: Text, lines: list[str]) -> None:
    element("h3", text=view.say(title))
    with element("ul", "lines many" if len(lines) > MANY else "lines").props("data-words"):
        for line in lines:
            element("li", text=line)


__all__ = ["build"]
