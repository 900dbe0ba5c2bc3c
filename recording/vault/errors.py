"""What can go wrong with sealed things.

::

    VaultError
    ├── LockedError     sealed, and no identity on this machine opens it (exit 3)
    ├── DamagedError    cut, changed, swapped or not ours; ``reason`` says which
    └── KeysError       the folder of keys cannot be used as it is (exit 3)
"""

from __future__ import annotations

from ivr.core.errors import IvrError, SetupError
from ivr.core.language import Text


class VaultError(IvrError):
    """Something sealed could not be made or opened."""


class LockedError(VaultError):
    """Sealed, and no identity on this machine opens it."""

    exit_code = SetupError.exit_code

    def __init__(self, what: str) -> None:
        super().__init__(
            Text(f"{what}: sealed, and no identity here opens it", f"{what}：已加密，本机没有能打开它的身份密钥"),
            cure=Text(
                "use a machine that has an identity among its recipients (ivr keys list)",
                "请在持有收件人身份密钥的机器上操作（ivr keys list）",
            ),
        )


class DamagedError(VaultError):
    """Cut, changed, swapped or not ours.

    Args:
        what: the file or row.
        reason: what is wrong with it.
    """

    def __init__(self, what: str, reason: Text) -> None:
        super().__init__(
            Text(f"{what}: {reason.en}", f"{what}：{reason.zh}"),
            cure=Text("restore it from a backup: ivr restore", "请从备份恢复：ivr restore"),
        )
        self.reason = reason


class KeysError(VaultError):
    """The folder of keys cannot be used as it is."""

    exit_code = SetupError.exit_code


__all__ = ["DamagedError", "KeysError", "LockedError", "VaultError"]
