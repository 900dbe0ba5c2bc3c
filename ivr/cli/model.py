"""``ivr model``: Vosk models."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, state
from ivr.cli.progress import progress_bar
from ivr.core.language import Text

_SOURCES = {
    "configured": Text("configured", "已配置"),
    "installed": Text("installed", "已安装"),
    "package": Text("package", "软件包"),
    "offered": Text("offered", "可安装"),
}

app = typer.Typer(help="Speech recognition models. / 语音识别模型", no_args_is_help=True)


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Models on this machine, and those that can be installed. / 已有与可安装的模型"""
    from recording.models import OFFERS, find_models

    found = guarded(lambda: find_models(state(context).settings), as_json=as_json)
    names = {model.name for model in found}
    rows = [(model.name, model.language, model.source, str(model.folder)) for model in found]
    rows += [(offer.name, offer.language, "offered", "") for offer in OFFERS if offer.name not in names]
    if as_json:
        emit([dict(zip(("name", "language", "source", "folder"), row, strict=True)) for row in rows])
        return
    table = Table(box=None, pad_edge=False)
    for title in (Text("model", "模型"), Text("language", "语言"), Text("source", "来源"), Text("folder", "目录")):
        table.add_column(str(title), overflow="fold")
    for name, language, source, folder in rows:
        table.add_row(escape(name), language, str(_SOURCES[source]), escape(folder))
    console.print(table)
    if not found:
        note("none yet: ivr model install NAME --sha256 SUM", "本机尚无模型：ivr model install NAME --sha256 SUM")


@app.command()
def install(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the model, e.g. vosk-model-small-cn-0.22.")],
    url: Annotated[str, typer.Option(help="Address of the zip archive; the publisher's by default.")] = "",
    sha256: Annotated[str, typer.Option(help="Checksum of the archive that you trust.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Fetch a model, check its SHA-256, unpack it: complete or not at all. / 下载、校验并安装模型"""
    from recording.models import install as fetch

    with progress_bar(quiet=as_json) as tell:
        model = guarded(
            lambda: fetch(
                state(context).settings,
                name,
                url=url,
                sha256=sha256,
                progress=lambda so_far, total: tell(name, so_far / total if total else 0.0),
            ),
            as_json=as_json,
        )
    if as_json:
        emit({"name": model.name, "language": model.language, "folder": str(model.folder)})
    else:
        done(f"{model.name} is installed in {model.folder}", f"{model.name} 已安装到 {model.folder}")
