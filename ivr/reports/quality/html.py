"""A quality report as one HTML file with pictures that asks nobody for anything."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment
from markupsafe import Markup

from ivr.core.language import Text, console_language
from ivr.reports.page import asset, environment, policy, write_whole
from ivr.reports.quality import plots, words
from ivr.reports.quality.model import QualityReport
from ivr.reports.quality.terminal import disputes_line


def write_quality(path: Path, report: QualityReport, *, zone: tzinfo, made_at: datetime) -> None:
    """Write the report to ``path``, whole or not at all; readable by this user only.

    Raises:
        UsageError: if the file cannot be written.
    """
    write_whole(path, render_quality(report, zone=zone, made_at=made_at).encode("utf-8"))


def render_quality(
    report: QualityReport, *, zone: tzinfo, made_at: datetime, language: Literal["en", "zh"] | None = None
) -> str:
    """The report as text; the page holds both languages and shows ``language`` first, the console's when None."""
    style, script = asset("report.css") + asset("quality.css"), asset("report.js")
    return (
        _environment()
        .get_template("quality.html.j2")
        .render(
            title=Text(f"Quality of {report.month}", f"{report.month} 质检月报"),
            report=report,
            first=report.since.astimezone(zone).date(),
            last=(report.until.astimezone(zone) - timedelta(days=1)).date(),
            zone=str(zone),
            made_at=made_at.astimezone(zone),
            language=language or console_language(),
            disputes=disputes_line(report),
            agents=[one.name for one in report.agents],
            style=Markup(style),  # noqa: S704 - our own files
            script=Markup(script),  # noqa: S704 - our own file
            policy=policy(style, script),
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment()
    made.globals |= {"plots": plots, "words": words}
    return made
