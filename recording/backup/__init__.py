"""Backups: database, recordings, site and public keys in one file, sealed to the recipients when there are keys."""

from __future__ import annotations

from recording.backup.archive import Written, write_backup
from recording.backup.manifest import Manifest, Part
from recording.backup.reading import Told, check_backup
from recording.backup.restore import Restored, restore_backup

__all__ = ["Manifest", "Part", "Restored", "Told", "Written", "check_backup", "restore_backup", "write_backup"]
