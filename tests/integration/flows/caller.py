"""A SIP caller that costs next to nothing, so that dozens call at once: silence as sound, keys by RFC 4733."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import socket
import struct
import time
from collections import deque
from types import TracebackType
from typing import Self

FRAME = 0.02  # seconds
SILENCE = b"\xff" * 160
EVENTS = "0123456789*#"
KEY_FRAMES, END_FRAMES, GAP_FRAMES = 5, 3, 5
RTP_EVENT = 101


class Caller(asyncio.DatagramProtocol):
    """One call over UDP on loopback; an async context manager.

    Args:
        port: SIP port of the line.
        number: the caller's own number.

    Attributes:
        over: set when the call has ended, whoever ended it.
        hung_up: whether the line ended it.
    """

    def __init__(self, port: int, number: str) -> None:
        self.number = number
        self.over = asyncio.Event()
        self.hung_up = False
        self._port = port
        self._final: asyncio.Future[tuple[int, bytes]] | None = None
        self._sequence = 0
        self._call_id = secrets.token_hex(8)
        self._tag = secrets.token_hex(4)
        self._sent: dict[str, bytes] = {}
        self._to = self._target = b""
        self._in_call = False
        self._sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sound.bind(("127.0.0.1", 0))
        self._sound.setblocking(False)
        self._ssrc = secrets.randbits(32)
        self._rtp, self._stamp = secrets.randbits(15), 0
        self._keys: deque[tuple[int, bytes] | None] = deque()  # marker and payload of an event, None for a gap
        self._key_stamp = 0

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._wire, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=("127.0.0.1", self._port))
        host, port = self._wire.get_extra_info("sockname")[:2]
        self._own = f"{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(TimeoutError):
            await self.hang_up()
        self._wire.close()
        self._sound.close()

    async def call(self, number: str, *, within: float = 20.0) -> int:
        """Call and wait for the answer; the final status."""
        uri = f"sip:{number}@127.0.0.1:{self._port}".encode()
        self._to, self._target = b"<" + uri + b">", uri
        code, message = await self._ask("INVITE", self._offer(), within)
        to = re.search(rb"^To: (.*?)\r$", message, re.MULTILINE)
        contact = re.search(rb"^Contact: <([^>]+)>", message, re.MULTILINE)
        remote = re.search(rb"^m=audio (\d+)", message, re.MULTILINE)
        assert to is not None
        self._to = to[1]
        if code == 200:
            assert contact is not None
            assert remote is not None
            self._target = contact[1]
            self._sound.connect(("127.0.0.1", int(remote[1])))
            self._in_call = True
        self._write("ACK", self._sequence)
        return code

    def press(self, keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            event = EVENTS.index(key)
            for number in range(1, KEY_FRAMES + 1):
                self._keys.append((number == 1, struct.pack("!BBH", event, 10, number * 160)))
            self._keys.extend([(0, struct.pack("!BBH", event, 0x80 | 10, (KEY_FRAMES + 1) * 160))] * END_FRAMES)
            self._keys.extend([None] * GAP_FRAMES)

    async def hang_up(self, *, within: float = 5.0) -> None:
        """End the call, if it goes on."""
        if self._in_call:
            self._in_call = False
            await self._ask("BYE", b"", within)
            self.over.set()

    def tick(self) -> None:
        """Send one frame of sound."""
        if not self._in_call:
            return
        key = self._keys.popleft() if self._keys else None
        self._stamp += 160
        if key is None:
            head, payload, stamp = 0, SILENCE, self._stamp
        else:
            marker, payload = key
            self._key_stamp = self._stamp if marker else self._key_stamp
            head, stamp = RTP_EVENT | (0x80 if marker else 0), self._key_stamp
        self._rtp = (self._rtp + 1) & 0xFFFF
        with contextlib.suppress(OSError):  # the line has closed its port, or is slow
            self._sound.send(struct.pack("!BBHII", 0x80, head, self._rtp, stamp, self._ssrc) + payload)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Take what the line sends: answers to our requests, and requests of its own."""
        if not data.startswith(b"SIP/2.0 "):
            self._answer(data)
            return
        code = int(data[8:11])
        sequence = re.search(rb"^CSeq: (\d+)", data, re.MULTILINE)
        asked = self._final is not None and not self._final.done() and sequence is not None
        if code >= 200 and asked and sequence is not None and int(sequence[1]) == self._sequence:
            assert self._final is not None
            self._final.set_result((code, data))

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there any more."""
        self.over.set()

    def _answer(self, request: bytes) -> None:
        method = request.split(b" ", 1)[0]
        if method == b"ACK":
            return
        wanted = (b"Via", b"From", b"To", b"Call-ID", b"CSeq")
        kept = [line for line in request.split(b"\r\n") if line.split(b":", 1)[0] in wanted]
        contact = f"Contact: <sip:{self.number}@{self._own}>".encode()
        body = self._offer() if method in (b"INVITE", b"UPDATE") else b""
        kind = [b"Content-Type: application/sdp"] if body else []
        lines = [b"SIP/2.0 200 OK", *kept, contact, *kind, f"Content-Length: {len(body)}".encode()]
        self._wire.sendto(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        if method == b"BYE":
            self.hung_up, self._in_call = True, False
            self.over.set()

    async def _ask(self, method: str, body: bytes, within: float) -> tuple[int, bytes]:
        """Send a request until it is answered (RFC 3261, timers A and E)."""
        self._sequence += 1
        self._final = asyncio.get_running_loop().create_future()
        branch, wait, until = secrets.token_hex(8), 0.5, time.monotonic() + within
        while True:
            self._write(method, self._sequence, body, branch)
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{method} not answered")
            # an INVITE is not sent again once it has been heard: loopback loses nothing but what is not listened to
            found, _ = await asyncio.wait({self._final}, timeout=min(wait, left) if method == "BYE" else left)
            if found:
                return self._final.result()
            wait *= 2

    def _offer(self) -> bytes:
        port = self._sound.getsockname()[1]
        return (
            "v=0\r\no=c 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0 {RTP_EVENT}\r\na=rtpmap:0 PCMU/8000\r\n"
            f"a=rtpmap:{RTP_EVENT} telephone-event/8000\r\na=fmtp:{RTP_EVENT} 0-15\r\n"
        ).encode()

    def _write(self, method: str, sequence: int, body: bytes = b"", branch: str = "") -> None:
        lines = [
            method.encode() + b" " + self._target + b" SIP/2.0",
            f"Via: SIP/2.0/UDP {self._own};branch=z9hG4bK{branch or secrets.token_hex(8)};rport".encode(),
            f"From: <sip:{self.number}@127.0.0.1>;tag={self._tag}".encode(),
            b"To: " + self._to,
            f"Call-ID: {self._call_id}".encode(),
            f"CSeq: {sequence} {method}".encode(),
            f"Contact: <sip:{self.number}@{self._own}>".encode(),
            b"Max-Forwards: 70",
            *([b"Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}".encode(),
        ]
        self._wire.sendto(b"\r\n".join(lines) + b"\r\n\r\n" + body)


class Pacer:
    """The clock of all callers' sound: one task for all of them."""

    def __init__(self) -> None:
        self.callers: set[Caller] = set()

    async def run(self) -> None:
        """Have every caller send a frame each 20 ms; a machine that falls behind sends later, not less."""
        due = time.monotonic()
        while True:
            for caller in tuple(self.callers):
                caller.tick()
            due = max(due + FRAME, time.monotonic() - 0.2)
            await asyncio.sleep(max(0.0, due - time.monotonic()))


__all__ = ["Caller", "Pacer"]
