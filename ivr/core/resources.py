"""Where the data that travels with the code is, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import ivr
from ivr.core.errors import SetupError


def asterisk_conf() -> Path:
    """The folder of Asterisk configuration templates.

    Raises:
        SetupError: if the installation is incomplete.
    """
    package = Path(ivr.__file__).resolve().parent
    for folder in (package / "_data" / "asterisk-conf", package.parent / "asterisk-conf"):
        if (folder / "asterisk.conf.j2").is_file():
            return folder
    raise SetupError("asterisk-conf templates are not installed", cure="install the wheel again")
