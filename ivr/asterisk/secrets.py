"""Passwords between our own machines: made once, kept in one file that only its owner can read."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.core.errors import SetupError, UsageError
from ivr.core.ids import new_secret
from ivr.core.language import Text
from ivr.core.settings import Settings

AMI_USER = "ivr"
LONGEST_SECRET = 128


class Secrets(BaseModel):
    """The manager's password, one for each agent's softphone by agent id, and those of trunks by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ami: str = Field(default_factory=new_secret, repr=False)
    agents: dict[str, str] = Field(default_factory=dict, repr=False)
    trunks: dict[str, str] = Field(default_factory=dict, repr=False)


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
    secrets = have.model_copy(update={"agents": known}) if have else Secrets(agents=known)
    _keep(path, secrets)
    return secrets


def forget_agent(settings: Settings, agent: str) -> bool:
    """Take an agent's password away, so that one of the same name gets another; whether there was one.

    Raises:
        SetupError: if the file cannot be understood.
    """
    path = secrets_file(settings)
    if not path.exists():
        return False
    have = load_secrets(settings)
    left = {name: secret for name, secret in have.agents.items() if name != agent}
    if len(left) == len(have.agents):
        return False
    _keep(path, have.model_copy(update={"agents": left}))
    return True


def keep_trunk_secret(settings: Settings, trunk: str, secret: str) -> None:
    """Keep the password a provider gave us; an empty one is forgotten.

    Raises:
        UsageError: if it holds what cannot stand in Asterisk's configuration.
        SetupError: if the file cannot be understood.
    """
    if secret and not fits_conf(secret):
        raise UsageError(
            Text("not a password of printable ASCII without blanks at its ends or # or > before it",
                 "密码须为可打印的 ASCII 字符，首尾不得有空白，且不得以 # 或 > 开头"),
            cure=Text("ask the provider for another", "请向运营商另要一个"),
        )  # fmt: skip
    path = secrets_file(settings)
    have = load_secrets(settings) if path.exists() else Secrets()
    kept = {name: value for name, value in have.trunks.items() if name != trunk}
    _keep(path, have.model_copy(update={"trunks": kept | ({trunk: secret} if secret else {})}))


def fits_conf(secret: str) -> bool:
    """Whether a password that others have chosen can be a value of a .conf file."""
    return (
        len(secret) <= LONGEST_SECRET
        and secret.isascii()
        and secret.isprintable()
        and secret.strip() == secret
        and not secret.startswith(("#", ">"))
    )


def trunk_variable(trunk: str) -> str:
    """The environment variable that holds a trunk's password, before the file."""
    return f"IVR_TRUNK_{trunk.upper().replace('-', '_')}_SECRET"


def trunk_secret(secrets: Secrets, trunk: str, environment: Mapping[str, str] | None = None) -> str:
    """A trunk's password; empty if there is none."""
    env = os.environ if environment is None else environment
    return env.get(trunk_variable(trunk)) or secrets.trunks.get(trunk, "")


def _keep(path: Path, secrets: Secrets) -> None:
    write_private(path, json.dumps(secrets.model_dump(), indent=1, sort_keys=True) + "\n")


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


__all__ = [
    "AMI_USER",
    "Secrets",
    "ensure_secrets",
    "fits_conf",
    "forget_agent",
    "keep_trunk_secret",
    "load_secrets",
    "secrets_file",
    "trunk_secret",
    "trunk_variable",
    "write_private",
]
