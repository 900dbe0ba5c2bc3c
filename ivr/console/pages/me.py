"""One's own account: password, language, theme, where one is logged in, tokens."""

from __future__ import annotations

from nicegui import ui

from ivr.console.page import Page
from ivr.console.parts.form import Field, choice, confirmed, text_field, tick
from ivr.console.parts.frame import button, element
from ivr.console.parts.secret import show_secret
from ivr.console.parts.table import Column, table
from ivr.console.parts.work import Section
from ivr.console.security.login import Came
from ivr.console.security.passwords import SHORTEST
from ivr.console.security.permissions import Permission
from ivr.console.security.words import PERMISSION_NAMES
from ivr.console.services import me, tokens
from ivr.console.services.me import OwnSession
from ivr.console.services.tokens import LONGEST_DAYS, Token
from ivr.console.view import View, notice
from ivr.core.language import Text

TITLE = Text("My account", "我的账号")
STYLES = '<link rel="stylesheet" href="/static/accounts.css">'


async def build(view: View) -> None:
    """All of it on one page."""
    ui.add_head_html(STYLES)
    with element("div", "cards"):
        _password(view)
        _taste(view)
    with element("section", "card"):
        element("h2", text=view.say(Text("Where you are logged in", "登录会话")))
        await _sessions(view)
    with element("section", "card"):
        element("h2", text=view.say(Text("API tokens", "API 令牌")))
        await _tokens(view)


def _password(view: View) -> None:
    with element("div", "card"):
        element("h2", text=view.say(Text("Password", "密码")))
        told = Text(
            f"At least {SHORTEST} characters, e.g. four words that do not belong together. Your other sessions end.",
            f"至少 {SHORTEST} 个字符，例如四个互不相关的词。其他登录会话将结束。",
        )
        element("p", "faint", text=view.say(told))
        with element("form") as form:
            known = ui.element("input").props('type="text" name="username" autocomplete="username" readonly hidden')
            known.props["^value"] = view.who.login  # password managers want to know whose it is
            with element("div", "row-of"):
                old = text_field(view, Text("Present password", "当前密码"), kind="password", name="old", most=256)
                new = text_field(view, Text("New password", "新密码"), kind="password", name="new", most=256)
                again = text_field(view, Text("Once more", "再次输入"), kind="password", name="again", most=256)
                for field, kind in ((old, "current-password"), (new, "new-password"), (again, "new-password")):
                    field.element.props["autocomplete"] = kind
            button(view.say(Text("Change password", "修改密码")), None, main=True).props(
                'data-do="password" type="submit"'
            )

        async def change() -> None:
            if new.value != again.value:
                notice(Text("the two are not the same", "两次输入不一致"))
                return
            came = Came(ui.context.client.ip)
            await me.change_password(view.console, view.who, old=old.value, new=new.value, came=came)
            notice(
                Text("The password was changed; other sessions have ended.", "密码已修改，其他会话已结束。"), good=True
            )
            for field in (old, new, again):
                field.value = ""
            ui.run_javascript("document.querySelectorAll('input[type=password]').forEach((one) => { one.value = ''; })")

        form.on("submit", view.does(change), [], js_handler="(event) => { event.preventDefault(); emit(); }")


def _taste(view: View) -> None:
    async def language(value: str) -> None:
        await me.change(view.console, view.who, language=value)
        ui.navigate.reload()

    async def theme(value: str) -> None:
        await me.change(view.console, view.who, theme=value)
        ui.navigate.reload()

    with element("div", "card"):
        element("h2", text=view.say(Text("Language and theme", "语言与主题")))
        with element("div", "row-of"):
            choice(view, Text("Language", "语言"), {"zh": "中文", "en": "English"}, view.language, name="language",
                   changed=language)  # fmt: skip
            themes = {
                "auto": view.say(Text("As the system", "跟随系统")),
                "light": view.say(Text("Light", "浅色")),
                "dark": view.say(Text("Dark", "深色")),
            }
            choice(view, Text("Theme", "主题"), themes, view.who.theme, name="theme", changed=theme)


async def _sessions(view: View) -> None:
    async def draw() -> None:
        found = await me.list_sessions(view.console, view.who)
        columns = [
            Column[OwnSession](Text("Browser", "浏览器"), lambda one: one.browser or "–"),
            Column[OwnSession](Text("Address", "地址"), lambda one: one.address),
            Column[OwnSession](
                Text("Since", "登录时间"), lambda one: view.at(one.created_at), classes=lambda _: "when"
            ),
            Column[OwnSession](
                Text("Last seen", "最近使用"), lambda one: view.at(one.seen_at), classes=lambda _: "when"
            ),
            Column[OwnSession](Text("", ""), ending),
        ]
        table(view, columns, found, label=Text("Where you are logged in", "登录会话"))

    def ending(one: OwnSession) -> str | None:
        if one.this:
            return view.say(Text("this one", "当前会话"))

        async def end() -> None:
            await me.end_session(view.console, view.who, one.id)

        section.act(Text("Log out", "退出"), end, do="end-session")
        return None

    section = Section(view, draw, name="sessions")
    await section.show()


async def _tokens(view: View) -> None:
    async def draw() -> None:
        found = await tokens.list_tokens(view.console, view.who)
        columns = [
            Column[Token](Text("Name", "名称"), lambda one: one.name),
            Column[Token](Text("Begins with", "开头"), lambda one: f"{one.start}…"),
            Column[Token](Text("May", "权限范围"), lambda one: ", ".join(one.scopes)),
            Column[Token](Text("Until", "有效期至"), lambda one: view.at(one.expires_at, "%Y-%m-%d")),
            Column[Token](
                Text("Last used", "最近使用"), lambda one: view.at(one.used_at) or "–", classes=lambda _: "when"
            ),
            Column[Token](Text("", ""), removing),
        ]
        table(view, columns, found, label=Text("API tokens", "API 令牌"), nothing=Text("No tokens.", "没有令牌。"))

    def removing(one: Token) -> None:
        async def remove() -> None:
            await tokens.remove(view.console, view.who, one.id)

        section.act(Text("Take away", "撤销"), remove, do="remove-token")

    async def add() -> bool:
        fields: dict[str, Field] = {}
        ticks: dict[Permission, Field] = {}

        def inside() -> None:
            with element("div", "row-of"):
                fields["name"] = text_field(view, Text("What it is for", "用途"), name="token-name", most=80)
                fields["days"] = text_field(
                    view, Text(f"Days it is valid, at most {LONGEST_DAYS}", f"有效天数，最多 {LONGEST_DAYS}"), "90",
                    kind="number", name="token-days", most=3,
                )  # fmt: skip
            with element("fieldset", "ticks"):
                element("legend", text=view.say(Text("What it may", "权限范围")))
                for permission in Permission:
                    if view.who.may(permission):
                        ticks[permission] = tick(view, PERMISSION_NAMES[permission], name=f"scope-{permission}")

        if not await confirmed(view, Text("New token", "新建令牌"), Text("Make it", "生成"), inside, wide=True):
            return False
        days = fields["days"].value
        made = await tokens.add(
            view.console, view.who, name=fields["name"].value,
            scopes=[permission for permission, field in ticks.items() if field.value],
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
        )  # fmt: skip
        show_secret(
            view, Text(f"Token {made.name}", f"令牌 {made.name}"),
            Text("Programs send it as Authorization: Bearer. It is not shown again.",
                 "程序以 Authorization: Bearer 发送；不再显示。"),
            made.token,
        )  # fmt: skip
        return True

    new = button(view.say(Text("New token", "新建令牌")), None).props('data-do="new-token"').classes("tokens-new")
    section = Section(view, draw, name="tokens")
    new.on("click", section.after(add, told=None), [])
    await section.show()


PAGES = [Page("/me", TITLE, build)]
