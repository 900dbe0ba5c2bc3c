"""Listen and answer until told to stop."""

from __future__ import annotations

import os

from ivr.console.context import Console
from ivr.core.log import get_logger
from ivr.core.settings import Settings
from recording.vault.database import open_database

log = get_logger("console")


async def serve(settings: Settings) -> None:
    """Answer browsers and programs until SIGTERM or SIGINT.

    Raises:
        SetupError: if the port is in use, or certificate or key cannot be read.
        StorageError: if the database cannot be opened.
    """
    # NiceGUI reads this when it is imported.
    os.environ["NICEGUI_STORAGE_PATH"] = str(settings.run / "nicegui")
    import uvicorn

    from ivr.console.app import application

    async with open_database(settings) as database:
        console = Console.of(settings, database)
        config = uvicorn.Config(
            application(console),
            host=settings.console_host,
            port=settings.console_port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=3,
            ws_max_size=1 << 20,
        )
        await uvicorn.Server(config).serve()
