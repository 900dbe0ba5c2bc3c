from __future__ import annotations

from tests.unit.recording.test_ledger import *  # noqa: F403
