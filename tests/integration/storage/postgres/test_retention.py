from __future__ import annotations

from tests.unit.recording.test_keeping_retention import *  # noqa: F403
