"""What opens sealed files of this installation."""

from __future__ import annotations

from ivr.console.context import Console
from recording.vault import Vault, vault_for

_PART = "vault"


def vault(console: Console) -> Vault:
    """Built once a console; it notices new keys by itself."""
    found: Vault | None = console.parts.get(_PART)
    if found is None:
        found = console.parts[_PART] = vault_for(console.settings)
    return found


__all__ = ["vault"]
