from __future__ import annotations

from tests.unit.queues.callbacks.test_desk import *  # noqa: F403
