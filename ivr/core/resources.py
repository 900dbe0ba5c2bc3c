"""Where the data that travels with the code is, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import ivr
from ivr.core.errors import SetupError
from ivr.core.language import Text


def asterisk_conf() -> Path:
    """The folder of Asterisk configuration templates.

    Raises:
        SetupError: if the installation is incomplete.
    """
    package = Path(ivr.__file__).resolve().parent
    for folder in (package / "_data" / "asterisk-conf", package.parent / "asterisk-conf"):
        if (folder / "asterisk.conf.j2").is_file():
            return folder
    raise SetupError(
        Text("asterisk-conf templates are not installed", "未安装 asterisk-conf 模板"),
        cure=Text("install the wheel again", "请重新安装本软件包"),
    )
