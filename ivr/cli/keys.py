"""``ivr keys``: who may open recordings and transcripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, failed, guarded, note, run, state
from ivr.cli.keys_work import result_of, say, work_through, worked
from ivr.core.errors import IvrError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from recording.vault import Identity, KeyFolder, Recipient


app = typer.Typer(help="Keys that recordings are sealed with. / 录音加密密钥", no_args_is_help=True)

_ROLES = {
    "machine": Text("this installation", "本系统"),
    "escrow": Text("escrow", "托管"),
    "person": Text("person", "人员"),
}

IdentityOption = Annotated[
    Path | None, typer.Option(help="File with a private key to open with, e.g. the escrow's. / 用于打开的私钥文件")
]


@app.command()
def init(
    context: typer.Context,
    escrow: Annotated[
        str, typer.Option(help="Public key of an escrow that exists (age1...); a new one is made otherwise. / 托管公钥")
    ] = "",
    escrow_file: Annotated[
        Path | None,
        typer.Option(help="Write the escrow's private key here, do not show it. / 托管私钥写入文件"),
    ] = None,
    no_escrow: Annotated[bool, typer.Option("--no-escrow", help="Make no escrow. / 不设托管")] = False,
    to: Annotated[list[str] | None, typer.Option(help="Others who may open (age1...). / 其他收件人公钥")] = None,
    seal_only: Annotated[
        bool, typer.Option("--seal-only", help="No private key on this machine: it seals, it cannot open. / 仅加密")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make the first keys; from then on recordings are sealed. / 创建密钥，此后录音加密保存"""
    settings = state(context).settings
    made, private = guarded(
        lambda: _init(settings, escrow, escrow_file, to or [], new_escrow=not no_escrow, identity=not seal_only),
        as_json=as_json,
    )
    if as_json:
        emit({"folder": str(settings.key_folder), "recipients": _plain(made), "escrow_identity": private})
        return
    done(f"keys made in {settings.key_folder}", f"密钥已创建：{settings.key_folder}")
    _show(made)
    if private:
        note(
            "The escrow's private key, shown this once and kept nowhere here. Print it or store it on another medium, "
            "away from this machine: it is what opens everything when this machine is lost.",
            "以下托管私钥仅显示这一次，本机不保存。请打印或存放到其他介质并带离本机：本机丢失后只有它能打开全部内容。",
        )
        console.print(escape(private), soft_wrap=True)
    elif escrow_file is not None:
        note(f"take it away from this machine: {escrow_file}", f"请将其带离本机：{escrow_file}")
    note("what was recorded before: ivr keys seal", "此前的录音请用：ivr keys seal")


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Who may open what is sealed from now on. / 列出收件人"""
    keys = _folder(state(context).settings)

    def look() -> tuple[list[Recipient], list[Identity]]:
        return keys.recipients(), keys.identities()

    found, identities = guarded(look, as_json=as_json)
    if as_json:
        mine = [identity.recipient for identity in identities]
        emit(
            {"folder": str(keys.folder), "recipients": _plain(found), "can_open": bool(identities), "identities": mine}
        )
    elif not found:
        note("no keys: nothing is sealed (ivr keys init)", "没有密钥：内容不加密（ivr keys init）")
    else:
        _show(found, {identity.recipient for identity in identities})
        if not identities:
            note("no private key here: this machine seals and cannot open", "本机没有私钥：只能加密，不能打开")


@app.command()
def add(
    context: typer.Context,
    recipient: Annotated[str, typer.Argument(help="Public key, age1... / 公钥")],
    name: Annotated[str, typer.Option(help="Whose it is. / 名称")] = "",
    escrow: Annotated[bool, typer.Option("--escrow", help="It is an escrow. / 作为托管")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Let somebody open what is sealed from now on. / 添加收件人"""
    from recording.vault import changes

    settings = state(context).settings
    role = "escrow" if escrow else "person"
    found = guarded(
        lambda: _audited(
            settings, "keys.add", lambda at: changes.add(_folder(settings), recipient, name, at, role=role)
        ),
        as_json=as_json,
    )
    _told(found, as_json, Text("added", "已添加"))


@app.command()
def remove(
    context: typer.Context,
    recipient: Annotated[str, typer.Argument(help="Public key, its beginning, or the name. / 公钥、开头或名称")],
    force: Annotated[bool, typer.Option("--force", help="The last escrow or this machine, too. / 强制")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Close what is sealed from now on to somebody. / 移除收件人"""
    from recording.vault import changes

    settings = state(context).settings
    found = guarded(
        lambda: _audited(settings, "keys.remove", lambda _: changes.remove(_folder(settings), recipient, force=force)),
        as_json=as_json,
    )
    _told(found, as_json, Text("removed", "已移除"))


@app.command()
def rotate(
    context: typer.Context,
    rewrap: Annotated[bool, typer.Option("--rewrap", help="What is sealed already, too. / 同时更新已加密内容")] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="After that, remove the old private keys. / 之后删除旧私钥")
    ] = False,
    identity: IdentityOption = None,
    as_json: JsonFlag = False,
) -> None:
    """A new private key for this machine. / 更换本机密钥"""
    from recording.vault import KeyFolder, Recipient, changes

    settings = state(context).settings
    keys = KeyFolder(settings.key_folder)
    borrowed = guarded(lambda: _borrowed(identity), as_json=as_json)
    if forget and not rewrap:
        guarded(_refuse_forgetting, as_json=as_json)

    def turn(at: datetime) -> Recipient:
        return Recipient(changes.rotate(keys, at, borrowed).recipient, "machine")

    guarded(lambda: _audited(settings, "keys.rotate", turn), as_json=as_json)
    result = work_through(settings, "rewrap", borrowed, as_json=as_json) if rewrap else None
    forgotten = keys.forget_retired() if forget and result is not None and not result.failed else 0
    if as_json:
        emit({"recipients": _plain(keys.recipients()), **(result_of(result) if result else {}), "forgotten": forgotten})
    else:
        done("a new private key is in force", "新私钥已启用")
        if result is not None:
            say(result)
        else:
            note("what is sealed already: ivr keys rewrap", "更新已加密内容：ivr keys rewrap")
    raise typer.Exit(1 if result is not None and result.failed else 0)


@app.command()
def rewrap(context: typer.Context, identity: IdentityOption = None, as_json: JsonFlag = False) -> None:
    """Make everything sealed openable by the recipients of now, and nobody else. / 按当前收件人更新已加密内容"""
    borrowed = guarded(lambda: _borrowed(identity), as_json=as_json)
    worked(work_through(state(context).settings, "rewrap", borrowed, as_json=as_json), as_json=as_json)


@app.command()
def seal(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Seal now what lies plain: recordings, transcripts, evidence. / 立即加密现有明文"""
    worked(work_through(state(context).settings, "seal", [], as_json=as_json), as_json=as_json)


def _init(
    settings: Settings, escrow: str, file: Path | None, others: list[str], *, new_escrow: bool, identity: bool
) -> tuple[list[Recipient], str]:
    """The recipients, and the private key that is still to be shown."""
    from recording.vault import changes
    from recording.vault.keys import identity_text

    keys, at = _folder(settings), datetime.now(UTC)
    if file is not None:
        if escrow or not new_escrow:
            raise UsageError(
                Text("no new escrow is made: nothing to write", "未新建托管密钥，无可写入"),
                cure=Text("leave --escrow-file out", "请去掉 --escrow-file"),
            )
        for place in (settings.home, settings.key_folder):
            if file.absolute().is_relative_to(place):
                raise UsageError(
                    Text(f"{file} would be lost with this machine", f"{file} 会随本机一起丢失"),
                    cure=Text("name a file on another medium", "请指定其他介质上的文件"),
                )
        if file.exists() or not os.access(file.absolute().parent, os.W_OK):
            raise UsageError(
                Text(f"{file}: there already, or not to be written", f"{file}：已存在或不可写"),
                cure=Text("name a new file in a folder of yours", "请指定可写目录中的新文件"),
            )
    made: list[changes.Made] = []

    def make(_at: datetime) -> Recipient:
        made.append(changes.init(keys, at, escrow=escrow, new_escrow=new_escrow, others=others, identity=identity))
        return made[0].recipients[0]

    try:
        run(_in_room(settings, "keys.init", make))
    except IvrError as error:
        if not made:
            raise
        failed(str(error))  # the keys are there: the escrow's must be shown
    text = identity_text(made[0].escrow, at) if made[0].escrow is not None else ""
    if text and file is not None:
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as target:
                target.write(text)
                target.flush()
                os.fsync(target.fileno())
        except OSError as error:
            failed(f"{file}: {error.strerror}")  # then it is shown
        else:
            text = ""
    return list(made[0].recipients), text


def _audited(settings: Settings, action: str, change: Callable[[datetime], Recipient]) -> Recipient:
    return run(_in_room(settings, action, change))


async def _in_room(settings: Settings, action: str, change: Callable[[datetime], Recipient]) -> Recipient:
    from ivr.cli.keeping import audited

    def changed(at: datetime) -> tuple[Recipient, dict[str, Any]]:
        found = change(at)
        return found, {"recipient": found.key, "recipients": [one.key for one in _folder(settings).recipients()]}

    return await audited(settings, action, "keys", changed)


def _refuse_forgetting() -> None:
    raise UsageError(
        Text("what is sealed to the old keys would be lost", "用旧密钥加密的内容将丢失"),
        cure=Text("use --forget together with --rewrap", "请与 --rewrap 一起使用"),
    )


def _borrowed(file: Path | None) -> list[Identity]:
    from recording.vault.keys import read_identity_file

    return read_identity_file(file) if file is not None else []


def _told(found: Recipient, as_json: bool, what: Text) -> None:
    if as_json:
        emit(_plain([found])[0])
        return
    done(f"{what.en}: {found.key}", f"{what.zh}：{found.key}")
    note("for what is sealed already: ivr keys rewrap", "对已加密内容生效：ivr keys rewrap")


def _folder(settings: Settings) -> KeyFolder:
    from recording.vault import KeyFolder

    return KeyFolder(settings.key_folder)


def _plain(found: list[Recipient]) -> list[dict[str, str]]:
    return [{"key": one.key, "role": one.role, "name": one.name, "since": one.since} for one in found]


def _show(found: list[Recipient], mine: set[str] | None = None) -> None:
    """A line each, with the key whole and last, to be copied."""
    for one in found:
        here = Text(" (private key here)", "（私钥在本机）") if mine and one.key in mine else Text("", "")
        told = " ".join(word for word in (f"{_ROLES[one.role]}{here}", one.name, one.since) if word and word != "-")
        console.print(f"  {escape(told)}\n    {one.key}", soft_wrap=True)
