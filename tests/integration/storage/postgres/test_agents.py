from __future__ import annotations

from tests.unit.agents.test_at_work import *  # noqa: F403
