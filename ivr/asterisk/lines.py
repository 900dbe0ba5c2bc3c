"""What the templates need of trunks and transports, as plain data; and what may not be open to a network at all."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from dialplan.model import Site
from dialplan.numbering import Rewrite, rewrites, spellings, too_long
from dialplan.trunks import Trunk, addresses_of, endpoint
from ivr.asterisk.secrets import Secrets, trunk_secret, trunk_variable
from ivr.core.errors import AsteriskError, SetupError
from ivr.core.language import Text
from ivr.core.settings import Settings

# Where systems keep the certificates they trust.
_AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True, slots=True)
class TrunkLine:
    """A trunk as it is rendered.

    Args:
        name: in the site.
        endpoint: Asterisk's name of it.
        trunk: its settings.
        uri: the provider as a SIP URI, semicolons escaped.
        addresses: where calls come from.
        called: every way of writing a number that comes in, with its service number.
        rules, plan: how callers' numbers are rewritten, in two rounds.
        longest: characters of which no number has more.
        secret: the account's password.
    """

    name: str
    endpoint: str
    trunk: Trunk
    uri: str
    addresses: list[str]
    called: dict[str, str]
    rules: tuple[Rewrite, ...]
    plan: tuple[Rewrite, ...]
    longest: int
    secret: str = field(repr=False)


def trunk_lines(site: Site, secrets: Secrets) -> list[TrunkLine]:
    """The trunks of a site, by name.

    Raises:
        SetupError: if the password of an account is missing.
    """
    found = []
    for name, trunk in sorted(site.trunks.items()):
        secret = trunk_secret(secrets, name)
        if trunk.user is not None and not secret:
            raise SetupError(
                Text(f"trunk {name} has no password", f"中继 {name} 没有密码"),
                cure=Text(
                    f"run `ivr trunks secret {name}`, or set {trunk_variable(name)}",
                    f"请运行 `ivr trunks secret {name}`，或设置 {trunk_variable(name)}",
                ),
            )
        called: dict[str, str] = {}
        for number, service in trunk.numbers.items():
            for written in spellings(number, trunk.numbering):
                called.setdefault(written, service)
        carried = "" if trunk.transport == "udp" else f"\\;transport={trunk.transport}"
        found.append(
            TrunkLine(
                name=name,
                endpoint=endpoint(name),
                trunk=trunk,
                uri=f"sip:{trunk.at}{carried}",
                addresses=addresses_of(trunk),
                called=called,
                rules=tuple(trunk.numbering.rules),
                plan=rewrites(trunk.numbering),
                longest=too_long(trunk.numbering),
                secret=secret,
            )
        )
    return found


def transports(site: Site) -> set[str]:
    """The transports that somebody uses: udp, tcp, tls."""
    used = {trunk.transport for trunk in site.trunks.values()} | {site.sip.agents}
    return {*used, "udp"} if site.anonymous_callers else set(used)


def beyond_this_machine(settings: Settings) -> bool:
    """Whether the SIP port is open to a network."""
    try:
        return not ipaddress.IPv4Address(settings.host).is_loopback
    except ValueError:
        return settings.host != "localhost"


def check_exposure(site: Site, settings: Settings) -> None:
    """Refuse what only a machine by itself may do.

    Raises:
        AsteriskError: anonymous callers, or agents' phones without encryption, on an address of a network.
    """
    if not beyond_this_machine(settings):
        return
    if site.anonymous_callers:
        raise AsteriskError(
            Text(
                f"anonymous_callers: true on {settings.host} would let anybody in that network call in",
                f"在 {settings.host} 上设置 anonymous_callers: true 会允许网络中任何人呼入",
            ),
            cure=Text(
                "remove it from site.yaml and name the provider in trunks.yaml, or keep IVR_HOST on 127.0.0.1",
                "请从 site.yaml 中删除并在 trunks.yaml 中填写运营商，或将 IVR_HOST 保持为 127.0.0.1",
            ),
        )
    if site.agents and site.sip.agents != "tls" and not site.sip.allow_plain:
        raise AsteriskError(
            Text(
                f"agents' phones would speak over {settings.host} without encryption",
                f"坐席话机将在 {settings.host} 上不加密通信",
            ),
            cure=Text(
                "write `sip: {agents: tls}` in site.yaml; `allow_plain: true` there permits it (a closed network only)",
                "请在 site.yaml 中写 `sip: {agents: tls}`；封闭网络可写 `allow_plain: true`",
            ),
        )


def authorities(settings: Settings) -> Path | None:
    """The certificates that vouch for a provider's; None where the system has none."""
    if settings.tls_authorities is not None:
        return settings.tls_authorities
    return next((Path(path) for path in _AUTHORITIES if Path(path).is_file()), None)


__all__ = ["TrunkLine", "authorities", "beyond_this_machine", "check_exposure", "transports", "trunk_lines"]
