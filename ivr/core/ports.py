"""Whether a port can be listened on, asked by trying it."""

from __future__ import annotations

import socket

UDP = socket.SOCK_DGRAM
TCP = socket.SOCK_STREAM


def try_port(kind: socket.SocketKind, host: str, port: int) -> None:
    """Bind a port and let it go again; a TCP port in TIME_WAIT counts as free.

    Args:
        kind: ``UDP`` or ``TCP``.

    Raises:
        OSError: as the system says why not: EADDRINUSE, EADDRNOTAVAIL, EACCES...
    """
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == TCP:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        if kind == TCP:
            probe.listen(1)


def is_free(kind: socket.SocketKind, host: str, port: int) -> bool:
    """Whether a port could be listened on now."""
    try:
        try_port(kind, host, port)
    except OSError:
        return False
    return True
