"""How the console listens: plain HTTP on loopback alone, else HTTPS here or at a proxy."""

from __future__ import annotations

import ssl
from ipaddress import ip_address, ip_network
from typing import Any

from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings


def options(settings: Settings) -> dict[str, Any]:
    """What uvicorn is told of TLS.

    Raises:
        SetupError: if certificate or key are missing or do not fit each other.
        UsageError: if passwords would go over a network in plain.
    """
    certificate, key = settings.console_tls_certificate, settings.console_tls_key
    if certificate is None:
        if not is_loopback(settings.console_host) and not settings.console_trusted_proxies:
            raise UsageError(
                Text(
                    f"the console would listen on {settings.console_host} without TLS",
                    f"控制台将在 {settings.console_host} 上以明文监听",
                ),
                cure=Text(
                    "set IVR_CONSOLE_TLS_CERTIFICATE and IVR_CONSOLE_TLS_KEY; or have a proxy do it, and name it in"
                    " IVR_CONSOLE_TRUSTED_PROXIES; or listen on 127.0.0.1",
                    "请设置 IVR_CONSOLE_TLS_CERTIFICATE 与 IVR_CONSOLE_TLS_KEY；或由反向代理提供 TLS，并在"
                    " IVR_CONSOLE_TRUSTED_PROXIES 中登记；或监听 127.0.0.1",
                ),
            )
        return {}
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise SetupError(
            Text(f"certificate {certificate}: {error}", f"证书 {certificate}：{error}"),
            cure=Text(
                "give a certificate and its private key, both PEM, readable by this user",
                "请提供 PEM 格式且当前用户可读的证书与私钥",
            ),
        ) from error
    return {"ssl_certfile": str(certificate), "ssl_keyfile": None if key is None else str(key)}


def trusted(settings: Settings) -> list[str]:
    """Proxies whose forwarded headers hold.

    Raises:
        UsageError: if one of them is no address or network.
    """
    found = [one.strip() for one in settings.console_trusted_proxies.split(",") if one.strip()]
    for one in found:
        try:
            ip_network(one, strict=False)
        except ValueError:
            raise UsageError(
                Text(f"not an address or network: {one!r:.60}", f"不是地址或网段：{one!r:.60}"),
                cure=Text(
                    "IVR_CONSOLE_TRUSTED_PROXIES=127.0.0.1,10.1.0.0/16",
                    "IVR_CONSOLE_TRUSTED_PROXIES=127.0.0.1,10.1.0.0/16",
                ),
            ) from None
    return found


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


__all__ = ["is_loopback", "options", "trusted"]
