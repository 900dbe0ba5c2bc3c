from __future__ import annotations

from tests.unit.journal.test_filling import *  # noqa: F403
