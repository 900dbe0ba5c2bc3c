from __future__ import annotations

from tests.unit.journal.test_transfers import *  # noqa: F403
