"""What the documents promise is there: files they link to, commands and options they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer.main

from ivr.app import Application
from ivr.app.manual import manual
from ivr.cli.main import build

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
# Where a command line begins, and what ends it.
COMMAND = re.compile(r"(?:^|(?<=[\s/\"'(]))ivr ([a-z][^\n|;&)#]*)")
SCRIPT = re.compile(r"scripts/[a-z]+")


def commands() -> dict[tuple[str, ...], set[str]]:
    """Every command by its words, with its options; groups have none."""
    found: dict[tuple[str, ...], set[str]] = {}

    def walk(command: object, words: tuple[str, ...]) -> None:
        options = {name for one in getattr(command, "params", ()) for name in getattr(one, "opts", ())}
        found[words] = options | {"--help"}
        for name, sub in getattr(command, "commands", {}).items():
            walk(sub, (*words, name))

    walk(typer.main.get_command(build(Application())), ())
    return found


KNOWN = commands()
# Those that do nothing by themselves; a group that does has options of its own.
GROUPS = {words for words in KNOWN if any(other[:-1] == words for other in KNOWN if other) and len(KNOWN[words]) == 1}


def code(page: Path) -> Iterator[str]:
    """Blocks and spans of code."""
    for block, span in CODE.findall(page.read_text("utf-8")):
        yield block or span


def command_lines(page: Path) -> Iterator[str]:
    """What stands after ``ivr`` in code, ``python -m ivr.…`` and paths apart."""
    for text in code(page):
        shell = re.sub(r"\s# .*|\s{2,}#.*", "", text.replace("\\\n", " "))  # comments
        for found in COMMAND.findall(shell):
            yield found.strip()


def resolve(line: str) -> tuple[tuple[str, ...], list[str]]:
    """The longest command at the beginning of a line, and its other words."""
    words = shlex.split(line, comments=True)
    length = next((n for n in range(len(words), 0, -1) if tuple(words[:n]) in KNOWN), 0)
    return tuple(words[:length]), words[length:]


def anchors(page: Path) -> set[str]:
    """Names of a page's headings, as links say them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.is_relative_to(ROOT) or not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    unknown = []
    for line in command_lines(page):
        words, rest = resolve(line)
        options = {word.partition("=")[0] for word in rest if word.startswith("--")}
        nothing = words in GROUPS and any(not word.startswith("--") for word in rest)
        if not words or nothing or options - KNOWN[words]:
            unknown.append(line)
    assert not unknown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_scripts_exist(page: Path) -> None:
    named = set(SCRIPT.findall(page.read_text("utf-8")))
    assert not [name for name in named if not (ROOT / name).exists()]


def test_both_readmes_name_the_same_commands_and_files() -> None:
    def named(page: Path) -> tuple[set[str], set[str], set[str]]:
        text = page.read_text("utf-8")
        lines = {" ".join([*words, *rest]) for words, rest in map(resolve, command_lines(page))}
        links = {
            link.partition("#")[0] for link in LINK.findall(text) if not link.startswith(("README", "docs/images/"))
        }
        return lines, links, set(SCRIPT.findall(text)) | set(re.findall(r"IVR_[A-Z_]+", text))

    english, chinese = map(named, READMES)
    assert english == chinese


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_readme_leaves_no_command_out(page: Path) -> None:
    text = page.read_text("utf-8")
    table = text[text.index("| `ivr up`") : text.index("IVR_HOME`", text.index("| `ivr up`"))]
    names = {words[:1] if words[0] != "qa" else words[:2] for words in KNOWN if words} - {("qa",)}
    missing = [" ".join(words) for words in names if f"`ivr {' '.join(words)}" not in table]
    assert not missing


def test_the_manual_of_the_commands_is_that_of_the_commands() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == manual()


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_exit_codes_are_those_of_the_command(page: Path) -> None:
    from ivr.core.errors import IvrError, SetupError, SiteError, UsageError

    text = page.read_text("utf-8")
    said = re.search(r"(?:Exit codes: |退出码：)(.*?)[。.]\n", text, re.DOTALL)
    assert said is not None
    codes = {int(number) for number in re.findall(r"(?:^|· ?|\s)(\d+)(?= )", said[1])}
    assert codes == {0, IvrError.exit_code, UsageError.exit_code, SetupError.exit_code, SiteError.exit_code, 130}
