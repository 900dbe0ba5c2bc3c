from __future__ import annotations

from tests.unit.storage.test_sealing import *  # noqa: F403
