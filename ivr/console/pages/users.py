"""Who may use the console: the list, and what admins change in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from ivr.console.page import Page
from ivr.console.pages.me import STYLES
from ivr.console.parts.frame import button, element
from ivr.console.parts.secret import show_secret
from ivr.console.parts.table import Column, pager, table
from ivr.console.parts.work import Asked, Section, ask
from ivr.console.security.permissions import ROLE_NAMES, Permission, Role
from ivr.console.security.words import STATE_NAMES
from ivr.console.services import users
from ivr.console.services.users import Link, User
from ivr.console.view import View
from ivr.core.language import Text

TITLE = Text("Users", "用户")
_AGENT = Text("Agent of the site (for agents)", "坐席编号（坐席填写）")
_COLOURS = {"active": "tag good", "invited": "tag", "locked": "tag bad", "disabled": "tag warn"}


async def build(view: View) -> None:
    """The list by login."""

    async def draw() -> None:
        found = await users.list_users(view.console, view.who, after=view.query.get("after", ""))
        table(view, _columns(view, section), found.users, label=TITLE)
        pager(view, before=None, after=f"/users?after={found.next}" if found.next else None)

    async def add() -> bool:
        values = await ask(
            view, Text("New user", "新建用户"), Text("Create and make a link", "创建并生成链接"),
            Asked("login", Text("Login", "用户名"), "text", most=48),
            Asked("title", Text("Name", "姓名"), "text", needed=False, most=80),
            Asked("role", Text("Role", "角色"), "choice", options=_roles(view)),
            Asked("agent", _AGENT, "text", needed=False, most=64),
        )  # fmt: skip
        if values is None:
            return False
        _show(view, await users.add(view.console, view.who, **values))
        return True

    ui.add_head_html(STYLES)
    with element("div", "row-of"):
        new = button(view.say(Text("New user", "新建用户")), None, main=True).props('data-do="new-user"')
    section = Section(view, draw, name="users")
    new.on("click", section.after(add, told=None), [])
    await section.show()


def _columns(view: View, section: Section) -> list[Column[User]]:
    return [
        Column(Text("Login", "用户名"), lambda one: one.login),
        Column(Text("Name", "姓名"), lambda one: one.title),
        Column(Text("Role", "角色"), lambda one: view.say(ROLE_NAMES[Role(one.role)])),
        Column(Text("Agent", "坐席"), lambda one: one.agent),
        Column(Text("State", "状态"), lambda one: _state(view, one)),
        Column(Text("Wrong passwords", "密码错误次数"), lambda one: str(one.failures or ""), number=True),
        Column(Text("Since", "创建时间"), lambda one: view.at(one.created_at, "%Y-%m-%d %H:%M")),
        Column(Text("", ""), lambda one: _actions(view, section, one)),
    ]


def _state(view: View, one: User) -> None:
    until = f" {view.at(one.locked_until, '%H:%M')}" if one.state == "locked" else ""
    element("span", _COLOURS[one.state], text=view.say(STATE_NAMES[one.state]) + until)


def _actions(view: View, section: Section, one: User) -> None:
    async def link() -> bool:
        _show(view, await users.link(view.console, view.who, one.login))
        return False

    async def change() -> bool:
        values = await ask(
            view, Text(f"Change {one.login}", f"修改 {one.login}"), Text("Save", "保存"),
            Asked("title", Text("Name", "姓名"), "text", one.title, needed=False, most=80),
            Asked("role", Text("Role", "角色"), "choice", one.role, options=_roles(view)),
            Asked("agent", _AGENT, "text", one.agent, needed=False, most=64),
            told=Text("With another role or agent the sessions of this user end.",
                      "更改角色或坐席后，该用户的登录会话将结束。"),
        )  # fmt: skip
        if values is None:
            return False
        await users.change(view.console, view.who, one.login, **values)
        return True

    async def disable() -> bool:
        sure = await ask(
            view, Text(f"Disable {one.login}?", f"停用 {one.login}？"), Text("Disable", "停用"),
            told=Text("Sessions end at once, tokens are refused. It can be enabled again.",
                      "登录会话立即结束，令牌失效；可重新启用。"),
        )  # fmt: skip
        if sure is None:
            return False
        await users.disable(view.console, view.who, one.login)
        return True

    async def enable() -> None:
        await users.enable(view.console, view.who, one.login)

    async def unlock() -> None:
        await users.unlock(view.console, view.who, one.login)

    def act(text: Text, work: Callable[[], Awaitable[object]], do: str) -> None:
        made = section.act(text, work, do=do)
        made.props["aria-label"] = f"{view.say(text)}: {one.login}"

    with element("div", "row-acts"):
        act(Text("Change", "修改"), change, "change-user")
        if one.state == "disabled":
            act(Text("Enable", "启用"), enable, "enable-user")
            return
        act(Text("Link", "链接"), link, "link-user")
        if one.state == "locked":
            act(Text("Unlock", "解锁"), unlock, "unlock-user")
        act(Text("Disable", "停用"), disable, "disable-user")


def _show(view: View, link: Link) -> None:
    show_secret(
        view, Text(f"One-time link for {link.login}", f"{link.login} 的一次性链接"),
        Text("Give it to this user alone, by a safe way. It is valid once, for 24 hours, and is not shown again.",
             "请通过安全方式仅交给本人；24 小时内一次有效，不再显示。"),
        link.link,
    )  # fmt: skip


def _roles(view: View) -> dict[str, str]:
    return {role.value: view.say(name) for role, name in ROLE_NAMES.items()}


PAGES = [Page("/users", TITLE, build, permissions=(Permission.USERS,), icon="group", key="u")]
