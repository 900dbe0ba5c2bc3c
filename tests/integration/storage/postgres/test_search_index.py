from __future__ import annotations

from tests.unit.storage.test_search_index import *  # noqa: F403
