"""Passwords: which are good enough, how they are kept, how one is checked.

Kept with Argon2id (RFC 9106, the second recommended choice: 64 MiB, 3 passes, 4 lanes). What is chosen must be long and
not easily guessed; nothing is asked of its letters and digits, and it does not expire (NIST SP 800-63B, 5.1.1).
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import dataclass, field

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from ivr.core.errors import UsageError
from ivr.core.language import Text

SHORTEST = 12
LONGEST = 256
AT_ONCE = 2  # hashes computed at a time: each takes 64 MiB
_LEFT = 6  # characters that must be left when all that is easily guessed is taken out

# What is taken out: words people think of first, in the two alphabets the console is used with, and rows of keys.
_COMMON = (
    "password", "passwort", "passw0rd", "p@ssw0rd", "letmein", "welcome", "changeme", "default", "secret", "admin",
    "administrator", "root", "user", "login", "test", "guest", "master", "iloveyou", "monkey", "dragon", "football",
    "baseball", "sunshine", "princess", "superman", "batman", "shadow", "hello", "company", "office", "summer",
    "winter", "spring", "autumn", "callwright", "callcenter", "callcentre", "asterisk", "console", "operator",
    "supervisor", "agent", "quality", "service", "customer", "support", "telephone", "woaini", "nihao", "mima",
    "zhongguo", "kefu", "zuoxi", "guanliyuan", "woaizhongguo", "5201314", "密码", "管理员", "客服", "坐席",
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx", "qwerty", "asdf", "zxcv", "q1w2e3r4", "abc123", "a1b2c3",
)  # fmt: skip
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_REPEATED = re.compile(r"(.{1,4}?)\1{2,}")


def normal(password: str) -> str:
    """A password as it is hashed: the same however an input method wrote its characters."""
    return unicodedata.normalize("NFKC", password)


def checked(password: str, login: str) -> str:
    """A password somebody chose, as it is hashed.

    Raises:
        UsageError: if it is too short, too long, or easily guessed.
    """
    plain = normal(password)
    cure = Text(
        f"choose at least {SHORTEST} characters, e.g. four words that do not belong together",
        f"请至少使用 {SHORTEST} 个字符，例如四个互不相关的词",
    )
    if len(plain) < SHORTEST:
        raise UsageError(Text("the password is too short", "密码太短"), cure=cure)
    if len(plain) > LONGEST:
        raise UsageError(
            Text(f"the password has more than {LONGEST} characters", f"密码超过 {LONGEST} 个字符"), cure=cure
        )
    if len(_left(plain.casefold(), login.casefold())) < _LEFT:
        raise UsageError(Text("the password is easily guessed", "密码过于简单，容易被猜到"), cure=cure)
    return plain


def _left(plain: str, login: str) -> str:
    """What is left of a password without what is easily guessed."""
    for word in sorted({*_COMMON, login, *re.split(r"[^0-9a-z]+", login)}, key=len, reverse=True):
        if len(word) > 1:
            plain = plain.replace(word, "")
    plain = _YEAR.sub("", plain)
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        for length in range(len(row), 3, -1):
            for start in range(len(row) - length + 1):
                plain = plain.replace(row[start : start + length], "")
    return _REPEATED.sub(r"\1", plain)


@dataclass
class Passwords:
    """Computes and checks hashes, a few at a time, never in the event loop.

    Args:
        hasher: its parameters are those of new hashes; old ones are renewed when their password is next shown.
    """

    hasher: PasswordHasher = field(default_factory=lambda: PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY))
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), init=False)
    _nobody: str = field(default="", init=False)

    async def hashed(self, password: str) -> str:
        """The hash of a password that :func:`checked` has let pass."""
        async with self._turn:
            return await asyncio.to_thread(self.hasher.hash, password)

    async def fits(self, kept: str, password: str) -> bool:
        """Whether a password is the one whose hash was kept; takes as long when none was."""
        plain = normal(password[: LONGEST * 2])
        if not self._nobody:
            self._nobody = await self.hashed("nobody has this password")
        async with self._turn:
            return await asyncio.to_thread(self._verify, kept or self._nobody, plain) and bool(kept)

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than new ones are."""
        return self.hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, plain: str) -> bool:
        try:
            return self.hasher.verify(kept, plain)
        except (VerificationError, InvalidHashError):
            return False


def fast() -> PasswordHasher:
    """Parameters for tests and made-up data only: quick, and as weak."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID)


__all__ = ["LONGEST", "SHORTEST", "Passwords", "checked", "fast", "normal"]
