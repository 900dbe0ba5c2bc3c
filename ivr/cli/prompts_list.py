"""``ivr prompts list``: what the line says, who says it, and where it is played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ivr.cli.common import JsonFlag, console, emit, guarded, note, state
from ivr.cli.prompts_common import LanguageOption, Place, SiteArgument, find_place
from ivr.core.errors import IvrError
from ivr.core.language import Text

if TYPE_CHECKING:
    from dialplan.model import Site

_SOURCES = {
    "pack": Text("pack", "自带"),
    "built": Text("built", "生成"),
    "studio": Text("studio", "录音"),
    "": Text("missing", "缺失"),
}


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr prompts``."""
    app.command("list")(list_)


def list_(
    context: typer.Context,
    folder: SiteArgument = None,
    language: LanguageOption = "",
    own: Annotated[bool, typer.Option("--own", help="Only those the site says itself. / 仅站点自有的")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Prompts: text, who says it, how long, whether its text has changed since, which steps play it. / 提示音一览"""

    def work() -> list[dict[str, Any]]:
        place = find_place(state(context).settings, folder, language)
        return [row for row in _rows(place) if not own or row["own"]]

    rows = guarded(work, as_json=as_json)
    if as_json:
        emit(rows)
        return
    table = Table(box=None, pad_edge=False)
    for title in (
        Text("language", "语言"),
        Text("prompt", "提示音"),
        Text("source", "来源"),
        Text("seconds", "秒"),
        Text("text", "文字"),
        Text("played by", "使用处"),
    ):
        table.add_column(str(title), overflow="fold", no_wrap=title.en in {"language", "prompt", "seconds"})
    for row in rows:
        source = str(_SOURCES[row["source"]]) + (f" ({Text('old text', '文字已改')})" if row["stale"] else "")
        seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
        used = ", ".join(row["used_by"][:3]) + (" ..." if len(row["used_by"]) > 3 else "")
        table.add_row(row["language"], row["id"], source, seconds, escape(row["text"] or "-"), escape(used))
    console.print(table)
    missing = sum(not row["source"] for row in rows)
    if missing:
        note(f"{missing} missing: ivr prompts build", f"缺 {missing} 个：ivr prompts build")


def _rows(place: Place) -> list[dict[str, Any]]:
    from prompts import manifest
    from prompts.layers import BUILT, STUDIO, find_source

    known = {
        "pack": manifest.read_manifest(manifest.manifest_path()),
        "built": manifest.read_manifest(manifest.manifest_path(place.folder / BUILT)),
        "studio": manifest.read_manifest(manifest.manifest_path(place.folder / STUDIO)),
    }
    used = uses(place.site)
    rows = []
    for language in place.languages:
        for prompt in place.book.prompts(language):
            source = find_source(prompt, place.folder)
            entry = known[source.layer].get(manifest.key(prompt)) if source is not None else None
            rows.append(
                {
                    "language": language,
                    "id": prompt.id,
                    "text": prompt.text,
                    "own": place.book.is_own(language, prompt.id),
                    "source": source.layer if source is not None else "",
                    "seconds": entry.seconds if entry is not None else _seconds(place, language, prompt.id),
                    "stale": entry is not None and entry.text_sha != manifest.text_sha(prompt),
                    "interruptible": prompt.barge_in == "dtmf",
                    "about": prompt.about,
                    "used_by": used.get((language, prompt.id), []),
                }
            )
    return rows


def _seconds(place: Place, language: str, name: str) -> float | None:
    """The length of a recording that was not imported."""
    from prompts.layers import studio_file
    from prompts.studio import read_sound

    prompt = place.book.find(language, name)
    path = studio_file(prompt, place.folder) if prompt is not None else None
    if path is None:
        return None
    try:
        sound, rate = read_sound(path)
    except IvrError:
        return None
    return round(len(sound) / rate, 3)


def uses(site: Site) -> dict[tuple[str, str], list[str]]:
    """The steps and queues that play a prompt, by language and id: ``main/greet``, ``queue service``."""
    from dialplan.model import LanguageChoice
    from dialplan.semantics.prompts import language_offers, queue_prompts, step_prompts

    used: dict[tuple[str, str], list[str]] = {}

    def note_down(language: str, prompt: str, where: str) -> None:
        places = used.setdefault((language, prompt), [])
        if where not in places:
            places.append(where)

    for flow, one in site.flows.items():
        for name, step in one.steps.items():
            for language in site.languages:
                for prompt, _ in step_prompts(step):
                    note_down(language, prompt, f"{flow}/{name}")
            if isinstance(step, LanguageChoice):
                for prompt, own, _ in language_offers(step):
                    note_down(own, prompt, f"{flow}/{name}")
    for name, queue in site.queues.items():
        for language in site.languages:
            for prompt, _ in queue_prompts(queue):
                note_down(language, prompt, f"queue {name}")
    return used
