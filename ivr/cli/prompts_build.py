"""``ivr prompts build``: the site's own prompts as sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, state
from ivr.cli.progress import progress_bar
from ivr.cli.prompts_common import LanguageOption, Place, SiteArgument, find_place, lay, writable


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr prompts``."""
    app.command()(build)


def build(
    context: typer.Context,
    folder: SiteArgument = None,
    language: LanguageOption = "",
    engine: Annotated[
        Literal["kokoro", "espeak"] | None,
        typer.Option(help="Speech engine; the best that is here by default. / 语音引擎"),
    ] = None,
    voices: Annotated[
        Path | None, typer.Option(help="Folder of Kokoro's voices, else $KOKORO_VOICES. / Kokoro 音色目录")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, max=16, help="Threads of the engine. / 线程数")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Also what is up to date. / 全部重新生成")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make the sounds of the site's own prompts: those missing or of another text; recordings are left alone.
    / 生成站点自有提示音"""
    from prompts.builder.building import build as make
    from prompts.builder.building import own_prompts, to_build
    from prompts.builder.engines import choose

    settings = state(context).settings

    def work() -> tuple[Place, list[Any], bool]:
        writable(settings, folder)
        place = find_place(settings, folder, language)
        todo = to_build(place.book, place.folder, place.languages, everything=force)
        with progress_bar(quiet=as_json) as tell:
            make(
                todo,
                place.folder,
                lambda: choose(engine, voices=voices, threads=threads),
                lambda prompt, number, total: tell(f"{prompt.language} {prompt.id}", number / total),
            )
        return place, todo, lay(settings, place, quiet=as_json)

    place, todo, laid = guarded(work, as_json=as_json)
    if as_json:
        names = [{"language": prompt.language, "id": prompt.id} for prompt in todo]
        emit({"site": str(place.folder), "built": names, "laid": laid})
        return
    own = len(own_prompts(place.book, place.languages))
    if not own:
        note(
            "the site has no prompts of its own: write them in prompts/<language>.yaml",
            "该站点没有自有提示音：请写在 prompts/<语言>.yaml 中",
        )
    done(f"built: {len(todo)} of the site's {own} prompts", f"站点共 {own} 个自有提示音，本次生成 {len(todo)} 个")
