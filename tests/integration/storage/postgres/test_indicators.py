from __future__ import annotations

from tests.unit.reports.test_indicators import *  # noqa: F403
