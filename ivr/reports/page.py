"""What our HTML pages have in common: both languages in the text, nothing loaded from anywhere, written whole."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.clean import clean

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_MOST_LETTERS = 100_000


def environment() -> Environment:
    """Templates in which every text is escaped and ``| t`` shows a Text in both languages."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"t": both}
    made.globals |= {"Text": Text}
    return made


def both(text: Text, tag: str = "span") -> Markup:
    """A text in both languages, of which the page shows one."""
    en, zh = escape(clean(text.en, _MOST_LETTERS)), escape(clean(text.zh, _MOST_LETTERS))
    if en == zh:
        return Markup("<{0}>{1}</{0}>").format(tag, en)
    return Markup('<{0} class="en" lang="en">{1}</{0}><{0} class="zh" lang="zh-CN">{2}</{0}>').format(tag, en, zh)


@lru_cache(maxsize=8)
def asset(name: str) -> str:
    """One of our own style sheets or scripts."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def policy(style: str, script: str) -> str:
    """The content security policy of a page with this one style and this one script, and nothing else."""
    return f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'"


def check_folder(path: Path) -> None:
    """See that the folder a file is to go to is there.

    Raises:
        UsageError: if it is not.
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UsageError(
            Text(f"no folder {folder}", f"没有目录 {folder}"),
            cure=Text("make it, or name a folder that is there", "请先创建，或指定已有目录"),
        )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; readable by this user only.

    Raises:
        UsageError: if its folder is not there (a slip of the keys makes none), or it cannot be written.
    """
    check_folder(path)
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
        raise UsageError(
            f"{path}: {error.strerror or error}", cure=Text("name a folder that can be written to", "请指定可写目录")
        ) from error


def _shown(value: Any) -> Any:
    """Every text the page shows, without what cannot be seen; escaping comes after."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return value if value == " " else clean(value, _MOST_LETTERS)


def _digest(text: str) -> str:
    """The hash by which the browser knows our own style and script from any other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
