from __future__ import annotations

from tests.unit.call.test_alerting import *  # noqa: F403
