from __future__ import annotations

from tests.unit.storage.test_repositories import *  # noqa: F403
