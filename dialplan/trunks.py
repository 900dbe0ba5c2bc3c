"""Ways to the telephone network, who may reach the SIP port, and whom agents may hand a caller on to outside.

Passwords are no part of a site: they stand in the environment or in the installation's secrets file.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from dialplan.base import Digits, Model, Name
from dialplan.numbering import Numbering, PhoneNumber

Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$")]
# An IPv4 address, or a network of them; whether the figures make sense is checked apart.
Network = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?$")]
SipUser = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+._@-]{1,64}$")]
Transport = Literal["udp", "tcp", "tls"]
Codec = Literal["alaw", "ulaw", "g722"]

PRIVATE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


class Sip(Model):
    """Who may reach the SIP port, and how agents' phones speak to it."""

    agents: Transport = Field(
        default="udp", description="transport of agents' phones; with tls their sound is encrypted, too (SRTP)"
    )
    allow_plain: bool = Field(
        default=False, description="let agents' phones speak without encryption beyond this machine"
    )
    agents_from: list[Network] = Field(
        default=list(PRIVATE), description="networks agents' phones may be in", min_length=1
    )


class Trunk(Model):
    """A way to the telephone network, by name."""

    method: Literal["address", "register"] = Field(
        default="address", description="how the provider knows us: by our address, or because we log in to him"
    )
    host: Host = Field(description="the provider's address or host name")
    port: int | None = Field(default=None, ge=1, le=65535, description="his port; 5060, with tls 5061")
    transport: Transport = Field(default="udp", description="how SIP is carried")
    srtp: bool = Field(default=False, description="sound is encrypted (SRTP, keys by SDES)")
    codecs: list[Codec] = Field(default=["alaw", "ulaw"], description="codecs, the best first", min_length=1)
    addresses: list[Network] = Field(
        default_factory=list, description="addresses he calls from; those of his host when none is named"
    )
    qualify: int = Field(
        default=60, ge=0, le=3600, description="seconds between looks whether he is there; 0 where he answers none"
    )
    user: SipUser | None = Field(default=None, description="account name; its password is no part of the site")
    caller_id: PhoneNumber | None = Field(default=None, description="number shown to those called over it")
    numbers: dict[PhoneNumber, Digits] = Field(
        default_factory=dict, description="numbers that come in over it, each with its service number"
    )
    numbering: Numbering = Field(default=Numbering(), description="how numbers are written")

    @property
    def at(self) -> str:
        """The provider as ``host:port``."""
        return f"{self.host}:{self.port or (5061 if self.transport == 'tls' else 5060)}"


class Outside(Model):
    """Somebody outside to whom agents may hand a caller on, by the number they dial for it."""

    title: str = Field(default="", description="name shown to people", max_length=60)
    trunk: Name = Field(description="the trunk he is called over")
    number: PhoneNumber = Field(description="his telephone number, as that trunk takes it")


ANONYMOUS = "anonymous"
"""Asterisk's name of whoever calls in where ``anonymous_callers`` lets anybody."""


def endpoint(trunk: str) -> str:
    """Asterisk's name of a trunk, which no agent's can be: theirs are digits."""
    return f"trunk-{trunk}"


def dial(trunk: str, number: str) -> str:
    """The channel that calls ``number`` over a trunk, as Dial and Originate take it."""
    return f"PJSIP/{number}@{endpoint(trunk)}"


def network_of(text: str) -> ipaddress.IPv4Network | None:
    """An address or network; None if its figures make none, or bits of the host are set."""
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        return None


def addresses_of(trunk: Trunk) -> list[str]:
    """Where a trunk's calls come from."""
    return list(trunk.addresses) or [trunk.host]


__all__ = [
    "PRIVATE",
    "Outside",
    "Sip",
    "Transport",
    "Trunk",
    "addresses_of",
    "dial",
    "endpoint",
    "network_of",
]
