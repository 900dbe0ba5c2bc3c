"""A softphone's identity, and the configuration files baresip reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ivr.core.errors import UsageError

__all__ = ["Account", "render_config"]

_USER = re.compile(r"\A[+*#]?[A-Za-z0-9._-]{1,40}\Z")
_SECRET = re.compile(r"\A[A-Za-z0-9._~+/=-]{0,64}\Z")
_HOST = re.compile(r"\A[A-Za-z0-9.-]{1,60}\Z")
_DIALLED = re.compile(r"\A[A-Za-z0-9+*#._-]{1,60}\Z")
_URI = re.compile(r"\Asips?:[A-Za-z0-9+*%._-]{1,80}@[A-Za-z0-9.-]{1,60}(:[0-9]{1,5})?\Z")
_REPLACES = re.compile(
    r"\A[A-Za-z0-9@.!%*_+~-]{1,200};to-tag=[A-Za-z0-9.!%*_+~-]{1,80};from-tag=[A-Za-z0-9.!%*_+~-]{1,80}\Z"
)

#: Rates in Hz of the codecs a softphone may speak; both have 8-bit samples on the wire.
CODECS = {"pcmu": 8000, "pcma": 8000}


@dataclass(frozen=True, slots=True)
class Account:
    """Who a softphone is, and the server it talks to.

    Args:
        user: account name, or the caller's number.
        server_port: SIP port of the server.
        secret: password; without one the softphone never registers (a caller from outside).
        codec: ``pcmu`` or ``pcma``.
        authorities: PEM file of who vouches for the server; with one, the phone speaks SIP over TLS with it and its
            sound is encrypted (SRTP).

    Raises:
        UsageError: if a field holds characters that do not belong there.
    """

    user: str
    server_port: int
    secret: str = field(default="", repr=False)
    server_host: str = "127.0.0.1"
    codec: str = "pcmu"
    authorities: Path | None = None

    def __post_init__(self) -> None:
        for name, value, pattern in (
            ("user", self.user, _USER),
            ("secret", self.secret, _SECRET),
            ("server_host", self.server_host, _HOST),
        ):
            if not pattern.match(value):
                shown = "" if name == "secret" else f" {value!r:.60}"
                raise UsageError(f"softphone account: {name}{shown} holds characters it cannot have")
        if self.codec not in CODECS:
            raise UsageError(f"softphone account: codec {self.codec!r:.20}", cure=f"one of {', '.join(CODECS)}")
        if not 1 <= self.server_port <= 65535:
            raise UsageError(f"softphone account: port {self.server_port}", cure="1 to 65535")

    @property
    def rate(self) -> int:
        """Samples per second of what is said and heard."""
        return CODECS[self.codec]

    def line(self) -> str:
        """The account as baresip's ``uanew`` takes it."""
        server = f"{self.server_host}:{self.server_port}"
        transport = "udp" if self.authorities is None else "tls"
        aor = f"<sip:{quote(self.user, safe='+*')}@{server};transport={transport}>"
        line = f"{aor};audio_codecs={self.codec};dtmfmode=rtpevent"
        if self.authorities is not None:
            line += ";mediaenc=srtp-mand"
        if self.secret:
            return f"{line};auth_user={self.user};auth_pass={self.secret};regint=60"
        return f"{line};regint=0"

    def uri(self, target: str) -> str:
        """``target`` as a SIP URI: a URI unchanged, a number at this account's server.

        Raises:
            UsageError: if it is neither.
        """
        if _URI.match(target):
            return target
        if _DIALLED.match(target):
            carried = "" if self.authorities is None else ";transport=tls"
            return f"sip:{quote(target, safe='+*')}@{self.server_host}:{self.server_port}{carried}"
        raise UsageError(f"cannot dial {target!r:.60}", cure="a number (digits, + * #) or sip:user@host:port")

    def in_place_of(self, target: str, dialogue: str) -> str:
        """``target`` as what a REFER names for a call in the place of another (RFC 3891).

        Args:
            dialogue: the Replaces header's value: call id, to-tag and from-tag as the server sees them.

        Raises:
            UsageError: if either is not such.
        """
        if not _REPLACES.match(dialogue):
            raise UsageError(f"no dialogue to replace: {dialogue!r:.60}", cure="CALL-ID;to-tag=...;from-tag=...")
        return f"<{self.uri(target)}?Replaces={quote(dialogue, safe='')}>"


def render_config(
    *, host: str, sip_port: int, control_port: int, rtp_first: int, rtp_last: int, encrypted: bool = False
) -> str:
    """baresip's ``config``; every path in it is relative to the softphone's folder.

    ``encrypted`` takes the server's authorities from ``authorities.pem`` there.
    """
    secure = ("module srtp.so", "sip_cafile authorities.pem", "sip_verify_server yes") if encrypted else ()
    return "\n".join(
        (
            "poll_method epoll",
            f"sip_listen {host}:{sip_port}",
            f"net_interface {host}",
            "call_local_timeout 120",
            "call_max_calls 1",
            "module_path modules",
            "module g711.so",
            *secure,
            "module aufile.so",
            "module_tmp uuid.so",
            "module_tmp account.so",
            "module_app menu.so",
            "module_app ctrl_tcp.so",
            f"ctrl_tcp_listen {host}:{control_port}",
            "audio_source aufile,silence.wav",
            "audio_player aufile,heard.wav",
            "audio_alert aufile,alert.wav",
            "audio_level no",
            # Buffers on the hearing side: a phone that hears 0.2 s late has no holes in it on a loaded machine.
            "audio_buffer 100-300",
            "ausrc_format s16",
            "auplay_format s16",
            "auenc_format s16",
            "audec_format s16",
            f"rtp_ports {rtp_first}-{rtp_last}",
            "rtp_stats no",
            "jitter_buffer_delay 5-20",
            "menu_bell no",
            "ringback_disabled yes",
            "statmode_default off",
            "",
        )
    )
