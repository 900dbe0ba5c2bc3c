"""Flows drawn: as Mermaid text, and as SVG laid out here, without network or other programs."""

from __future__ import annotations

from dialplan.drawing.chart import Chart, chart_of
from dialplan.drawing.layout import TooLargeError
from dialplan.drawing.mermaid import mermaid
from dialplan.drawing.svg import svg

__all__ = ["Chart", "TooLargeError", "chart_of", "mermaid", "svg"]
