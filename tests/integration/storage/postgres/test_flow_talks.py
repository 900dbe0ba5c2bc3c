from __future__ import annotations

from tests.unit.journal.test_flow_talks import *  # noqa: F403
