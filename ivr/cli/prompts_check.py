"""``ivr prompts check``: what is wrong with the sounds a site's callers hear, and whether they say their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, show_problems, state
from ivr.cli.progress import progress_bar
from ivr.cli.prompts_common import LanguageOption, Place, SiteArgument, find_place
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.reports.prompt_words import Heard


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr prompts``."""
    app.command()(check)


def check(
    context: typer.Context,
    folder: SiteArgument = None,
    language: LanguageOption = "",
    listen: Annotated[
        bool, typer.Option("--listen/--no-listen", help="Transcribe the site's prompts and compare. / 转写并比对")
    ] = True,
    everything: Annotated[
        bool, typer.Option("--all", help="Listen to the prompts of the pack, too. / 自带提示音也转写")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too. / 警告亦视为失败")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say what is wrong with the sounds: missing, stale, wrong rate, level, silence, another text. / 检查提示音"""
    settings = state(context).settings

    def work() -> tuple[Place, list[Problem], list[Heard]]:
        from prompts.site_check import check_site

        place = find_place(settings, folder, language)
        problems = check_site(place.book, place.folder, place.languages)
        heard = _listen(settings, place, everything=everything, quiet=as_json) if listen else []
        return place, [*problems, *_other_words(heard)], heard

    place, problems, heard = guarded(work, as_json=as_json)
    wrong = [one for one in problems if strict or one.severity is Severity.ERROR]
    if as_json:
        emit(
            {
                "site": str(place.folder),
                "ok": not wrong,
                "problems": [one.as_dict() for one in problems],
                "heard": [_plain(one) for one in heard],
            }
        )
    else:
        show_problems(problems)
        _tell(heard)
        if wrong:
            text = Text(f"wrong: {len(wrong)}", f"{len(wrong)} 个问题")
            console.print(f"[red]{text}[/red]")
        else:
            done(f"{place.folder.name}: the sounds are in order", f"{place.folder.name}：提示音正确")
    raise typer.Exit(4 if wrong else 0)


def _listen(settings: Settings, place: Place, *, everything: bool, quiet: bool) -> list[Heard]:
    from ivr.reports.prompt_words import listen
    from prompts.layers import find_source

    chosen = []
    for language in place.languages:
        for prompt in place.book.prompts(language):
            source = find_source(prompt, place.folder)
            if source is not None and (everything or source.layer != "pack"):
                chosen.append((prompt, source))
    with progress_bar(quiet=quiet) as tell:
        return listen(
            chosen,
            settings,
            tell=lambda prompt, number, total: tell(str(Text("listening", "正在转写")), number / total),
        )


def _other_words(heard: list[Heard]) -> list[Problem]:
    return [
        Problem(
            one.where,
            "SD130",
            Text(
                f"does not say its text ({one.alike:.0f}% alike): {one.prompt.text!r}, heard {one.words!r}",
                f"与文字不符（相似度 {one.alike:.0f}%）：{one.prompt.text}；听到：{one.words}",
            ),
            Text("listen to it; build or record it again", "请试听，并重新生成或录制"),
        )
        for one in heard
        if one.verdict == "says-not"
    ]


def _tell(heard: list[Heard]) -> None:
    says = sum(one.verdict == "says" for one in heard)
    unsure = [one for one in heard if one.verdict == "cannot-tell"]
    if not heard:
        return
    note(
        f"listened to {len(heard)}: {says} say their text, {len(heard) - says - len(unsure)} do not, "
        f"{len(unsure)} cannot be told",
        f"已听 {len(heard)} 个：{says} 个相符，{len(heard) - says - len(unsure)} 个不符，{len(unsure)} 个无法判断",
    )
    for why in sorted({str(one.why) for one in unsure if one.why is not None}):
        count = sum(str(one.why) == why for one in unsure)
        note(f"  {count}: {why}", f"  {count} 个：{why}")


def _plain(one: Heard) -> dict[str, Any]:
    return {
        "prompt": one.where,
        "verdict": one.verdict,
        "alike": one.alike,
        "words": one.words,
        "why": None if one.why is None else one.why.en,
    }
