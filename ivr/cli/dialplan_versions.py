"""``ivr dialplan reload``, ``versions``, ``rollback``: what the line runs, and how that changes under its calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.cli.common import JsonFlag, console, done, emit, failed, guarded, note, show_problems, site_folder, state
from ivr.cli.dialplan_swap import put_in_force
from ivr.core.errors import IvrError, SetupError, UsageError
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialplan.differing import Change
    from ivr.call.versions import VersionStore
    from ivr.call.versions.swap import Swapped
    from ivr.core.settings import Settings

NoteOption = Annotated[str, typer.Option("--note", help="Why, for those who look later. / 原因备注")]
MAX_CHANGES = 20
"""Lines of what has changed that are shown."""


def register(app: typer.Typer) -> None:
    """Add the commands to ``ivr dialplan``."""
    app.command()(reload)
    app.command()(versions)
    app.command()(rollback)


def reload(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder of the site; the one set by default.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings refuse it too. / 有警告也拒绝")] = False,
    why: NoteOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Check the site and put it in force; calls under way go on as they began. / 检查并启用站点，不影响通话"""
    from ivr.call.site_check import unheard
    from ivr.call.versions import VersionStore
    from ivr.call.versions.putting import changes
    from ivr.call.versions.start import check_folder
    from ivr.call.versions.swap import locked

    settings = state(context).settings
    place = (folder or site_folder(settings)).absolute()
    checked = guarded(lambda: check_folder(place, today=datetime.now().astimezone().date()), as_json=as_json)
    if checked.edition is not None:
        checked.problems.extend(unheard(place, checked.edition.site))
    wrong = [one for one in checked.problems if strict or one.severity is Severity.ERROR]
    edition = checked.edition
    if wrong or edition is None:
        _refuse(checked.problems, as_json=as_json)
        raise typer.Exit(4)
    if not as_json:
        show_problems(checked.problems)

    def work() -> tuple[Swapped, Sequence[Change]]:
        store = VersionStore.of(settings)
        with locked(settings):
            store.put(checked.snapshot, edition.version, site=edition.site.name, source=place, at=datetime.now(UTC))
            swapped = put_in_force(settings, store, edition.version, why, action="site.reload")
            return swapped, changes(swapped)

    swapped, differing = guarded(work, as_json=as_json)
    tell(swapped, checked.problems, as_json=as_json, differing=differing)


def rollback(
    context: typer.Context,
    version: Annotated[
        str, typer.Argument(help="A version, or how it begins; the one in force before when not given. / 版本")
    ] = "",
    write: Annotated[
        bool, typer.Option("--write", help="Write its files into the site's folder, too. / 同时写回站点目录")
    ] = False,
    why: NoteOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Put an earlier version in force; the site's folder stays as it is without --write. / 回退到先前版本"""
    from ivr.call.versions import VersionStore
    from ivr.call.versions.putting import changes
    from ivr.call.versions.start import check_folder, difference, differs
    from ivr.call.versions.swap import locked

    settings = state(context).settings
    store = VersionStore.of(settings)

    def work() -> tuple[Swapped, Sequence[Problem], Path | None, Sequence[Change]]:
        with locked(settings):
            chosen = store.find(version).version if version else store.before()
            if write and settings.site is None:
                raise UsageError(
                    Text("the demo site is not written to", "不写入演示站点"),
                    cure=Text("copy it to a folder of yours and set IVR_SITE", "请复制到自己的目录并设置 IVR_SITE"),
                )
            problems = check_folder(store.folder(chosen)).problems
            swapped = put_in_force(settings, store, chosen, why, action="site.rollback")
            saved = _written(store, chosen, settings.site) if write and settings.site else None
            return swapped, problems, saved, changes(swapped)

    swapped, problems, saved, differing = guarded(work, as_json=as_json)
    other = not write and settings.site is not None and differs(store, settings.site, swapped.version)
    if not as_json:
        show_problems(problems)
    more = {"folder_differs": other, "saved": str(saved) if saved else None}
    tell(swapped, problems, as_json=as_json, differing=differing, more=more)
    if as_json:
        return
    if other and settings.site is not None:
        text = difference(settings.site, swapped.version)
        note(text.en, text.zh)
    if saved is not None:
        note(f"what the folder held before is in {saved}", f"目录原有内容保存在 {saved}")


def _written(store: VersionStore, version: str, folder: Path) -> Path | None:
    """Where what the folder held is kept, now that it holds the version; None if it did before.

    Raises:
        SetupError: if it cannot be written.
    """
    from ivr.call.versions.writing import write_back

    try:
        return write_back(store, version, folder, datetime.now(UTC))
    except OSError as error:
        raise SetupError(
            Text(
                f"version {version} is in force, but {folder} could not be written: {error.strerror}",
                f"版本 {version} 已生效，但无法写入 {folder}：{error.strerror}",
            ),
            cure=Text(
                f"check the disk and who owns it, then: ivr dialplan rollback {version} --write",
                f"请检查磁盘和目录权限，然后执行：ivr dialplan rollback {version} --write",
            ),
        ) from error


def _zone(settings: Settings) -> tzinfo | None:
    """The site's, as in every other list; the machine's where no site can be read."""
    from ivr.cli.people import site_and_zone

    try:
        return site_and_zone(settings)[1]
    except IvrError:
        return None


def versions(context: typer.Context, as_json: JsonFlag = False) -> None:
    """The versions that are kept; the one in force has a star. / 已保存的版本"""
    from rich.markup import escape

    from ivr.call.versions import VersionStore
    from ivr.call.versions.putting import serving_version
    from ivr.call.versions.start import difference, differs

    settings = state(context).settings
    store = VersionStore.of(settings)
    kept = guarded(store.kept, as_json=as_json)
    force = guarded(store.in_force, as_json=as_json)
    serving = guarded(lambda: serving_version(settings), as_json=as_json)
    folder = site_folder(settings)
    other = force is not None and differs(store, folder, force.version)
    if as_json:
        emit(
            {
                "in_force": force.version if force else None,
                "engine": serving,
                "folder": str(folder),
                "folder_differs": other,
                "versions": [one.as_dict() for one in kept],
            }
        )
        return
    if not kept or force is None:
        note("no version yet: the first start keeps one", "尚无版本：首次启动时保存")
        return
    zone = _zone(settings)
    for one in kept:
        star = "*" if one.version == force.version else " "
        last = one.times[-1] if one.times else None
        when = f"{one.last.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        never = "" if last else str(Text("never in force", "从未生效"))
        why = next((time.note for time in reversed(one.times) if time.note), "")  # a rollback seldom says why
        words = "  ".join(part for part in (when, last.by if last else never, why) if part)
        console.print(f"{star} [bold]{one.version}[/bold]  {escape(words)}", soft_wrap=True)
    if serving is not None and serving != force.version:
        failed(
            str(
                Text(
                    f"the engine serves {serving}: ivr dialplan reload", f"引擎仍在使用 {serving}：ivr dialplan reload"
                )
            )
        )
    if other:
        text = difference(folder, force.version)
        note(text.en, text.zh)


def _refuse(problems: Sequence[Problem], *, as_json: bool) -> None:
    """Say that nothing has changed, and why."""
    if as_json:
        emit({"ok": False, "problems": [one.as_dict() for one in problems]})
        return
    show_problems(problems)
    errors = sum(one.severity is Severity.ERROR for one in problems)
    failed(
        str(
            Text(
                f"nothing has changed: {errors} errors, {len(problems) - errors} warnings",
                f"未作任何更改：{errors} 个错误，{len(problems) - errors} 个警告",
            )
        )
    )


def tell(
    found: Swapped,
    problems: Sequence[Problem] = (),
    *,
    as_json: bool,
    differing: Sequence[Change] = (),
    more: Mapping[str, Any] | None = None,
) -> None:
    """Say what came of a swap."""
    from ivr.cli.dialplan_diff import show

    asterisk = found.asterisk
    if as_json:
        emit(
            {
                "ok": True,
                "version": found.version,
                "before": found.before or None,
                "engine": found.engine,
                "asterisk": None if asterisk is None else {"running": asterisk.running, "changed": asterisk.changed},
                "waits": [{"en": one.en, "zh": one.zh} for one in found.waits],
                "changes": [one.as_dict() for one in differing],
                "problems": [one.as_dict() for one in problems],
                **(more or {}),
            }
        )
        return
    show(differing, limit=MAX_CHANGES)
    if found.before == found.version:
        done(f"version {found.version} is in force, as before", f"版本 {found.version} 生效（未变）")
    else:
        was = f", before: {found.before}" if found.before else ""
        done(
            f"version {found.version} is in force{was}",
            f"版本 {found.version} 已生效" + (f"，此前为 {found.before}" if found.before else ""),
        )
    if asterisk is not None and asterisk.running and asterisk.changed:
        files = ", ".join(asterisk.changed)
        note(f"Asterisk has read {files} again", f"Asterisk 已重新读取 {files}")
    if not found.engine:
        note("no engine runs here: it holds from the next start", "引擎未运行：下次启动时生效")
    elif asterisk is not None and not asterisk.running:
        note("Asterisk does not run: it reads it when it starts", "Asterisk 未运行：启动时读取")
    for one in found.waits:
        note(one.en, one.zh)
