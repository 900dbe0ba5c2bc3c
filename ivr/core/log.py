"""Structured logging: one JSON line an event, with the call's linkedid bound to it."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars


def configure_logging(path: Path | None = None, *, level: str = "INFO") -> None:
    """Send log lines to ``path`` (JSON), or to standard error when no path is given.

    JSON escapes control characters, so that caller-supplied text cannot forge a line.
    """
    if path is None:
        stream: Any = sys.stderr
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a", encoding="utf-8", buffering=1)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )


def get_logger(room: str) -> Any:
    """A logger for one room of the house, e.g. ``get_logger("agi")``."""
    return structlog.get_logger(room=room)


__all__ = ["bound_contextvars", "configure_logging", "get_logger"]
