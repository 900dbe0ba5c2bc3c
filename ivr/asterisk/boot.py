"""Before and while Asterisk comes up: are its ports free, has it fully booted."""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Callable, Collection

from ivr.asterisk.layout import ami_host
from ivr.asterisk.secrets import AMI_USER, Secrets
from ivr.core.errors import AsteriskError
from ivr.core.language import Text
from ivr.core.ports import TCP, UDP, try_port
from ivr.core.settings import Settings

_POLL = 0.05  # seconds between attempts to reach the manager


def check_ports(settings: Settings, protocols: Collection[str] = ("udp",)) -> None:
    """Make sure the SIP and manager ports can be had.

    Args:
        protocols: the transports of SIP that are configured: udp, tcp, tls.

    Raises:
        AsteriskError: naming the port and the setting that moves it.
    """
    for protocol, kind in (("udp", UDP), ("tcp", TCP)):
        if protocol in protocols:
            _try_bind(kind, settings.host, settings.sip_port, "SIP", "IVR_SIP_PORT")
    if "tls" in protocols:
        _try_bind(TCP, settings.host, settings.sip_tls_port, "SIP (TLS)", "IVR_SIP_TLS_PORT")
    _try_bind(TCP, ami_host(settings), settings.ami_port, "manager (AMI)", "IVR_AMI_PORT")


def _try_bind(kind: socket.SocketKind, host: str, port: int, what: str, setting: str) -> None:
    protocol = "UDP" if kind == UDP else "TCP"
    try:
        try_port(kind, host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            cure = Text(
                f"end what uses it (another Asterisk?), or set {setting} to a free port",
                f"请停止占用它的程序（另一个 Asterisk？），或将 {setting} 设为空闲端口",
            )
            raise AsteriskError(
                Text(
                    f"{protocol} port {port} on {host} is in use, Asterisk needs it for {what}",
                    f"{host} 的 {protocol} 端口 {port} 已被占用，Asterisk 的 {what} 需要它",
                ),
                cure=cure,
            ) from error
        if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
            raise AsteriskError(
                Text(f"{host} is not an address of this machine", f"{host} 不是本机地址"),
                cure=Text("set IVR_HOST to one", "请将 IVR_HOST 设为本机地址"),
            ) from error
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise AsteriskError(
            Text(
                f"{protocol} port {port} on {host} for {what}: {reason}",
                f"{host} 的 {protocol} 端口 {port}（{what}）：{reason}",
            ),
            cure=Text(f"set {setting} to a port above 1023", f"请将 {setting} 设为大于 1023 的端口"),
        ) from error


def wait_fully_booted(settings: Settings, secrets: Secrets, *, limit: float, alive: Callable[[], bool]) -> bool:
    """Log in to the manager and wait for FullyBooted.

    Args:
        settings: where the manager listens.
        secrets: with the manager's password.
        limit: seconds to wait at most.
        alive: whether Asterisk still runs; asked between attempts.

    Returns:
        False when the time ran out or Asterisk ended.
    """
    end = time.monotonic() + limit
    while time.monotonic() < end and alive():
        try:
            if _manager_says_booted(settings, secrets, end, alive):
                return True
        except OSError:
            pass  # not listening yet
        time.sleep(_POLL)
    return False


def _manager_says_booted(settings: Settings, secrets: Secrets, end: float, alive: Callable[[], bool]) -> bool:
    login = f"Action: Login\r\nUsername: {AMI_USER}\r\nSecret: {secrets.ami}\r\nEvents: system\r\n\r\n"
    with socket.create_connection((ami_host(settings), settings.ami_port), timeout=1.0) as link:
        link.sendall(login.encode())
        said = b""
        while time.monotonic() < end and alive():
            try:
                piece = link.recv(4096)
            except TimeoutError:
                continue
            if not piece:
                return False
            said = (said + piece)[-65536:]
            if b"Event: FullyBooted" in said:
                link.sendall(b"Action: Logoff\r\n\r\n")
                return True
            if b"Response: Error" in said:
                raise AsteriskError(
                    Text("the manager refuses our password", "管理接口（AMI）拒绝了我们的密码"),
                    cure=Text("run `ivr asterisk render`, then start again", "请运行 `ivr asterisk render` 后重新启动"),
                )
    return False


__all__ = ["check_ports", "wait_fully_booted"]
