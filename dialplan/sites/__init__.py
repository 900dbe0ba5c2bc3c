"""Sites that travel with the code."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
EXAMPLES = ("bank", "aftersales", "clinic")
"""Complete sites to begin one's own from: a bank's line, after-sales service, a clinic."""


def demo_site() -> Path:
    """The folder of the demo site."""
    return _HERE / "demo"


def example_site(name: str) -> Path:
    """The folder of one of the ``EXAMPLES``."""
    return _HERE / name


__all__ = ["EXAMPLES", "demo_site", "example_site"]
