"""Structured logging: one JSON line an event, with the call's linkedid bound to it."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from ivr.core.logfile import LogFile

# Characters that JSON lets through and that a terminal or a reader of lines may take for something else:
# C1 controls, line and paragraph separators, changes of direction, half surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


def configure_logging(path: Path | None = None, *, level: str = "INFO", lazy: bool = False) -> None:
    """Send log lines to ``path`` (JSON), or to standard error when no path is given.

    Caller-supplied text cannot forge a line: control characters are escaped.

    Args:
        path: the file; it is turned over when it is full.
        level: lines below it are left out.
        lazy: make the file when the first line is written, and drop lines if it cannot be made.

    Raises:
        OSError: if the file cannot be opened, unless ``lazy``.
    """
    stream: Any = sys.stderr
    if path is not None:
        stream = LogFile(path)
        if not lazy:
            stream.open()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=to_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _FromLibraries)]
    root.addHandler(_FromLibraries(logging.WARNING))


class _FromLibraries(logging.Handler):
    """Writes what libraries log by Python's own logging, which would else go to the console."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(room=record.name)
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info)


def to_json(event: Any, **how: Any) -> str:
    """One line of JSON, readable in any language, without anything that acts on a terminal."""
    text = json.dumps(event, **{**how, "ensure_ascii": False})
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def get_logger(room: str) -> Any:
    """A logger for one room of the house, e.g. ``get_logger("agi")``."""
    return structlog.get_logger(room=room)


__all__ = ["bound_contextvars", "configure_logging", "get_logger"]
