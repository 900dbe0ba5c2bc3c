"""``ivr users``: who may use the console."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, run, state
from ivr.cli.keeping import Room, open_room
from ivr.cli.people import table, when
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.storage.accounts import Session
    from ivr.storage.models import Account

T = TypeVar("T")

app = typer.Typer(help="Who may use the console. / 控制台用户", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Login. / 用户名")]
Role = Annotated[str, typer.Argument(help="agent, supervisor, qa or admin. / 角色")]
Agent = Annotated[str | None, typer.Option("--agent", help="Who he is among the site's agents. / 坐席编号")]

STATES = {
    "active": Text("active", "正常"),
    "invited": Text("no password yet", "未设密码"),
    "locked": Text("locked", "已锁定"),
    "disabled": Text("disabled", "已停用"),
}


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """All accounts. / 列出用户"""
    settings = state(context).settings
    rows = guarded(lambda: run(_list(settings)), as_json=as_json)
    if as_json:
        emit(rows)
    elif not rows:
        note("nobody yet: ivr users add LOGIN ROLE", "暂无用户：ivr users add 用户名 角色")
    else:
        columns = (Text("login", "用户名"), Text("name", "姓名"), Text("role", "角色"), Text("agent", "坐席"),
                   Text("state", "状态"), Text("since", "创建时间"))  # fmt: skip
        table(
            columns,
            [
                (row["login"], row["title"], row["role"], row["agent"], STATES[row["state"]],
                 when(datetime.fromisoformat(row["created_at"])))
                for row in rows
            ],
        )  # fmt: skip


@app.command()
def add(
    context: typer.Context,
    login: Login,
    role: Role,
    title: Annotated[str, typer.Option("--title", help="Name people read. / 姓名")] = "",
    agent: Agent = None,
    subject: Annotated[str, typer.Option(help="What the OpenID Connect issuer calls him. / OIDC 标识")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Add somebody; prints a one-time link by which he chooses his password. / 添加用户并生成一次性链接"""

    async def work(room: Room, session: Session) -> dict[str, Any]:
        from ivr.console.security import links, people

        account = await people.add(
            session, room.clock, room.actor, login=login, role=role, title=title, agent=agent or "",
            subject=subject or None,
        )  # fmt: skip
        secret = await people.link(session, room.clock, room.actor, account.login)
        return _plain(account) | {"link": links.address(room.settings, secret)}

    _linked(_written(context, work, as_json), as_json)


@app.command()
def link(context: typer.Context, login: Login, as_json: JsonFlag = False) -> None:
    """Make a one-time link by which somebody chooses a new password; earlier ones are void. / 生成一次性链接"""

    async def work(room: Room, session: Session) -> dict[str, Any]:
        from ivr.console.security import links, people

        secret = await people.link(session, room.clock, room.actor, login)
        return _plain(await people.found(session, login)) | {"link": links.address(room.settings, secret)}

    _linked(_written(context, work, as_json), as_json)


@app.command()
def role(context: typer.Context, login: Login, role: Role, agent: Agent = None, as_json: JsonFlag = False) -> None:
    """Give somebody another role, or another agent; his sessions end. / 更改角色"""

    async def work(room: Room, session: Session) -> dict[str, Any]:
        from ivr.console.security import people

        return _plain(await people.change(session, room.clock, room.actor, login, role=role, agent=agent))

    _changed(_written(context, work, as_json), as_json)


@app.command()
def disable(context: typer.Context, login: Login, as_json: JsonFlag = False) -> None:
    """Nobody logs in with it any more; sessions and tokens end. / 停用"""
    _changed(_written(context, _by_name("disable", login), as_json), as_json)


@app.command()
def enable(context: typer.Context, login: Login, as_json: JsonFlag = False) -> None:
    """It can be used again. / 启用"""
    _changed(_written(context, _by_name("enable", login), as_json), as_json)


@app.command()
def unlock(context: typer.Context, login: Login, as_json: JsonFlag = False) -> None:
    """Let somebody try again at once who was locked out after wrong passwords. / 解锁"""
    _changed(_written(context, _by_name("unlock", login), as_json), as_json)


def _by_name(verb: str, login: str) -> Callable[[Room, Session], Awaitable[dict[str, Any]]]:
    async def work(room: Room, session: Session) -> dict[str, Any]:
        from ivr.console.security import people

        verbs = {"disable": people.disable, "enable": people.enable, "unlock": people.unlock}
        return _plain(await verbs[verb](session, room.clock, room.actor, login))

    return work


def _written(context: typer.Context, work: Callable[[Room, Session], Awaitable[T]], as_json: bool) -> T:
    settings = state(context).settings

    async def doing() -> T:
        async with open_room(settings) as room, room.database.write() as session:
            return await work(room, session)

    return guarded(lambda: run(doing()), as_json=as_json)


async def _list(settings: Settings) -> list[dict[str, Any]]:
    from ivr.storage.accounts import people

    async with open_room(settings, upgrade=False) as room, room.database.read() as session:
        return [_plain(account) for account in await people.list_accounts(session, limit=10_000)]


def _plain(account: Account) -> dict[str, Any]:
    from ivr.console.security.people import state_of

    return {
        "login": account.login,
        "title": account.title,
        "role": account.role,
        "agent": account.agent,
        "state": state_of(account, datetime.now(UTC)),
        "created_at": account.created_at.isoformat(),
    }


def _linked(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    note(
        f"{found['login']} chooses a password here, once, within 24 hours:",
        f"{found['login']} 在此设置密码（24 小时内一次有效）：",
    )
    typer.echo(found["link"])


def _changed(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    told = STATES[found["state"]]
    done(
        f"{found['login']}: {found['role']} {found['agent']}, {told.en}".replace(" ,", ","),
        f"{found['login']}：{found['role']} {found['agent']}，{told.zh}".replace(" ，", "，"),
    )


__all__ = ["app"]
