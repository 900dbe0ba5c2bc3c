from __future__ import annotations

from tests.unit.journal.reconcile.test_mend import *  # noqa: F403
