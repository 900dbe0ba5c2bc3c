from __future__ import annotations

from tests.unit.call.test_pauses import *  # noqa: F403
