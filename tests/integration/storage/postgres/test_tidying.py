from __future__ import annotations

from tests.unit.storage.test_tidying import *  # noqa: F403
