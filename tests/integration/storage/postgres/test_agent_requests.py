from __future__ import annotations

from tests.unit.call.test_agent_requests import *  # noqa: F403
