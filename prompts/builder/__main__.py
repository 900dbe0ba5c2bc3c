"""``python -m prompts.builder``: render what is missing or was made from other words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ivr.core.errors import IvrError, UsageError
from prompts import catalogue, manifest, sounds
from prompts.builder.kokoro import Kokoro, voices_folder
from prompts.builder.render import render, render_music, stale
from prompts.catalogue import Prompt


def _languages(wanted: str | None) -> list[str]:
    if wanted is None:
        return list(catalogue.LANGUAGES)
    found = [name for name in catalogue.LANGUAGES if wanted in {name, sounds.asterisk_code(name)}]
    if not found:
        raise UsageError(f"no prompts in language {wanted!r}", cure=f"one of {', '.join(catalogue.LANGUAGES)}")
    return found


def _choose(language: str | None, only: str | None) -> list[Prompt]:
    prompts = [prompt for name in _languages(language) for prompt in catalogue.load(name)]
    if only is None:
        return prompts
    chosen = [prompt for prompt in prompts if prompt.id == only]
    if not chosen:
        raise UsageError(f"no prompt {only!r}", cure="use an id of prompts/catalogue")
    return chosen


def main(
    *,
    language: Annotated[str | None, typer.Option(help="zh, en or ko; all when not given")] = None,
    only: Annotated[str | None, typer.Option(help="one prompt id")] = None,
    force: Annotated[bool, typer.Option(help="render also what is up to date")] = False,
    voices: Annotated[Path | None, typer.Option(help="folder of the Kokoro voices; else $KOKORO_VOICES")] = None,
    threads: Annotated[int, typer.Option(min=1, max=16, help="threads of the synthesiser")] = 1,
    output: Annotated[Path | None, typer.Option(help="folder of the sounds; the package's own when not given")] = None,
) -> None:
    """Render the prompts whose sound is missing or was made from other words."""
    console = Console(stderr=True)
    root = output or sounds.folder()
    path = manifest.manifest_path(root)
    try:
        chosen = _choose(language, only)
        known = manifest.read_manifest(path)
        todo = chosen if force else stale(chosen, known, root=root)
        if not (root / "moh" / "calm.wav16").is_file():
            render_music(root)
        if not todo:
            console.print(f"{len(chosen)} sounds are up to date")
            return
        synthesiser = Kokoro(voices_folder(voices), threads=threads)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("", total=len(todo))
            for prompt in todo:
                name = manifest.key(prompt)
                bar.update(task, description=name)
                known[name] = render(prompt, synthesiser, root=root)
                manifest.write_manifest(path, known)
                bar.advance(task)
    except IvrError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(error.exit_code) from error
    seconds = sum(entry.seconds for entry in known.values())
    console.print(f"{len(todo)} sounds rendered; {len(known)} in all, {seconds / 60:.1f} minutes")


if __name__ == "__main__":
    typer.run(main)
