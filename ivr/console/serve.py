"""Listen and answer until told to stop."""

from __future__ import annotations

import os
import sys

from ivr.console.context import Console
from ivr.console.security import links, tls
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.core.settings import Settings
from recording.vault.database import open_database

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

    secure, proxies = tls.options(settings), tls.trusted(settings)
    async with open_database(settings) as database:
        console = Console.of(settings, database)
        app = application(console)
        link = await links.first_admin(database, settings, console.clock)
        announce(settings, link)
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
        await uvicorn.Server(config).serve()


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
