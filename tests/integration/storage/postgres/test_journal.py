from __future__ import annotations

from tests.unit.journal.test_journal import *  # noqa: F403
