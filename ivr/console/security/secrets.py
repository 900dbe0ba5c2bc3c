"""What people and programs show to be known again: long random text, kept here as its digest only."""

from __future__ import annotations

import hashlib
import secrets

BYTES = 32
TOKEN_PREFIX = "cwt_"  # noqa: S105 - so that a token is known for one where it should not be


def new_secret() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(BYTES)


def digest(secret: str) -> str:
    """SHA-256 of a secret, in hexadecimal. The secret is random and long: salt and slowness would add nothing."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


__all__ = ["TOKEN_PREFIX", "digest", "new_secret"]
