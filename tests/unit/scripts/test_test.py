"""scripts/test names the folders of tests in the order in which they run: none is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parents[3]


def test_every_folder_with_tests_is_named() -> None:
    named = re.findall(
        r"\btests/(\w+)\b(?!\.)", (PROJECT / "scripts" / "test").read_text("utf-8").replace("tests.", "")
    )
    there = {path.relative_to(PROJECT / "tests").parts[0] for path in (PROJECT / "tests").rglob("test_*.py")}
    assert sorted(named) == sorted(there)
