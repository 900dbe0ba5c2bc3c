"""A caller who writes his SIP by hand: what no well-behaved phone would send."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import socket
from types import TracebackType
from typing import Self


class RawCaller:
    """One INVITE dialogue over UDP on loopback, without sound; an async context manager.

    Args:
        port: SIP port of the line.
        user: user part of the request URI, percent-encoded where it must be.
        sender: the From header's value, as bytes go over the wire.
        host: loopback address it calls from.
        to: the To header's value, where it is another than the request URI.
        account: name and secret with which it answers a challenge (RFC 2617, MD5); nobody's if None.
    """

    def __init__(
        self,
        port: int,
        *,
        user: str = "1000",
        sender: bytes = b"<sip:139001@127.0.0.1>",
        host: str = "127.0.0.1",
        to: bytes = b"",
        account: tuple[str, str] | None = None,
    ) -> None:
        self._account = account
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._own = f"{host}:{self._socket.getsockname()[1]}"
        self._uri = f"sip:{user}@127.0.0.1:{port}".encode()
        self._target = self._uri
        self._sender = sender + b";tag=" + secrets.token_hex(4).encode()
        self._to = to or b"<" + self._uri + b">"
        self._call_id = secrets.token_hex(8)
        self._number = 0
        self._branch = ""
        self._challenge = b""
        self.in_call = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.in_call:
            await self.bye()
        self._socket.close()

    async def call(self, within: float = 5.0) -> int:
        """Call; the final status."""
        return await self.invite(within)

    async def invite(self, within: float = 5.0) -> int:
        """Send an INVITE, the first or another one, and acknowledge its answer; the final status."""
        self.send("INVITE", self._offer(), "application/sdp")
        code = await self.status(within)
        if code != 401 or self._account is None:
            return code
        self.send("INVITE", self._offer(), "application/sdp", self._authorization("INVITE"))
        return await self.status(within)

    @property
    def replaces(self) -> str:
        """The dialogue as the Replaces header of another names it to the line (RFC 3891)."""
        own, theirs = (re.search(rb";tag=([^;>\s]+)", header) for header in (self._sender, self._to))
        assert own is not None and theirs is not None
        return f"{self._call_id};to-tag={theirs[1].decode()};from-tag={own[1].decode()}"

    def send(self, method: str, body: bytes = b"", kind: str = "text/plain", more: bytes = b"") -> None:
        """Send a request of the dialogue."""
        self._number += 1
        self._branch = secrets.token_hex(8)
        self._write(method, self._number, self._branch, self._target, self._to, body, kind, more)

    async def bye(self) -> None:
        """Hang up."""
        self.in_call = False
        self.send("BYE")
        await self.status(2.0)

    async def status(self, within: float) -> int:
        """The final answer to the newest request; 0 if none came in time."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within):
                while True:
                    message = await loop.sock_recv(self._socket, 65_535)
                    code = int(message[8:11]) if message.startswith(b"SIP/2.0 ") else 0
                    sequence = re.search(rb"^CSeq: (\d+) (\w+)", message, re.MULTILINE)
                    if code < 200 or sequence is None or int(sequence[1]) != self._number:
                        continue
                    if code == 401:
                        self._challenge = message
                    if sequence[2] == b"INVITE":
                        self._acknowledge(code, message)
                    return code
        except TimeoutError:
            return 0

    def _acknowledge(self, code: int, message: bytes) -> None:
        to = re.search(rb"^To: (.*?)\r$", message, re.MULTILINE)
        contact = re.search(rb"^Contact: <([^>]+)>", message, re.MULTILINE)
        assert to is not None
        if code >= 300:
            self._write("ACK", self._number, self._branch, self._target, to[1])
            return
        assert contact is not None
        self.in_call, self._to, self._target = True, to[1], contact[1]
        self._write("ACK", self._number, secrets.token_hex(8), self._target, self._to)

    def _authorization(self, method: str) -> bytes:
        assert self._account is not None
        told = dict(
            re.findall(rb'(\w+)="([^"]*)"', self._challenge.partition(b"WWW-Authenticate: ")[2].split(b"\r\n")[0])
        )
        user, secret = (part.encode() for part in self._account)

        def md5(*parts: bytes) -> bytes:
            return hashlib.md5(b":".join(parts), usedforsecurity=False).hexdigest().encode()

        proof = md5(user, told[b"realm"], secret), md5(method.encode(), self._target)
        count, own = b"00000001", secrets.token_hex(8).encode()
        answer = md5(proof[0], told[b"nonce"], count, own, b"auth", proof[1])
        fields = {
            b"username": user, b"realm": told[b"realm"], b"nonce": told[b"nonce"], b"uri": self._target,
            b"response": answer, b"cnonce": own, b"opaque": told.get(b"opaque", b""),
        }  # fmt: skip
        given = b", ".join(name + b'="' + value + b'"' for name, value in fields.items())
        return b"Authorization: Digest " + given + b", algorithm=MD5, qop=auth, nc=" + count

    def _offer(self) -> bytes:
        return (
            f"v=0\r\no=c 1 {self._number + 1} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            "m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        ).encode()

    def _write(
        self,
        method: str,
        number: int,
        branch: str,
        target: bytes,
        to: bytes,
        body: bytes = b"",
        kind: str = "text/plain",
        more: bytes = b"",
    ) -> None:
        name = method.encode()
        lines = [
            name + b" " + target + b" SIP/2.0",
            f"Via: SIP/2.0/UDP {self._own};branch=z9hG4bK{branch};rport".encode(),
            b"From: " + self._sender,
            b"To: " + to,
            f"Call-ID: {self._call_id}".encode(),
            f"CSeq: {number} {method}".encode(),
            f"Contact: <sip:c@{self._own}>".encode(),
            b"Max-Forwards: 70",
            *([more] if more else []),
            f"Content-Type: {kind}".encode(),
            f"Content-Length: {len(body)}".encode(),
        ]
        self._socket.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)
