"""A site whose agents' phones must encrypt, with a plain transport open for others: a phone that uses that one."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
import time
from types import TracebackType
from typing import Self

import pytest

from ivr.asterisk.secrets import load_secrets
from tests.integration.asterisk.test_logs import tell
from tests.integration.conftest import StartAsterisk
from tests.unit.asterisk.sites import small_site

pytestmark = pytest.mark.integration

# Encrypted sound as it is asked for, its key for all to read.
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/SAVP 0\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
)


class PlainPhone:
    """An agent's phone, its secret and all, over UDP; one request at a time."""

    def __init__(self, user: str, secret: str, port: int) -> None:
        self.user, self.secret = user, secret
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.1", 0))
        self.line.connect(("127.0.0.1", port))
        self.own = f"127.0.0.1:{self.line.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.line.close()

    def ask(self, method: str, uri: str, body: str = "") -> int:
        """Send a request, answer the challenge; the final status."""
        call, tag = secrets.token_hex(8), secrets.token_hex(4)
        more = ""
        for number in (1, 2):
            message = (
                f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.own};rport;branch=z9hG4bK{secrets.token_hex(6)}\r\n"
                f"From: <sip:{self.user}@127.0.0.1>;tag={tag}\r\nTo: <sip:{self.user}@127.0.0.1>\r\nCall-ID: {call}\r\n"
                f"CSeq: {number} {method}\r\nContact: <sip:{self.user}@{self.own}>\r\nMax-Forwards: 70\r\n{more}"
                f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            )
            self.line.send(message.encode())
            answer = self._final(f"CSeq: {number} {method}")
            if int(answer[8:11]) != 401:
                break
            more = self._authorization(method, uri, answer)
        return int(answer[8:11])

    def asked(self) -> list[str]:
        """Methods of the requests that have come, as far as nobody read them."""
        found = []
        self.line.settimeout(0.05)
        try:
            while True:
                found.append(self.line.recv(65_535).decode().split(" ")[0])
        except TimeoutError:
            return [one for one in found if one != "SIP/2.0"]

    def _final(self, sequence: str) -> str:
        end = time.monotonic() + 10
        self.line.settimeout(10)
        while time.monotonic() < end:
            answer = self.line.recv(65_535).decode()
            if answer.startswith("SIP/2.0 ") and int(answer[8:11]) >= 200 and sequence in answer:
                return answer
        raise TimeoutError(sequence)

    def _authorization(self, method: str, uri: str, answer: str) -> str:
        """RFC 2617 with quality of protection."""
        asked = dict(re.findall(r'(realm|nonce|opaque)="([^"]+)"', answer))
        digest = [f"{self.user}:{asked['realm']}:{self.secret}", f"{method}:{uri}"]
        first, last = (hashlib.md5(one.encode()).hexdigest() for one in digest)
        made = hashlib.md5(f"{first}:{asked['nonce']}:00000001:c:auth:{last}".encode()).hexdigest()
        opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
        return (
            f'Authorization: Digest username="{self.user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{made}", qop=auth, nc=00000001, cnonce="c"{opaque}\r\n'
        )


@pytest.mark.parametrize("encrypted", [True, False])
def test_it_is_neither_reached_nor_let_in(encrypted: bool, asterisk_instance: StartAsterisk) -> None:
    site = small_site(sip={"agents": "tls" if encrypted else "udp"})  # and anonymous callers over UDP
    name, agent = next(iter(site.agents.items()))
    instance = asterisk_instance(site)
    server = f"127.0.0.1:{instance.settings.sip_port}"
    ring = {"Action": "Originate", "Channel": f"PJSIP/{agent.extension}", "Application": "Wait", "Data": "0"}
    with PlainPhone(agent.extension, load_secrets(instance.settings).agents[name], instance.settings.sip_port) as phone:
        assert phone.ask("REGISTER", f"sip:{server}") == 200
        tell(instance, {**ring, "Timeout": "500"})
        assert ("INVITE" in phone.asked()) is not encrypted
        if encrypted:
            assert phone.ask("INVITE", f"sip:*45@{server}", OFFER) == 403
            assert f"PJSIP/{agent.extension}" not in instance.run_cli("queue show")
            assert "Avail" not in instance.run_cli("pjsip show contacts")
