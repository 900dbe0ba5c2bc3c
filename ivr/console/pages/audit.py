"""Who did what to which record: searched, and verified."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from nicegui import ui

from ivr.console.page import Page
from ivr.console.pages.me import STYLES
from ivr.console.parts.form import Field, text_field
from ivr.console.parts.frame import button, element
from ivr.console.parts.table import Column, pager, table
from ivr.console.security.permissions import Permission
from ivr.console.services import audit
from ivr.console.services.audit import AuditRow
from ivr.console.view import View
from ivr.core.language import Text

TITLE = Text("Audit", "审计")
_FIELDS = {
    "actor": (Text("Who", "操作者"), Text("qa-ann", "qa-ann")),
    "action": (Text("Action", "操作"), Text("login, listen, export", "login, listen, export")),
    "object": (Text("Record", "对象"), Text("call:17", "call:17")),
}


async def build(view: View) -> None:
    """Rows, the newest first."""
    ui.add_head_html(STYLES)
    asked = {name: view.query.get(name, "")[:128] for name in _FIELDS}
    days = {name: _day(view.query.get(name, "")) for name in ("since", "until")}
    with element("form", "row-of").props('role="search"') as form:
        fields = {
            name: text_field(view, label, asked[name], kind="search", name=name, hint=hint, width="150px")
            for name, (label, hint) in _FIELDS.items()
        }
        fields["since"] = text_field(view, Text("From day", "起始日期"), days["since"], kind="date", name="since")
        fields["until"] = text_field(view, Text("To day", "截止日期"), days["until"], kind="date", name="until")
        button(view.say(Text("Search", "搜索")), None, main=True).props('type="submit" data-do="search"')
        button(view.say(Text("Verify the chain", "校验审计链")), view.does(lambda: _verify(view, result))).props(
            'data-do="verify"'
        )
    form.on(
        "submit", view.does(lambda: _search(fields)), [], js_handler="(event) => { event.preventDefault(); emit(); }"
    )
    result = element("div").props('role="status" data-part="chain"')
    before = view.query.get("before", "")
    zone = view.console.zone
    since = datetime.combine(datetime.fromisoformat(days["since"]), time(), zone) if days["since"] else None
    until = (
        datetime.combine(datetime.fromisoformat(days["until"]) + timedelta(days=1), time(), zone)
        if days["until"]
        else None
    )
    found = await audit.search(
        view.console, view.who, actor=asked["actor"].strip(), action=asked["action"].strip(),
        object=asked["object"].strip(), since=since, until=until,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
    )  # fmt: skip
    columns = [
        Column[AuditRow](Text("No.", "编号"), lambda one: str(one.id), number=True),
        Column[AuditRow](Text("Time", "时间"), lambda one: view.at(one.at)),
        Column[AuditRow](Text("Who", "操作者"), lambda one: one.actor),
        Column[AuditRow](Text("Action", "操作"), lambda one: one.action),
        Column[AuditRow](Text("Record", "对象"), lambda one: one.object),
        Column[AuditRow](Text("Detail", "详情"), lambda one: one.detail, classes=lambda _: "detail"),
    ]
    table(view, columns, found.rows, label=TITLE, nothing=Text("No such rows.", "没有符合条件的记录。"))
    kept = {name: value for name, value in (asked | days).items() if value}
    pager(
        view,
        before=f"/audit?{urlencode(kept)}" if before else None,
        after=None if found.next is None else f"/audit?{urlencode(kept | {'before': str(found.next)})}",
    )


def _search(fields: dict[str, Field]) -> None:
    asked = {name: field.value.strip() for name, field in fields.items() if field.value.strip()}
    ui.navigate.to(f"/audit?{urlencode(asked)}")


async def _verify(view: View, result: ui.element) -> None:
    found = await audit.verify(view.console, view.who)
    result.clear()
    with result, element("p", "tag good" if found.ok else "tag bad"):
        if found.ok:
            text = Text(
                f"{found.rows} rows in order; newest {found.hash}", f"{found.rows} 条记录完整；最新 {found.hash}"
            )
            element("span", text=view.say(text))
        else:
            element("span", text=f"{found.error} — {found.cure}")


def _day(text: str) -> str:
    """A day as it was asked for; "" if it is none."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day of the site's zone
    except ValueError:
        return ""
    return text if 1971 <= found.year <= 9000 else ""


PAGES = [Page("/audit", TITLE, build, permissions=(Permission.AUDIT,), icon="fact_check", key="a")]
