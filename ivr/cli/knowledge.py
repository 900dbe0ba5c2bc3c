"""``ivr knowledge``: the articles of the knowledge base, laid in from a file and taken out into one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, run, state
from ivr.cli.people import By, table
from ivr.core.language import Text, console_language
from ivr.core.settings import Settings

app = typer.Typer(help="Knowledge base: scripts and standard answers. / 知识库：话术与标准答复", no_args_is_help=True)


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Every article. / 全部文章"""
    settings = state(context).settings
    rows = guarded(lambda: run(_list(settings)), as_json=as_json)
    if as_json:
        emit(rows)
        return
    if not rows:
        note(
            "no articles; ivr knowledge import lays the starting ones in",
            "暂无文章；ivr knowledge import 可导入初始文章",
        )
        return
    columns = (
        Text("name", "名称"),
        Text("title", "标题"),
        Text("kind", "类型"),
        Text("state", "状态"),
        Text("norms", "规范"),
        Text("languages", "语言"),
        Text("version", "版本"),
    )
    table(
        columns,
        [
            (
                one["slug"], one["title"], one["kind"], one["state"], " ".join(one["norms"]),
                " ".join(one["languages"]), one["version"],
            )
            for one in rows
        ],
    )  # fmt: skip


@app.command("import")
def import_(
    context: typer.Context,
    by: By,
    file: Annotated[Path | None, typer.Argument(help="YAML; the starting articles when not given. / 文件")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Articles that are there get the file's text. / 覆盖已有文章")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Lay articles in; those that are there already stay as they are. / 导入文章"""
    settings = state(context).settings
    found = guarded(lambda: run(_import(settings, file, by, replace=replace)), as_json=as_json)
    if as_json:
        emit(found)
        return
    for slug in found["left"]:
        note(f"{slug}: there already, left as it is (--replace)", f"{slug}：已存在，未改动（--replace 可覆盖）")
    done(f"{len(found['added'])} added, {len(found['changed'])} changed, {len(found['same'])} the same",
         f"新增 {len(found['added'])} 篇，更新 {len(found['changed'])} 篇，相同 {len(found['same'])} 篇")  # fmt: skip


@app.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="YAML file to write. / 输出文件")],
    as_json: JsonFlag = False,
) -> None:
    """Write every article into a file that can be imported. / 导出全部文章"""
    settings = state(context).settings
    count = guarded(lambda: run(_export(settings, file)), as_json=as_json)
    if as_json:
        emit({"file": str(file), "articles": count})
        return
    done(f"{file}: {count} articles", f"{file}：{count} 篇文章")


async def _list(settings: Settings) -> list[dict[str, Any]]:
    from ivr.storage.knowledge import articles
    from recording.vault.database import open_database

    wanted = "zh-CN" if console_language() == "zh" else "en-US"
    async with open_database(settings) as database, database.read() as session:
        return [
            {
                "slug": one.slug,
                "title": min(one.texts, key=lambda text: text.language != wanted).title,
                "kind": one.kind,
                "state": one.state,
                "norms": one.norms,
                "queues": one.queues,
                "languages": [text.language for text in one.texts],
                "version": one.version,
                "author": one.author,
                "updated_at": one.updated_at.isoformat(),
                "review_by": one.review_by or None,
            }
            for one in await articles.all_articles(session)
        ]


async def _import(settings: Settings, file: Path | None, by: str, *, replace: bool) -> dict[str, Any]:
    from ivr.console.knowledge.exchange import STARTER, lay_in, read_articles
    from ivr.storage import audit
    from ivr.storage.migrations import upgrade
    from recording.vault.database import open_database

    articles = read_articles(file or STARTER)
    await asyncio.to_thread(upgrade, settings.database)
    now = datetime.now(UTC)
    async with open_database(settings) as database, database.write() as session:
        found = await lay_in(session, articles, by=by, at=now, replace=replace)
        if found.added or found.changed:
            detail = {"added": len(found.added), "changed": len(found.changed)}
            await audit.append(session, actor=by, action="knowledge.import", object="articles", at=now, detail=detail)
    return found.model_dump()


async def _export(settings: Settings, file: Path) -> int:
    from ivr.console.knowledge.exchange import written
    from ivr.reports.page import write_whole
    from ivr.storage.knowledge import articles
    from recording.vault.database import open_database

    async with open_database(settings) as database, database.read() as session:
        found = await articles.all_articles(session)
    write_whole(file, written(found).encode("utf-8"))
    return len(found)


__all__ = ["app"]
