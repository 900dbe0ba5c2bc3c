"""The problems a site can have: code, severity, text and cure in English and Chinese.

DP0xx the files and their YAML, DP1xx the schema, DP2xx what the parts say about each other, DP3xx the
service norms, DP4xx the data of a call.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

from rapidfuzz import fuzz, process

from dialplan.codes.code import Code
from dialplan.codes.data import DATA
from dialplan.codes.files import FILES
from dialplan.codes.hours import HOURS
from dialplan.codes.inputs import INPUTS
from dialplan.codes.links import LINKS
from dialplan.codes.norms import NORMS
from dialplan.codes.schema import SCHEMA
from dialplan.codes.staffing import STAFFING
from dialplan.codes.talk import TALK
from dialplan.codes.trunks import TRUNKS
from dialplan.codes.waiting import WAITING
from ivr.core.language import Text
from ivr.core.problems import Problem

_TABLES = (FILES, SCHEMA, LINKS, STAFFING, TRUNKS, WAITING, INPUTS, HOURS, TALK, NORMS, DATA)
CODES: dict[str, Code] = dict(sorted((code, kind) for table in _TABLES for code, kind in table.items()))

_SHOWN = 60
_LISTED = 10
_COMPARED = 500
_ALIKE = 50  # per cent


def shown(value: object, limit: int = _SHOWN) -> str:
    """``value`` fit to be shown: one line, at most ``limit`` characters, control characters made visible."""
    text = "" if value is None else str(value)
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)


def known(name: object, names: Iterable[str], *, most: int = _LISTED) -> Text:
    """Up to ``most`` of ``names``, those most like ``name`` first."""
    pool = list(names)
    found = process.extract(str(name)[:_SHOWN], pool[:_COMPARED], scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=most)
    near = [other for other, _, _ in sorted(found, key=lambda one: (-one[1], one[0]))]
    rest = nsmallest(most, (other for other in pool if other not in near))
    listed = ", ".join(shown(other) for other in (near + rest)[:most])
    more = ", …" if len(pool) > most else ""
    return Text(listed + more, listed + more) if listed else Text("(none)", "（无）")


def problem(code: str, where: object, **fields: object) -> Problem:
    """The problem ``code`` at ``where``, its templates filled with ``fields``.

    A ``Text`` goes in as it is; whatever else may have come from a file and is made fit to be shown.
    """
    kind = CODES[code]
    en = {key: value.en if isinstance(value, Text) else shown(value) for key, value in fields.items()}
    zh = {key: value.zh if isinstance(value, Text) else shown(value) for key, value in fields.items()}
    text = Text(kind.text.en.format(**en), kind.text.zh.format(**zh))
    cure = Text(kind.cure.en.format(**en), kind.cure.zh.format(**zh))
    return Problem(str(where), code, text, cure, kind.severity)


__all__ = ["CODES", "Code", "known", "problem", "shown"]
