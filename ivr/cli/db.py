"""``ivr db``: the database."""

from __future__ import annotations

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, state

app = typer.Typer(help="The database. / 数据库", no_args_is_help=True)


@app.command()
def upgrade(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Bring the tables to this version; safe to run twice. / 升级数据库结构，可重复执行"""
    from ivr.storage.migrations import upgrade as migrate

    url = state(context).settings.database
    version = guarded(lambda: migrate(url), as_json=as_json)
    if as_json:
        emit({"version": version})
    else:
        done(f"database at version {version}", f"数据库版本：{version}")
