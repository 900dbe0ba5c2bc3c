"""What the terminal's views have in common."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text as Line

from ivr.core.language import Text


def title(text: Text) -> Line:
    """A heading."""
    return Line(str(text), style="bold underline")


def plain_table() -> Table:
    """A table with a line under its heads."""
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="dim")
