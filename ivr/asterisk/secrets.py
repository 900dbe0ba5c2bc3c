"""Passwords between our own machines: made once, kept in one file that only its owner can read."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.core.errors import SetupError
from ivr.core.ids import new_secret
from ivr.core.language import Text
from ivr.core.settings import Settings

AMI_USER = "ivr"


class Secrets(BaseModel):
    """The manager's password, and one for each agent's softphone, by agent id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ami: str = Field(default_factory=new_secret, repr=False)
    agents: dict[str, str] = Field(default_factory=dict, repr=False)


def secrets_file(settings: Settings) -> Path:
    """Where the secrets are kept."""
    return settings.home / "secrets.json"


def load_secrets(settings: Settings) -> Secrets:
    """The secrets as they are.

    Raises:
        SetupError: if there are none yet, or the file cannot be understood.
    """
    path = secrets_file(settings)
    try:
        return Secrets.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise SetupError(
            Text(f"{path} does not exist", f"{path} 不存在"),
            cure=Text("run `ivr asterisk render`", "请运行 `ivr asterisk render`"),
        ) from None
    except (OSError, ValidationError) as error:
        known = error.strerror if isinstance(error, OSError) else None
        reason = Text(known, known) if known else Text("not the secrets we wrote", "内容不是本程序生成的密钥")
        raise SetupError(
            Text(f"{path}: {reason.en}", f"{path}：{reason.zh}"),
            cure=Text("delete it and run `ivr asterisk render`", "请删除该文件后运行 `ivr asterisk render`"),
        ) from None


def ensure_secrets(settings: Settings, agents: Iterable[str]) -> Secrets:
    """The secrets, with one added for every agent who has none yet. An agent who left keeps his.

    Raises:
        SetupError: if the file cannot be understood.
    """
    path = secrets_file(settings)
    have = load_secrets(settings) if path.exists() else None
    known = dict(have.agents) if have else {}
    missing = [agent for agent in agents if agent not in known]
    if have and not missing:
        return have
    known.update((agent, new_secret()) for agent in missing)
    secrets = Secrets(ami=have.ami, agents=known) if have else Secrets(agents=known)
    write_private(path, json.dumps(secrets.model_dump(), indent=1, sort_keys=True) + "\n")
    return secrets


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file whole or not at all, readable by its owner only unless ``mode`` says otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


__all__ = ["AMI_USER", "Secrets", "ensure_secrets", "load_secrets", "secrets_file", "write_private"]
