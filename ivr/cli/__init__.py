"""The ``ivr`` command: one module per group of commands."""

from __future__ import annotations

from ivr.cli.main import build

__all__ = ["build"]
