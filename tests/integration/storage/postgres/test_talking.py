from __future__ import annotations

from tests.unit.journal.test_talking import *  # noqa: F403
