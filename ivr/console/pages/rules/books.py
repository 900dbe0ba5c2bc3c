"""The rulebooks, which is in force, and one with its items and tests."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ivr.console.pages.trends.choosing import linked, styles
from ivr.console.parts.frame import button, element
from ivr.console.parts.table import Column, table
from ivr.console.security.permissions import Permission
from ivr.console.services.rules import books, testing
from ivr.console.services.rules.books import BookTold, EditionTold
from ivr.console.services.rules.items import ItemTold
from ivr.console.services.rules.testing import TestedTold, TestsTold
from ivr.console.view import View
from ivr.core.language import Text

_FOUND = Text("found", "命中")
_NOT_FOUND = Text("not found", "未命中")


def tabs(view: View, here: str) -> None:
    """Links to the pages of rules."""
    styles()
    names = [("/rules", Text("Rulebooks", "规则集")), ("/rules/workbench", Text("Workbench", "测试台"))]
    if view.who.may(Permission.RULES_TRY):
        names.append(("/rules/try", Text("Try a phrase", "试用说法")))
    with element("nav", "tabs") as made:
        made.props["aria-label"] = view.say(Text("Rules", "质检规则"))
        for path, title in names:
            linked(view.say(title), path, here=path == here)


async def build(view: View) -> None:
    """Every version of every rulebook."""
    tabs(view, "/rules")
    found = await books.editions(view.console, view.who)
    columns: list[Column[EditionTold]] = [
        Column(Text("Rulebook", "规则集"), lambda one: one.name),
        Column(Text("Version", "版本"), lambda one: one.version),
        Column(
            Text("From", "生效日期"),
            lambda one: one.effective_from.isoformat() if one.effective_from else "–",
        ),
        Column(Text("Language", "语言"), lambda one: one.language),
        Column(
            Text("Whose", "来源"), lambda one: view.say(Text("site", "站点") if one.own else Text("built in", "内置"))
        ),
        Column(
            Text("In force", "当前生效"),
            lambda one: view.say(Text("yes", "是")) if one.in_force else "",
            classes=lambda one: "good" if one.in_force else "",
        ),
    ]
    table(view, columns, found, label=Text("Rulebooks", "规则集"), href=lambda one: _address(one.name, one.version))


async def build_one(view: View) -> None:
    """One rulebook: its items by section, its tests on click."""
    tabs(view, "/rules")
    name, version = view.path["book"][:64], view.query.get("version", "")[:24]
    found = await books.book(view.console, view.who, name, version)
    with element("section", "card"):
        element("h2", text=found.title)
        about = [found.name, found.full_version, found.language]
        if found.effective_from:
            about.append(view.say(Text(f"from {found.effective_from}", f"自 {found.effective_from}")))
        about.append(view.say(Text(f"{found.points:g} points", f"满分 {found.points:g}")))
        if found.extends:
            about.append(view.say(Text(f"extends {found.extends}", f"继承 {found.extends}")))
        element("p", "faint", text=" · ".join(about))
        if not found.in_force:
            element("p", "warn", text=view.say(Text("Not in force today.", "今天未生效。")))
        if view.who.may(Permission.RULES_TRY):
            _tests(view, found)
    titles = {one.name: one.title for one in found.sections}
    for section in dict.fromkeys(one.section for one in found.items):
        element("h2", "below", text=titles.get(section, section))
        _items(view, found, [one for one in found.items if one.section == section], version)


def _tests(view: View, found: BookTold) -> None:
    with element("p", "row-of"):
        run = button(view.say(Text("Run all tests", "运行全部例句测试")), None, main=True).props('data-do="tests"')
    around = element("div").props('aria-live="polite" data-part="tests"')

    async def tried() -> None:
        told = await testing.run_tests(view.console, view.who, found.name, found.version)
        around.clear()
        with around:
            show_tests(view, told)

    run.on("click", view.does(tried), [])


def show_tests(view: View, told: TestsTold, *, all_lines: bool = False) -> None:
    """What tests came to; those that failed, or all lines."""
    good = Text(f"All {told.lines} lines are judged as they should be.", f"全部 {told.lines} 条例句判定正确。")
    bad = Text(
        f"{told.failed} of {told.lines} lines are judged wrongly.",
        f"{told.lines} 条例句中有 {told.failed} 条判定错误。",
    )
    element("p", "bad" if told.failed else "good", text=view.say(bad if told.failed else good))
    rows = told.rows if all_lines else [one for one in told.rows if not one.passed]
    if rows:
        table(view, _test_columns(view), rows, label=Text("Tests", "例句测试"))


def _test_columns(view: View) -> list[Column[TestedTold]]:
    def colour(one: TestedTold) -> str:
        return "" if one.passed else "bad"

    return [
        Column(Text("Rule", "规则"), lambda one: one.title),
        Column(Text("Line", "例句"), lambda one: one.line),
        Column(Text("Should be", "应为"), lambda one: view.say(_FOUND if one.wanted else _NOT_FOUND)),
        Column(Text("Is", "实际"), lambda one: view.say(_FOUND if one.found else _NOT_FOUND), classes=colour),
    ]


def _items(view: View, found: BookTold, rows: list[ItemTold], version: str) -> None:
    def lately(part: str) -> Any:
        return lambda one: "" if one.lately is None else f"{getattr(one.lately, part):,}"

    columns: list[Column[ItemTold]] = [
        Column(Text("Item", "项目"), lambda one: one.title),
        Column(Text("Norm", "规范"), lambda one: one.norm),
        Column(Text("Kind", "类型"), lambda one: one.kind_name),
        Column(Text("Where", "位置"), lambda one: one.where or one.detail),
        Column(Text("Points", "分值"), lambda one: f"{one.weight:g}", number=True),
        Column(
            Text("Fail-all", "一票否决"),
            lambda one: view.say(Text("yes", "是")) if one.fail_all else "",
            classes=lambda one: "bad" if one.fail_all else "",
        ),
        Column(Text("Kept, 30 days", "达标（30天）"), lately("kept"), number=True),
        Column(Text("Broken", "违规"), lately("broken"), number=True),
        Column(Text("Cannot tell", "无法判断"), lately("unsure"), number=True),
    ]
    table(
        view,
        columns,
        rows,
        label=Text("Items", "项目"),
        href=lambda one: _address(found.name, version, one.id),
    )


def _address(book: str, version: str, item: str = "") -> str:
    path = f"/rules/b/{book}" + (f"/{item}" if item else "")
    return f"{path}?{urlencode({'version': version})}" if version else path


__all__ = ["build", "build_one", "show_tests", "tabs"]
