from __future__ import annotations

from tests.unit.call.test_supervise import *  # noqa: F403
