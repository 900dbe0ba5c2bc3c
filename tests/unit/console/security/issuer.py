"""A small OpenID Connect issuer on loopback, which signs what tests want."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "console", "the client's secret"


class LocalIssuer:
    """Its answers can be bent before they are given.

    Args:
        now: seconds since 1970 by its clock.
    """

    def __init__(self, now: int) -> None:
        self.now = now
        self.key = ECKey.generate_key("P-256", parameters={"kid": "one"})
        self.url = ""
        self.claims: dict[str, Any] = {}
        self.sign_with: ECKey | None = None
        self.says: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def authorize(self, url: str) -> dict[str, str]:
        """Somebody logs in there: what he brings back to the console."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.url}/authorize?")
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
            } | self.says  # fmt: skip
        if path == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False)
        query = self.codes.pop(form.get("code", ""), None)
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if path != "/token" or query is None:
            return 400, {"error": "invalid_grant"}
        if challenge.rstrip(b"=").decode() != query["code_challenge"] or form["redirect_uri"] != query["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if authorization != wanted:
            return 401, {"error": "invalid_client"}
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": "42", "iat": self.now, "exp": self.now + 300,
            "nonce": query["nonce"],
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.sign_with or self.key
        text = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": text}


@contextmanager
def serving(issuer: LocalIssuer) -> Iterator[LocalIssuer]:
    """Have it answer on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say({name: values[0] for name, values in parse_qs(text).items()})

        def _say(self, form: dict[str, str]) -> None:
            status, content = issuer.answer(self.path, form, self.headers.get("Authorization", ""))
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


__all__ = ["CLIENT", "SECRET", "LocalIssuer", "serving"]
