from __future__ import annotations

from tests.unit.reports.test_handling import *  # noqa: F403
