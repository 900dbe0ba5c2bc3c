"""``ivr qa rulebook``: what must be said, what must not, and how it is tested."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from ivr.cli.common import JsonFlag, console, done, emit, guarded, note, run, show_problems, site_folder, state
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from recording.rulebooks.model import Cue, Rule, Rulebook
    from recording.rulebooks.shelf import Edition, Shelf

app = typer.Typer(help="Rulebooks: what must and must not be said. / 话术规则", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of a rulebook, or a YAML file. / 规则名称或文件")]
Names = Annotated[list[str] | None, typer.Argument(help="Names or YAML files; all when none is given. / 名称或文件")]


@app.command("list")
def list_(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Every version of every rulebook, and which is in force today. / 全部规则及版本"""
    shelf = _shelf(state(context).settings)
    today = date.today()  # noqa: DTZ011 - the day on this machine
    rows = [_line(one, shelf, today) for one in shelf.editions()]
    if as_json:
        emit(rows)
        return
    table = _table(
        Text("rulebook", "规则"), Text("version", "版本"), Text("from", "生效日期"), Text("language", "语言"),
        Text("in force", "当前生效"), Text("whose", "来源"),
    )  # fmt: skip
    for row in rows:
        whose = Text("site", "站点") if row["own"] else Text("built in", "内置")
        yes = str(Text("yes", "是")) if row["in_force"] else ""
        since = row["effective_from"] or "—"
        cells = (row["name"], row["version"], since, row["language"], yes, str(whose))
        table.add_row(*(escape(str(cell)) for cell in cells))
    console.print(table)


@app.command()
def show(
    context: typer.Context,
    name: Name,
    digest: Annotated[str, typer.Option(help="An earlier text that has judged, by its hash. / 历史版本哈希")] = "",
    as_json: JsonFlag = False,
) -> None:
    """A rulebook's rules, or those of an earlier version that has judged calls. / 查看规则内容"""
    settings = state(context).settings
    rulebook = guarded(lambda: run(_kept(settings, name, digest)) if digest else named(settings, name), as_json=as_json)
    if as_json:
        emit({**rulebook.model_dump(mode="json"), "digest": rulebook.digest})
        return
    since = f", {Text('from', '自')} {rulebook.effective_from}" if rulebook.effective_from else ""
    console.print(f"[bold]{escape(str(rulebook.title.text))}[/bold]  {rulebook.name} {rulebook.full_version}{since}")
    table = _table(
        Text("id", "编号"), Text("norm", "规范"), Text("title", "名称"), Text("kind", "类型"), Text("section", "分组"),
        Text("weight", "分值"),
    )  # fmt: skip
    kinds = {rule.id: rule.kind.value for rule in rulebook.rules}
    kinds |= {one.id: one.measure.value for one in rulebook.behaviour}
    for item in rulebook.items:
        fatal = str(Text(" fail-all", " 一票否决")) if item.fail_all else ""
        kind = kinds.get(item.id, str(Text("person", "人工")))
        cells = (item.id, item.norm, str(item.title.text), kind, item.section, f"{item.weight:g}{fatal}")
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)


@app.command()
def test(context: typer.Context, names: Names = None, as_json: JsonFlag = False) -> None:
    """Run every rule's must_match and must_not_match lines. / 运行规则自带的例句测试"""
    settings = state(context).settings
    found = guarded(lambda: [_tried(*one) for one in _checked(settings, names)], as_json=as_json)
    _tell(found, as_json=as_json)


@app.command()
def check(
    context: typer.Context,
    names: Names = None,
    vocabulary: Annotated[bool, typer.Option(help="Ask the speech model for unknown words. / 检查模型词汇")] = True,
    as_json: JsonFlag = False,
) -> None:
    """Errors with their place, and words the speech model does not know. / 检查规则与模型词汇"""
    settings = state(context).settings

    def work() -> list[dict[str, Any]]:
        found = []
        for name, rulebook, problems in _checked(settings, names):
            more, missing = _vocabulary(settings, rulebook) if vocabulary and rulebook is not None else ([], "")
            found.append(_tried(name, rulebook, [*problems, *more]) | {"vocabulary": missing})
        return found

    _tell(guarded(work, as_json=as_json), as_json=as_json)


@app.command()
def norms(context: typer.Context, name: Name = "", as_json: JsonFlag = False) -> None:
    """Which norm is judged by words, by measurement, or by a person, and why. / 规范与规则对照表"""
    from recording.rulebooks.norms import KINDS, norm_table, not_covered

    settings = state(context).settings
    rulebook = guarded(lambda: named(settings, name or "zh-cn"), as_json=as_json)
    lines, missing = norm_table(rulebook), not_covered(rulebook)
    if as_json:
        rows = [
            {"norm": one.norm, "kind": one.kind, "id": one.id, "title": one.title.en, "title_zh": one.title.zh,
             "how": one.how.en, "how_zh": one.how.zh}
            for one in lines
        ]  # fmt: skip
        emit({"rulebook": rulebook.name, "version": rulebook.full_version, "norms": rows, "not_covered": missing})
    else:
        table = _table(Text("norm", "规范"), Text("by", "方式"), Text("id", "编号"), Text("title", "名称"),
                       Text("how, or why a person", "依据，或须人工评判的原因"))  # fmt: skip
        for one in lines:
            cells = (one.norm, str(KINDS[one.kind]), one.id, str(one.title), str(one.how))
            table.add_row(*(escape(cell) for cell in cells))
        console.print(table)
        if missing:
            names = ", ".join(missing)
            note(f"not judged by this rulebook: {names}", f"本规则未覆盖的规范：{names}")
    raise typer.Exit(1 if missing else 0)


def _shelf(settings: Settings) -> Shelf:
    from recording.rulebooks.shelf import FOLDER, Shelf

    return Shelf(site_folder(settings) / FOLDER)


def _path(name: str) -> Path | None:
    """The file that a name means, if it means one."""
    return Path(name) if name.casefold().endswith((".yaml", ".yml")) else None


def named(settings: Settings, name: str) -> Rulebook:
    """The rulebook of that name that is in force, or that of a YAML file.

    Raises:
        NoRulebook: if there is none.
        RulebookError: if it has errors.
    """
    from recording.rulebooks.load import load_rulebook

    shelf, path = _shelf(settings), _path(name)
    return load_rulebook(path, shelf.file_of) if path is not None else shelf.load(name)


def _checked(settings: Settings, names: Sequence[str] | None) -> list[tuple[str, Rulebook | None, list[Problem]]]:
    from recording.rulebooks.load import check_rulebook

    shelf = _shelf(settings)
    if not names:
        return [(f"{one.name} {one.version}", *shelf.check(one)) for one in shelf.editions()]
    found = []
    for name in names:
        path = _path(name)
        result = check_rulebook(path, shelf.file_of) if path is not None else shelf.check(shelf.find(name))
        found.append((name, *result))
    return found


def _tried(name: str, rulebook: Rulebook | None, problems: Sequence[Problem]) -> dict[str, Any]:
    tested: list[Rule | Cue] = [*rulebook.rules, *rulebook.cues] if rulebook is not None else []
    return {
        "rulebook": name,
        "version": rulebook.full_version if rulebook is not None else "",
        "lines": sum(len(one.must_match) + len(one.must_not_match) for one in tested),
        "problems": list(problems),
    }


def _tell(found: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Print what was found; exit 1 when there are errors."""
    errors = 0
    for one in found:
        problems = one["problems"]
        wrong = sum(problem.severity is Severity.ERROR for problem in problems)
        errors += wrong
        if not as_json:
            show_problems(problems)
            if one.get("vocabulary"):
                note(f"{one['rulebook']}: {one['vocabulary']}", f"{one['rulebook']}：{one['vocabulary']}")
            if not wrong:
                lines = one["lines"]
                done(
                    f"{one['rulebook']}: {lines} lines as they should be", f"{one['rulebook']}：{lines} 条例句全部符合"
                )
    if as_json:
        emit([{**one, "problems": [problem.as_dict() for problem in one["problems"]]} for one in found])
    raise typer.Exit(1 if errors else 0)


def _vocabulary(settings: Settings, rulebook: Rulebook) -> tuple[list[Problem], str]:
    """Words the model does not know; without a model, why they were not looked for."""
    from recording.models import find_model
    from recording.rulebooks.vocabulary import check_vocabulary
    from recording.transcription.transcriber import Transcriber

    try:
        model = find_model(settings, rulebook.language)
    except SetupError as error:
        return [], str(Text(f"words not checked: {error}", f"未检查词汇：{error}"))
    with Transcriber(model.folder, name=model.name, workers=1, threads=1) as transcriber:
        return check_vocabulary(rulebook, transcriber), ""


async def _kept(settings: Settings, name: str, digest: str) -> Rulebook:
    from ivr.storage import judged_by
    from ivr.storage.database import Database
    from recording.rulebooks.model import Rulebook

    async with Database(settings.database) as database, database.read() as session:
        row = await judged_by.find(session, "rulebook", name, digest.rpartition("+")[2])
    if row is None:
        raise UsageError(
            Text(f"no rulebook {name} with hash {digest} has judged here", f"没有使用过哈希为 {digest} 的规则 {name}"),
            cure=Text(
                "take name and hash from a verdict: ivr calls show CALL --json",
                "名称与哈希见判定结果：ivr calls show CALL --json",
            ),
        )
    return Rulebook.model_validate_json(row.content).model_copy(update={"digest": row.digest})


def _line(edition: Edition, shelf: Shelf, today: date) -> dict[str, Any]:
    from recording.errors import RulebookError

    try:
        current = shelf.find(edition.name, today)
    except RulebookError:
        current = None
    return {
        "name": edition.name,
        "version": edition.version,
        "effective_from": edition.effective_from.isoformat() if edition.effective_from else None,
        "language": edition.language,
        "in_force": current == edition,
        "own": edition.own,
        "file": edition.path.name,
    }


def _table(*titles: Text) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(str(title), overflow="fold")
    return table
