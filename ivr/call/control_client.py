"""The engine that runs here, asked over its control socket and waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ivr.asterisk.layout import control_socket
from ivr.core.errors import IvrError, SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    import httpx

LIMIT = 15.0  # seconds
CONNECT = 2.0  # seconds


def ask(settings: Settings, path: str, body: dict[str, Any], *, method: str = "POST") -> dict[str, Any]:
    """Ask the engine.

    Raises:
        SetupError: if no engine answers there.
        UsageError: if it calls the request wrong.
        IvrError: if it cannot do it.
    """
    with connected(settings, limit=LIMIT) as client:
        answer = client.request(method, path, json=body)
        found: dict[str, Any] = answer.json()
    return accepted(answer, found)


def accepted(answer: httpx.Response, found: dict[str, Any]) -> dict[str, Any]:
    """What the engine has answered, ``found`` in ``answer``.

    Raises:
        UsageError: if it calls the request wrong.
        IvrError: if it cannot do it.
    """
    if answer.is_success:
        return found
    kind = UsageError if answer.status_code in {400, 404} else IvrError
    raise kind(str(found.get("error", "")), cure=str(found.get("cure", "")))


@contextmanager
def connected(settings: Settings, *, limit: float) -> Iterator[httpx.Client]:
    """A client of the engine.

    Args:
        limit: seconds without a byte after which it is taken for gone.

    Raises:
        SetupError: if no engine answers, or what it says is no JSON.
    """
    import httpx

    socket = control_socket(settings)
    if not socket.exists():
        raise no_engine(settings)
    try:
        transport = httpx.HTTPTransport(uds=str(socket))
        with httpx.Client(transport=transport, timeout=limit, base_url="http://engine") as client:
            yield client
    except (httpx.HTTPError, ValueError) as error:
        raise no_engine(settings) from error


def no_engine(settings: Settings) -> SetupError:
    """That no engine answers."""
    socket = control_socket(settings)
    return SetupError(
        Text(f"no engine answers at {socket}", f"没有引擎在 {socket} 应答"),
        cure=Text("start it: ivr up, or ivr serve", "请启动：ivr up 或 ivr serve"),
    )


def ask_if_there(settings: Settings, path: str, *, method: str) -> Mapping[str, Any] | None:
    """The engine's answer; None if none runs here.

    Raises:
        IvrError: if it does not answer in time, or refuses.
    """
    import socket

    with socket.socket(socket.AF_UNIX) as tried:
        tried.settimeout(CONNECT)
        try:
            tried.connect(str(control_socket(settings)))
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):  # never there, or killed
            return None
        except OSError:  # it is there and does not answer: let that be told
            pass
    return ask(settings, path, {}, method=method)


__all__ = ["LIMIT", "accepted", "ask", "ask_if_there", "connected", "no_engine"]
