"""Problems as SARIF 2.1.0, which code review and CI systems show beside the lines."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dialplan.codes import CODES, Code
from dialplan.manual import example, plain
from ivr.core.language import console_language
from ivr.core.problems import Problem

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "callwright"

_PLACE = re.compile(r"\A(?P<file>.+?)(?::(?P<line>[1-9][0-9]*))?(?::(?P<column>[1-9][0-9]*))?\Z", re.DOTALL)


def sarif(problems: Iterable[Problem], folder: Path, *, base: Path | None = None) -> dict[str, Any]:
    """One run over the site in ``folder``.

    Args:
        base: folder that the files are named from, the one of the repository; whole addresses when the site is not
            inside it, or when not given.
    """
    found = list(problems)
    rules = {code: index for index, code in enumerate(sorted({*CODES, *(one.code for one in found)}))}
    where = _address(folder, base)
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": {"name": TOOL, "rules": [_rule(code) for code in rules]}},
                "language": "zh-CN" if console_language() == "zh" else "en-US",
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, rules[one.code], where) for one in found],
            }
        ],
    }


def _address(folder: Path, base: Path | None) -> str:
    real = folder.resolve()
    if base is not None and real.is_relative_to(base.resolve()):
        inside = real.relative_to(base.resolve()).as_posix()
        return "" if inside == "." else f"{quote(os.fsencode(inside))}/"
    return f"{real.as_uri()}/"


def _rule(code: str) -> dict[str, Any]:
    kind = CODES.get(code)
    if kind is None:
        return {"id": code}
    shown = example(code)
    return {
        "id": code,
        "shortDescription": {"text": _meaning(kind)},
        "help": {"text": plain(str(kind.cure)), "markdown": "\n\n".join(filter(None, [plain(str(kind.cure)), shown]))},
        "defaultConfiguration": {"level": kind.severity.value},
    }


def _meaning(kind: Code) -> str:
    return plain(str(kind.text))


def _result(one: Problem, index: int, where: str) -> dict[str, Any]:
    place = _PLACE.match(one.where)
    file = place["file"] if place else one.where
    inside = not file.startswith("/")
    location: dict[str, Any] = {
        "artifactLocation": {"uri": where + quote(file) if inside else Path(file).as_uri()},
    }
    if place and place["line"]:
        location["region"] = {"startLine": int(place["line"])}
        if place["column"]:
            location["region"]["startColumn"] = int(place["column"])
    # what stays the same when lines move: the file and the words
    print_of = hashlib.sha256(f"{one.code}\0{file}\0{one.text.en}".encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": one.severity.value,
        "message": {"text": f"{one.text} — {one.cure}"},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"problem/v1": print_of},
    }


__all__ = ["SCHEMA", "TOOL", "VERSION", "sarif"]
