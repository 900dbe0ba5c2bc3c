"""The age format (age-encryption.org/v1): who may open. The only module that knows pyrage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO

import pyrage

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.vault.errors import DamagedError, LockedError, VaultError

MOST_RECIPIENTS = 20
"""So many wrapped keys fit in a slot of a sealed file."""

_RECIPIENT = re.compile(r"\Aage1[02-9ac-hj-np-z]{58}\Z")


class Identity:
    """A private key; its text never appears in ``repr``.

    Args:
        text: ``AGE-SECRET-KEY-1...``.

    Raises:
        UsageError: if it is not one.
    """

    def __init__(self, text: str) -> None:
        try:
            self._key = pyrage.x25519.Identity.from_str(text.strip())
        except (pyrage.IdentityError, ValueError) as error:
            raise UsageError(
                Text("not an age identity", "不是 age 身份密钥"),
                cure=Text("it begins with AGE-SECRET-KEY-1", "它以 AGE-SECRET-KEY-1 开头"),
            ) from error
        self.recipient = str(self._key.to_public())

    @classmethod
    def new(cls) -> Identity:
        """A fresh one."""
        return cls(str(pyrage.x25519.Identity.generate()))

    @property
    def secret(self) -> str:
        """The private key as text, for the file that keeps it."""
        return str(self._key)

    def __repr__(self) -> str:
        return f"Identity({self.recipient})"

    @property
    def key(self) -> object:
        """As pyrage takes it."""
        return self._key


def recipient(text: str) -> str:
    """A public key (``age1...``) that has been looked at.

    Raises:
        UsageError: if it is not one.
    """
    text = text.strip()
    refusal = UsageError(
        Text(f"not an age recipient: {text[:80]!r}", f"不是 age 收件人公钥：{text[:80]!r}"),
        cure=Text(
            "it is the public key that `age-keygen` or `ivr keys list` shows, age1 and 58 characters",
            "应为 `age-keygen` 或 `ivr keys list` 显示的公钥：age1 加 58 个字符",
        ),
    )
    if not _RECIPIENT.match(text):
        raise refusal
    try:
        pyrage.x25519.Recipient.from_str(text)
    except (pyrage.RecipientError, ValueError) as error:
        raise refusal from error
    return text


def wrap(data: bytes, recipients: Sequence[str]) -> bytes:
    """``data`` as an age file that each of the recipients can open."""
    return bytes(pyrage.encrypt(data, _public(recipients)))


def unwrap(data: bytes, identities: Sequence[Identity], what: str) -> bytes:
    """What is in an age file.

    Args:
        what: named in errors.

    Raises:
        LockedError: if none of the identities is among its recipients.
        DamagedError: if it is no whole age file.
    """
    if not identities:
        raise LockedError(what)
    try:
        return bytes(pyrage.decrypt(data, [identity.key for identity in identities]))
    except pyrage.DecryptError as error:
        raise _refusal(error, what) from error


def wrap_stream(source: BinaryIO, target: BinaryIO, recipients: Sequence[str]) -> None:
    """Copy ``source`` to its end into ``target`` as an age file, a piece at a time."""
    try:
        pyrage.encrypt_io(source, target, _public(recipients))
    except pyrage.EncryptError as error:
        raise VaultError(Text(f"sealing broke off: {error}", f"加密中断：{error}")) from error


def unwrap_stream(source: BinaryIO, target: BinaryIO, identities: Sequence[Identity], what: str) -> None:
    """Copy what is in the age file ``source`` into ``target``; what was written before an error is not to be used.

    Raises:
        LockedError: if none of the identities is among its recipients.
        DamagedError: if it is changed or cut.
    """
    if not identities:
        raise LockedError(what)
    try:
        pyrage.decrypt_io(source, target, [identity.key for identity in identities])
    except pyrage.DecryptError as error:
        raise _refusal(error, what) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise _refusal(error, what) from error  # how pyrage tells of a chunk that is not what was sealed


def _refusal(error: Exception, what: str) -> VaultError:
    if "no matching keys" in str(error).lower():
        return LockedError(what)
    return DamagedError(what, Text("not a whole age file", "不是完整的 age 文件"))


def _public(recipients: Sequence[str]) -> list[object]:
    if not recipients:
        raise VaultError(Text("no recipients", "没有收件人"), cure=Text("run: ivr keys init", "请运行：ivr keys init"))
    return [pyrage.x25519.Recipient.from_str(one) for one in recipients]


__all__ = ["MOST_RECIPIENTS", "Identity", "recipient", "unwrap", "unwrap_stream", "wrap", "wrap_stream"]
