"""What an OpenID Connect issuer says of itself, and what it signs (OpenID Connect Discovery 1.0 and Core 1.0)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx

from ivr.console.errors import NotLoggedIn
from ivr.console.security.tls import is_loopback
from ivr.core.clock import Clock
from ivr.core.errors import IvrError, SetupError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.core.settings import Settings

log = get_logger("console")

SCOPE = "openid profile"
LIMIT = 10.0  # seconds for each answer
KNOWN_FOR = 3600.0  # seconds what it says of itself is taken for true
KEYS_AGAIN = 60.0  # seconds between two looks for new keys
LEEWAY = 60  # seconds clocks may differ
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class Issuer:
    """The issuer of the settings.

    Args:
        settings: name it, and what it knows the console by.
        clock: counts.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._said: dict[str, Any] = {}
        self._said_at = 0.0
        self._keys: Any = None
        self._keys_at = 0.0
        self._turn = asyncio.Lock()

    async def address(self, back: str, *, state: str, nonce: str, verifier: str) -> str:
        """Where somebody logs in there, to come back to ``back``.

        Raises:
            SetupError: if it does not answer as it should.
        """
        said = await self._discovered()
        query = {
            "response_type": "code",
            "client_id": self._settings.oidc_client,
            "redirect_uri": back,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        where = str(said["authorization_endpoint"])
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"

    async def claims(self, code: str, back: str, *, nonce: str, verifier: str) -> Mapping[str, Any]:
        """What it says of who has this code.

        Raises:
            NotLoggedIn: if it does not confirm the code, or what it signed does not hold.
            SetupError: if it does not answer as it should.
        """
        said = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
            "client_id": self._settings.oidc_client,
        }
        secret = self._settings.oidc_secret.get_secret_value()
        # RFC 6749, 2.3.1: both are encoded like a form's before they become a header.
        basic = (
            httpx.BasicAuth(quote_plus(form["client_id"]), quote_plus(secret)) if secret else httpx.USE_CLIENT_DEFAULT
        )
        try:
            async with httpx.AsyncClient(timeout=LIMIT) as client:
                answer = await client.post(said["token_endpoint"], data=form, auth=basic)
                answer.raise_for_status()
                token = dict(answer.json())
        except (httpx.HTTPError, ValueError, TypeError) as error:
            log.warning("code not exchanged", problem=type(error).__name__)
            raise refused("the issuer did not confirm the login", "身份提供方未确认登录") from error
        return await self._verified(token, str(said["issuer"]), nonce)

    async def _verified(self, token: Mapping[str, Any], name: str, nonce: str) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
        from joserfc import jwt
        from joserfc.errors import JoseError

        options = {
            "iss": {"essential": True, "value": name},
            "aud": {"essential": True, "value": self._settings.oidc_client},
            "sub": {"essential": True},
        }
        params = {
            "nonce": nonce,
            "client_id": self._settings.oidc_client,
            "access_token": token.get("access_token"),
        }
        try:
            text = str(token["id_token"])
            try:
                found = jwt.decode(text, await self._key_set(), algorithms=ALGORITHMS)
            except (JoseError, ValueError):  # perhaps it signs with a new key
                found = jwt.decode(text, await self._key_set(anew=True), algorithms=ALGORITHMS)
            claims = CodeIDToken(found.claims, found.header, options, params)
            claims.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY)
        except (JoseError, KeyError, ValueError, TypeError) as error:
            log.warning("ID token refused", problem=type(error).__name__)
            raise refused("what the issuer signed does not hold", "身份令牌校验失败") from error
        return dict(claims)

    async def _discovered(self) -> dict[str, Any]:
        async with self._turn:
            now = self._clock.monotonic()
            if not self._said or now - self._said_at > KNOWN_FOR:
                issuer = self._settings.oidc_issuer.rstrip("/")
                said = await _json(f"{issuer}/.well-known/openid-configuration")
                if str(said.get("issuer", "")).rstrip("/") != issuer:
                    raise _unusable("it calls itself by another name", "其自称的名称不一致")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    checked_url(str(said.get(name, "")))
                self._said, self._said_at = said, now
            return self._said

    async def _key_set(self, *, anew: bool = False) -> Any:
        from joserfc.jwk import KeySet

        said = await self._discovered()
        async with self._turn:
            now = self._clock.monotonic()
            if self._keys is None or (anew and now - self._keys_at >= KEYS_AGAIN):
                found: Any = await _json(said["jwks_uri"])
                self._keys, self._keys_at = KeySet.import_key_set(found), now
            return self._keys


def _challenge(verifier: str) -> str:
    """What the issuer is told of a PKCE verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


async def _json(url: str) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=LIMIT) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise _unusable(f"{url}: {type(error).__name__}", f"{url}：{type(error).__name__}") from error
    if not isinstance(found, dict):
        raise _unusable("its answer is no object", "其应答不是对象")
    return found


def checked_url(url: str) -> None:
    """See that an address is HTTPS, or of this machine.

    Raises:
        SetupError: if it is not.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise _unusable(f"not an https address: {url[:80]!r}", f"不是 https 地址：{url[:80]!r}")


def refused(en: str, zh: str) -> NotLoggedIn:
    """That somebody who comes from the issuer is not let in."""
    return NotLoggedIn(Text(en, zh), cure=Text("log in once more", "请重新登录"))


def _unusable(en: str, zh: str) -> IvrError:
    return SetupError(
        Text(f"the OpenID Connect issuer cannot be used: {en}", f"OpenID Connect 身份提供方不可用：{zh}"),
        cure=Text("see IVR_OIDC_ISSUER, and that it answers", "请检查 IVR_OIDC_ISSUER 及其是否可达"),
    )


__all__ = ["ALGORITHMS", "Issuer", "checked_url", "refused"]
