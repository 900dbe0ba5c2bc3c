"""Listen and answer until told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ivr.console.context import Console
from ivr.console.knowledge.first import first_articles
from ivr.console.security import links, oidc, tls
from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.log import configure_logging, get_logger
from ivr.core.ready import Ready
from ivr.core.settings import Settings
from recording.vault.database import open_database

if TYPE_CHECKING:
    import uvicorn

log = get_logger("console")


async def serve(settings: Settings) -> None:
    """Answer browsers and programs until SIGTERM or SIGINT. Prints the address, and at first a link for the admin.

    Raises:
        SetupError: if the port is in use, or certificate or key cannot be read.
        UsageError: if passwords would go over a network in plain.
        StorageError: if the database cannot be opened.
    """
    # NiceGUI reads this when it is imported.
    os.environ["NICEGUI_STORAGE_PATH"] = str(settings.run / "nicegui")
    import uvicorn

    from ivr.console.app import application

    oidc.check(settings)
    secure, proxies = tls.options(settings), tls.trusted(settings)
    configure_logging(settings.logs / "console.log", level=settings.log_level)
    with listening(settings) as listener:
        async with open_database(settings) as database:
            console = Console.of(settings, database)
            app = application(console)
            link = await links.first_admin(database, settings, console.clock)
            await first_articles(database, console.clock)
            announce(settings, link)
            # What is there now stays: looking through it again and again would hold up answers.
            gc.collect()
            gc.freeze()
            gc.set_threshold(10_000, 10, 10)  # a look at everything takes up to half a second: seldom
            config = uvicorn.Config(
                app,
                host=settings.console_host,
                port=settings.console_port,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=",".join(proxies),
                timeout_graceful_shutdown=3,
                timeout_keep_alive=20,
                limit_concurrency=2000,
                h11_max_incomplete_event_size=64 << 10,
                ws_max_size=1 << 20,
                **secure,
            )
            server = uvicorn.Server(config)
            with Ready(settings.run / "console.ready"), told_to_stop(server):
                await server._serve([listener])  # serve() has handlers of signals of its own


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket browsers come to.

    Raises:
        SetupError: if the port is in use, or the address is not this machine's.
    """
    host, port = settings.console_host, settings.console_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named: else asyncio leaves Nagle's algorithm on, which holds up each answer's end for 40 ms.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError as error:
            busy = error.errno == errno.EADDRINUSE
            reason = Text("in use", "已被占用") if busy else Text(str(error.strerror), str(error.strerror))
            raise SetupError(
                Text(f"the console cannot listen on {host}:{port}: {reason.en}",
                     f"控制台无法监听 {host}:{port}：{reason.zh}"),
                cure=Text("stop what uses it, or set IVR_CONSOLE_PORT or IVR_CONSOLE_HOST",
                          "请停止占用它的程序，或设置 IVR_CONSOLE_PORT、IVR_CONSOLE_HOST"),
            ) from error  # fmt: skip
        yield listener


@contextmanager
def told_to_stop(server: uvicorn.Server) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the answering; a second one ends it at once."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, server.handle_exit, number, None)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def announce(settings: Settings, link: str) -> None:
    """Say where the console is; the link is shown here, and kept nowhere."""
    lines = [Text(f"console: {links.base_url(settings)}", f"控制台：{links.base_url(settings)}")]
    if link:
        lines.append(
            Text(
                f"the first admin chooses a password here, once, within 24 hours: {link}",
                f"首位管理员请在此设置密码（24 小时内一次有效）：{link}",
            )
        )
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
