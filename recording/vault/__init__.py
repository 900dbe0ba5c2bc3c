"""Encryption at rest: recordings and texts sealed to recipients, opened by who has an identity.

Readers of sound files use ``locate(folder, row.file)`` and ``Vault.open_file``; both take plain and sealed files.
"""

from __future__ import annotations

from recording.vault.age import Identity
from recording.vault.errors import DamagedError, KeysError, LockedError, VaultError
from recording.vault.files import SUFFIX, plain_name
from recording.vault.keys import KeyFolder, Recipient
from recording.vault.vault import Vault, locate, vault_for

__all__ = [
    "SUFFIX",
    "DamagedError",
    "Identity",
    "KeyFolder",
    "KeysError",
    "LockedError",
    "Recipient",
    "Vault",
    "VaultError",
    "locate",
    "plain_name",
    "vault_for",
]
