"""The database of an installation with its vault."""

from __future__ import annotations

from ivr.core.settings import Settings
from ivr.storage.database import Database
from recording.vault.vault import vault_for


def open_database(settings: Settings) -> Database:
    """The database of one installation; words of calls are open where an identity is.

    Raises:
        KeysError: if the folder of keys cannot be used as it is.
        UsageError, StorageError: as ``Database``.
    """
    return Database(settings.database, settings.home / "audit.head", sealer=vault_for(settings))


__all__ = ["open_database"]
