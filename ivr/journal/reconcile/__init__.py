"""The journal beside CEL and queue_log: what was missed is put in, what contradicts is told."""

from ivr.journal.reconcile.keeping import Keeper
from ivr.journal.reconcile.read import Sources
from ivr.journal.reconcile.report import Report
from ivr.journal.reconcile.run import Reconciler

__all__ = ["Keeper", "Reconciler", "Report", "Sources"]
