"""Reading recordings that may be sealed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ivr.core.settings import Settings
from recording.audio.wav import Sound, read_wav
from recording.vault.vault import Vault, vault_for


def sound_reader(vault: Vault) -> Callable[[Path], Sound]:
    """``read_wav`` for plain and sealed files; it also raises VaultError where one cannot be opened."""

    def read(path: Path) -> Sound:
        if not vault.is_sealed(path) and path.exists():
            return read_wav(path)
        try:
            with vault.plain_path(path) as plain:
                return read_wav(plain)
        except FileNotFoundError:
            return read_wav(path)  # which says so

    return read


def reader_for(settings: Settings) -> Callable[[Path], Sound]:
    """``read_wav`` for the recordings of one installation.

    Raises:
        KeysError: if the folder of keys cannot be used as it is.
    """
    return sound_reader(vault_for(settings))


__all__ = ["reader_for", "sound_reader"]
