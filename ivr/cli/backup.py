"""``ivr backup`` and ``ivr restore``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, failed, guarded, note, run, state
from ivr.cli.progress import progress_bar
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from recording.backup import Manifest, Restored
    from recording.vault import Identity

_STAGES = {
    "verify": Text("checking the backup", "核对备份"),
    "unpack": Text("unpacking", "解包"),
    "database": Text("database", "数据库"),
    "recordings": Text("recordings", "录音"),
}

app = typer.Typer(help="Backup of database, recordings and site. / 备份", invoke_without_command=True)

IdentityOption = Annotated[
    Path | None, typer.Option(help="File with a private key, e.g. the escrow's. / 私钥文件（如托管私钥）")
]


@app.callback()
def backup(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(help="The file; in home/backups by default. / 备份文件")] = None,
    with_identity: Annotated[
        bool, typer.Option("--with-identity", help="This machine's private key, too. / 包含本机私钥")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write a backup while the house is working; sealed when there are keys. / 在线备份，有密钥时加密"""
    if context.invoked_subcommand is not None:
        return
    from recording.backup import write_backup

    settings = state(context).settings
    at = datetime.now(UTC)
    site = settings.site
    with progress_bar(quiet=as_json) as tell:
        found = guarded(
            lambda: write_backup(
                settings,
                site,
                to.absolute() if to is not None else _default(settings, at),
                at,
                with_identity=with_identity,
                progress=lambda stage, share: tell(str(_STAGES.get(stage, _STAGES["database"])), share),
            ),
            as_json=as_json,
        )
    facts = {"file": str(found.path), "bytes": found.size, "sealed": found.sealed, **_facts(found.manifest)}
    if as_json:
        emit(facts)
        return
    _tell(found.manifest)
    if not found.sealed:
        text = Text(
            "not sealed: whoever has the file has everything (ivr keys init)",
            "备份未加密：任何人都能读取（ivr keys init）",
        )
        console.print(f"[yellow]{escape(str(text))}[/yellow]", soft_wrap=True)
    if site is None:
        note("no site of your own: the demo site is not in it", "未设置自有站点：备份不含演示站点")
    done(f"{found.path}: {found.size >> 10} KB", f"{found.path}：{found.size >> 10} KB")


@app.command()
def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The backup. / 备份文件")],
    identity: IdentityOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare every byte of a backup with its manifest. / 核对备份"""
    from recording.backup import check_backup

    settings = state(context).settings
    with progress_bar(quiet=as_json) as tell:
        found = guarded(
            lambda: check_backup(
                _there(file), _identities(settings, identity), lambda stage, share: tell(str(_STAGES[stage]), share)
            ),
            as_json=as_json,
        )
    if as_json:
        emit({"whole": True, "sealed": found.sealed, **_facts(found.manifest)})
    else:
        _tell(found.manifest)
        done("the backup is whole", "备份完整")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The backup. / 备份文件")],
    into: Annotated[Path | None, typer.Option(help="Folder to restore into; IVR_HOME by default. / 恢复目录")] = None,
    identity: IdentityOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done. / 仅演练")] = False,
    force: Annotated[bool, typer.Option("--force", help="Move what is there aside. / 移开现有目录")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Put a backup back: checked whole first, in place only when complete. / 从备份恢复"""
    from recording.backup import restore_backup

    settings = state(context).settings
    if into is not None:
        changed: dict[str, Any] = {"home": into.absolute()}
        settings = settings.model_copy(update=changed)
    with progress_bar(quiet=as_json) as tell:
        found = guarded(
            lambda: restore_backup(
                _there(file),
                settings,
                _identities(state(context).settings, identity),
                datetime.now(UTC),
                force=force,
                dry_run=dry_run,
                progress=lambda stage, share: tell(str(_STAGES[stage]), share),
            ),
            as_json=as_json,
        )
    if dry_run:
        if as_json:
            emit({"restored": False, **_facts(found.manifest)})
        else:
            _tell(found.manifest)
            done(f"it would be restored into {settings.home}", f"将恢复到 {settings.home}")
        return
    problems = guarded(lambda: run(_look_after(settings, found, identity)), as_json=as_json)
    if as_json:
        aside = str(found.aside) if found.aside else None
        facts = {"home": str(settings.home), "aside": aside, "problems": problems, **_facts(found.manifest)}
        emit({"restored": True, **facts})
    else:
        _tell(found.manifest)
        if found.aside is not None:
            note(f"what was there before is in {found.aside}", f"原有内容移至 {found.aside}")
        if (settings.home / "site").is_dir():
            note(
                f"the site is in it: IVR_SITE={settings.home / 'site'}",
                f"站点在其中：IVR_SITE={settings.home / 'site'}",
            )
        for problem in problems:
            failed(problem)
        done(f"restored into {settings.home}", f"已恢复到 {settings.home}")
    raise typer.Exit(1 if problems else 0)


async def _look_after(settings: Settings, found: Restored, identity: Path | None) -> list[str]:
    from ivr.cli.keeping import open_room
    from recording.backup.aftercare import look_after
    from recording.vault import KeyFolder, Vault

    async with open_room(settings) as room:
        vault = Vault(identities=_identities(settings, identity), folder=KeyFolder(settings.key_folder))
        return await look_after(room.database, settings.recordings, vault, found, room.actor, room.clock)


def _identities(settings: Settings, file: Path | None) -> list[Identity]:
    from recording.vault import KeyFolder
    from recording.vault.keys import read_identity_file

    if file is not None:
        return read_identity_file(file)
    return KeyFolder(settings.key_folder).identities()


def _there(file: Path) -> Path:
    file.stat()  # an error that names it
    return file.absolute()


def _default(settings: Settings, at: datetime) -> Path:
    from recording.vault import KeyFolder

    ending = ".tar.age" if KeyFolder(settings.key_folder).recipients() else ".tar"
    return settings.home / "backups" / f"ivr-{at:%Y%m%d-%H%M%S}{ending}"


def _facts(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "recordings": manifest.recordings,
        "parts": len(manifest.parts),
        "missing": list(manifest.missing),
        "rows": manifest.rows,
    }


def _tell(manifest: Manifest) -> None:
    calls, rows = manifest.rows.get("calls", 0), sum(manifest.rows.values())
    note(
        f"{manifest.made_at}: {calls} calls, {rows} rows, {manifest.recordings} recordings, {manifest.size >> 10} KB",
        f"{manifest.made_at}：{calls} 通通话，{rows} 行，{manifest.recordings} 个录音，{manifest.size >> 10} KB",
    )
    for name in manifest.missing[:20]:
        note(f"went away while it was made: {name}", f"备份期间消失：{name}")
