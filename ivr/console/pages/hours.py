"""Business hours: how they stand and why; switched by hand, with the moment when the schedule decides again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from ivr.console.page import Page
from ivr.console.parts.form import Field, choice, confirmed, text_field
from ivr.console.parts.frame import button, element
from ivr.console.parts.table import Column, table
from ivr.console.security.permissions import Permission
from ivr.console.services import hours
from ivr.console.services.hours import HoursTold, Past, Position
from ivr.console.view import View
from ivr.core.errors import UsageError
from ivr.core.language import Text

UNTIL = {
    "1": Text("for an hour", "1 小时"),
    "2": Text("for two hours", "2 小时"),
    "day": Text("for the rest of the day", "今天剩余时间"),
    "own": Text("until…", "直至指定时间"),
    "": Text("until somebody switches back", "直至人工恢复"),
}
SWITCHED = {"open": Text("open", "营业"), "closed": Text("closed", "非营业")}

Show = Callable[[], Awaitable[None]]


async def build(view: View) -> None:
    """The page."""
    room = element("div")

    async def show() -> None:
        found = await hours.all_hours(view.console, view.who)
        room.clear()
        with room:
            _table(view, found, show)

    await show()
    await _past(view)


def _table(view: View, found: list[HoursTold], again: Show) -> None:
    def by_hand(one: HoursTold) -> str:
        if one.switched is None:
            return ""
        until = view.at(one.switched.until, "%m-%d %H:%M")
        ends = Text(f" until {until}", f"，至 {until}") if until else Text("", "")
        words = SWITCHED[one.switched.position]
        return view.say(Text(f"{words.en} by {one.switched.by}{ends.en}", f"{words.zh}（{one.switched.by}）{ends.zh}"))

    def state(one: HoursTold) -> None:
        element("span", "tag good" if one.state == "open" else "tag bad", text=one.state_text)

    def buttons(one: HoursTold) -> None:
        with element("div", "replies"):
            acts: tuple[tuple[Position, Text], ...] = (
                ("open", Text("Open…", "营业…")),
                ("closed", Text("Close…", "停业…")),
            )
            for position, text in acts:
                button(view.say(text), view.does(partial(_switch, view, one, position, again))).props(
                    f'data-switch="{position}" data-hours="{one.name}"'
                )
            if one.switched is not None:
                back = Text("By the schedule again", "恢复按时间表")
                button(view.say(back), view.does(partial(_give_back, view, one, again))).props(
                    f'data-switch="auto" data-hours="{one.name}"'
                )

    columns: list[Column[HoursTold]] = [
        Column(Text("Hours", "营业时间"), lambda one: one.name),
        Column(Text("Now", "当前"), state),
        Column(Text("Why", "依据"), lambda one: one.why_text),
        Column(Text("Switched by hand", "人工切换"), by_hand),
        Column(Text("Schedule changes", "时间表下次变化"), lambda one: view.at(one.next, "%m-%d %H:%M")),
    ]
    if view.who.may(Permission.HOURS_SWITCH):
        columns.append(Column(Text("", ""), buttons))
    nothing = Text("The site has no business hours (hours.yaml).", "站点没有营业时间（hours.yaml）。")
    table(view, columns, found, label=Text("Business hours", "营业时间"), nothing=nothing)


async def _switch(view: View, one: HoursTold, position: Position, again: Show) -> None:
    fields: list[Field] = []

    def inside() -> None:
        what = Text(
            "Callers meet it from the next call on, whatever the schedule says.", "自下一通来电起生效，不论时间表如何。"
        )
        element("p", "faint", text=view.say(what))
        with element("div", "row-of"):
            options = {key: view.say(text) for key, text in UNTIL.items()}
            fields.append(choice(view, Text("How long", "时长"), options, "1", name="until"))
            fields.append(text_field(view, Text("Until", "直至"), kind="datetime-local", name="at"))

    words = SWITCHED[position]
    title = Text(f"Switch {one.name}: {words.en}?", f"将 {one.name} 切换为{words.zh}？")
    if await confirmed(view, title, Text("Switch", "切换"), inside):
        until = _until(view, fields[0].value, fields[1].value)
        await hours.switch(view.console, view.who, one.name, position, until=until)
        await again()


def _until(view: View, how_long: str, own: str) -> datetime | None:
    """The moment when the schedule decides again; None: not by itself.

    Raises:
        UsageError: if one is wanted and none is given.
    """
    now = view.console.clock.now().astimezone(view.console.zone)
    if how_long in {"1", "2"}:
        return hours.ahead(view.console, int(how_long))
    if how_long == "day":
        return now.replace(hour=23, minute=59, second=59, microsecond=0)
    if how_long == "own":
        try:
            return datetime.fromisoformat(own).replace(tzinfo=view.console.zone)
        except ValueError:
            raise UsageError(
                Text("no moment was given", "没有填写时间"), cure=Text("fill in the field Until", "请填写“直至”")
            ) from None
    return None


async def _give_back(view: View, one: HoursTold, again: Show) -> None:
    await hours.switch(view.console, view.who, one.name, "auto")
    await again()


async def _past(view: View) -> None:
    """When they were switched lately."""
    rows = [
        (name, past)
        for name in view.console.site().hours
        for past in await hours.past(view.console, view.who, name)
    ]  # fmt: skip
    rows.sort(key=lambda row: row[1].began_at, reverse=True)
    columns: list[Column[tuple[str, Past]]] = [
        Column(Text("Hours", "营业时间"), lambda row: row[0]),
        Column(Text("Switched", "切换为"), lambda row: view.say(SWITCHED.get(row[1].position, row[1].position))),
        Column(Text("By", "操作人"), lambda row: row[1].by),
        Column(Text("From", "开始"), lambda row: view.at(row[1].began_at)),
        Column(Text("Meant until", "原定至"), lambda row: view.at(row[1].until)),
        Column(Text("Ended", "结束"), lambda row: view.at(row[1].ended_at)),
        Column(Text("Ended by", "恢复人"), lambda row: row[1].ended_by),
    ]
    with element("section").style("margin-top: 14px"):
        element("h2", text=view.say(Text("Switched by hand before", "以往人工切换")))
        nothing = Text("Never switched by hand.", "从未人工切换。")
        table(view, columns, rows[:50], label=Text("Switched by hand before", "以往人工切换"), nothing=nothing)


PAGES = [
    Page("/hours", Text("Hours", "营业时间"), build, permissions=(Permission.HOURS,), icon="schedule", key="n"),
]

__all__ = ["PAGES", "build"]
