"""Versions of the site: what is in force, what was, and how one takes the other's place."""

from __future__ import annotations

from ivr.call.versions.edition import Edition, load_edition
from ivr.call.versions.snapshot import Snapshot
from ivr.call.versions.start import in_force
from ivr.call.versions.store import KEPT, Stored, VersionStore

__all__ = ["KEPT", "Edition", "Snapshot", "Stored", "VersionStore", "in_force", "load_edition"]
