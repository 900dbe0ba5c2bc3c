"""Sites that travel with the code."""

from __future__ import annotations

from pathlib import Path


def demo_site() -> Path:
    """The folder of the demo site."""
    return Path(__file__).resolve().parent / "demo"


__all__ = ["demo_site"]
