from __future__ import annotations

from tests.unit.console.calls.test_listing import *  # noqa: F403
