"""What the engine tells others in a real call: alerts at a web address, changes to those who follow them."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from ivr.cli.queues_watch import apply, lines
from ivr.core.settings import Settings


class Hook:
    """A web address that keeps the alerts posted to it; a context manager.

    Args:
        secret: of the signature every post must have.
    """

    def __init__(self, secret: str) -> None:
        self.bodies: list[bytes] = []
        kept, key = self.bodies, secret.encode()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signed = self.headers["X-Callwright-Timestamp"].encode() + b"." + body
                wanted = "sha256=" + hmac.new(key, signed, hashlib.sha256).hexdigest()
                right = hmac.compare_digest(self.headers["X-Callwright-Signature"], wanted)
                if right:
                    kept.append(body)
                self.send_response(200 if right else 403)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alerts"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """What was told, in order."""
        return [json.loads(body) for body in self.bodies]

    async def newest(self, rule: str, state: str, *, since: int = 0, within: float = 15) -> dict[str, Any]:
        """The newest alert of a rule among those after the first ``since``, once it is in ``state``."""
        end = time.monotonic() + within
        while True:
            mine = [one for one in self.alerts[since:] if one["rule"] == rule]
            if mine and mine[-1]["state"] == state:
                return mine[-1]
            assert time.monotonic() < end, f"not told within {within} s: {rule} {state}; so far: {self.alerts}"
            await asyncio.sleep(0.1)


class Follower:
    """Follows the engine's changes in a thread of its own; a context manager.

    Attributes:
        lines: what came, in order; those without anything left out.
        known: the state they add up to.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ended = threading.Event()
        self.lines: list[dict[str, Any]] = []
        self.known: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        self._thread.join(timeout=10)  # an empty line comes every 5 s

    def end(self) -> None:
        """Take one line more at most."""
        self._ended.set()

    def _follow(self) -> None:
        for line in lines(self._settings):
            if line:
                self.lines.append(line)
                apply(self.known, copy.deepcopy(line))
            if self._ended.is_set():
                return

    def states(self, kind: str, name: str, read: Callable[[dict[str, Any]], object]) -> list[object]:
        """What was read of one part in the snapshot and after each change, without repetitions."""
        found: list[object] = []
        for line in list(self.lines):
            part = line.get(kind, {}).get(name) if line["type"] == "snapshot" else line.get("state")
            mine = line["type"] == "snapshot" or (line.get("kind"), line.get("name")) == (kind, name)
            if mine and part and (not found or read(part) != found[-1]):
                found.append(read(part))
        return found

    async def until(self, reached: Callable[[dict[str, Any]], bool], *, within: float = 10) -> None:
        """Wait until the state is as ``reached`` says."""
        end = time.monotonic() + within
        while not (self.known and reached(self.known)):
            assert time.monotonic() < end, self.lines[-5:]
            await asyncio.sleep(0.05)
