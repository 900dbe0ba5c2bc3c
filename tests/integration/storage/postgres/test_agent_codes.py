from __future__ import annotations

from tests.unit.call.test_agent_codes import *  # noqa: F403
