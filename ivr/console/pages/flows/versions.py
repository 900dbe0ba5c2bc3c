"""Versions of the site: which runs, what differs, reload and rollback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ivr.console.pages.flows.common import change_list, tabs
from ivr.console.parts.form import Field, choice, confirmed, text_field
from ivr.console.parts.frame import button, element
from ivr.console.parts.table import Column, table
from ivr.console.security.permissions import Permission
from ivr.console.services import flows
from ivr.console.services.flows.models import SwapTold, VersionsTold, VersionTold
from ivr.console.view import View, notice
from ivr.core.language import Text

Show = Callable[[], Awaitable[None]]


async def build(view: View) -> None:
    """The page."""
    tabs(view, "/flows/versions")
    room = element("div")

    async def show() -> None:
        found = await flows.versions(view.console, view.who)
        room.clear()
        with room:
            _state(view, found, show)
            _kept(view, found, show)
            _compare(view, found)

    await show()


def _state(view: View, found: VersionsTold, again: Show) -> None:
    with element("section", "card"):
        with element("dl", "pairs"):
            for term, value in (
                (Text("In force", "生效版本"), found.in_force or "–"),
                (Text("The engine serves", "引擎使用"), found.engine or view.say(Text("no engine", "引擎未运行"))),
                (Text("Site's folder", "站点目录"), found.folder),
                (Text("It holds", "目录内容"), found.folder_version or view.say(Text("errors", "有错误"))),
            ):
                element("dt", text=view.say(term))
                element("dd", text=value).props("data-words")
        if found.engine is not None and found.engine != found.in_force:
            words = Text("The engine serves another version: reload.", "引擎使用的版本与生效版本不同：请重新加载。")
            element("p", "bad", text=view.say(words))
        if found.in_force is not None and not found.folder_differs:
            same = Text("The folder holds what is in force.", "目录内容与生效版本一致。")
            element("p", "faint", text=view.say(same))
        if view.who.may(Permission.FLOWS_CHANGE):

            async def reload() -> None:
                await _reload(view, found, again)

            button(view.say(Text("Reload from the folder…", "从目录重新加载…")), view.does(reload), main=True).props(
                'data-do="reload"'
            )


async def _reload(view: View, found: VersionsTold, again: Show) -> None:
    checks = await flows.checks(view.console, view.who)
    if checks.errors or found.folder_version is None:
        notice(
            Text(
                f"{checks.errors} errors in the folder: see the checks", f"目录有 {checks.errors} 个错误：请查看检查页"
            )
        )
        return
    changes = await flows.diff(view.console, view.who, "in-force", "folder")
    why: list[Field] = []

    def inside() -> None:
        change_list(view, changes)
        why.append(_why(view))

    title = Text(f"Put {found.folder_version} in force?", f"启用版本 {found.folder_version}？")
    if await confirmed(view, title, Text("Reload", "重新加载"), inside, wide=True):
        swapped = await flows.reload(view.console, view.who, note=why[0].value, expected=found.folder_version)
        _tell(swapped)
        await again()


async def _rollback(view: View, version: str, again: Show) -> None:
    changes = await flows.diff(view.console, view.who, "in-force", version)
    why: list[Field] = []

    def inside() -> None:
        change_list(view, changes)
        why.append(_why(view))

    title = Text(f"Go back to {version}?", f"回退到版本 {version}？")
    if await confirmed(view, title, Text("Roll back", "回退"), inside, wide=True):
        _tell(await flows.rollback(view.console, view.who, version, note=why[0].value))
        await again()


def _why(view: View) -> Field:
    return text_field(view, Text("Note: why", "备注：原因"), most=200, width="100%", name="note")


def _tell(found: SwapTold) -> None:
    waits = "".join(f"; {one}" for one in found.waits)
    engine = Text("", "") if found.engine else Text("; no engine runs", "；引擎未运行")
    notice(
        Text(f"{found.version} is in force{engine.en}{waits}", f"版本 {found.version} 已生效{engine.zh}{waits}"),
        good=True,
    )


def _kept(view: View, found: VersionsTold, again: Show) -> None:
    def last(one: VersionTold) -> str:
        return view.at(one.times[0].at if one.times else one.stored)

    def act(one: VersionTold) -> str | None:
        if one.in_force:
            element("span", "tag good", text=view.say(Text("in force", "生效中")))
            return None
        if not view.who.may(Permission.FLOWS_CHANGE):
            return ""

        async def back() -> None:
            await _rollback(view, one.version, again)

        button(view.say(Text("Roll back…", "回退…")), view.does(back)).props(f'data-back="{one.version}"')
        return None

    def drawn(one: VersionTold) -> None:
        element("a", text=one.version).props(f'href="/flows?source={one.version}"')

    columns: list[Column[VersionTold]] = [
        Column(Text("Version", "版本"), drawn),
        Column(Text("Last in force, or kept", "最近生效或保存"), last),
        Column(Text("By", "操作人"), lambda one: one.times[0].by if one.times else ""),
        Column(Text("Note", "备注"), lambda one: next((time.note for time in one.times if time.note), "")),
        Column(Text("Times", "次数"), lambda one: str(len(one.times)), number=True),
        Column(Text("", ""), act),
    ]
    nothing = Text("No version yet: the first start keeps one.", "尚无版本：首次启动时保存。")
    table(view, columns, found.versions, label=Text("Versions", "版本"), nothing=nothing)


def _compare(view: View, found: VersionsTold) -> None:
    names = {"folder": view.say(Text("site's folder", "站点目录"))}
    names |= {one.version: one.version for one in found.versions}
    with element("section", "card").style("margin-top: 10px"):
        element("h2", text=view.say(Text("What differs", "差异对比")))
        with element("div", "row-of"):
            old = choice(view, Text("From", "从"), names, found.in_force or "", name="old")
            new = choice(view, Text("To", "到"), names, "folder", name="new")

            async def compare() -> None:
                changes = await flows.diff(view.console, view.who, old.value, new.value)
                room.clear()
                with room:
                    change_list(view, changes)

            button(view.say(Text("Compare", "对比")), view.does(compare)).props('data-do="compare"')
        room = element("div")


__all__ = ["build"]
