"""One kind of problem."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.core.language import Text
from ivr.core.problems import Severity

Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of problem; ``text`` and ``cure`` are templates with fields in braces."""

    code: str
    severity: Severity
    text: Text
    cure: Text


def codes(severity: Severity, rows: dict[str, Row]) -> dict[str, Code]:
    """Rows of text and cure, each English then Chinese, as codes."""
    return {
        code: Code(code, severity, Text(en, zh), Text(cure_en, cure_zh))
        for code, (en, zh, cure_en, cure_zh) in rows.items()
    }
