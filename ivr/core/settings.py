"""Settings of one installation: environment over file over default (prefix ``IVR_``)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "ivr"


def _default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "ivr"


class Settings(BaseSettings):
    """Where things are and on which ports they listen. Every field can be set as ``IVR_<NAME>``."""

    model_config = SettingsConfigDict(
        env_prefix="IVR_", env_file=".ivr.env", env_ignore_empty=True, extra="ignore", validate_default=True
    )

    home: Path = Field(default_factory=_default_home, description="directory of everything this installation writes")
    cache: Path = Field(default_factory=_default_cache, description="directory of downloads that can be made again")
    site: Path | None = Field(default=None, description="folder of the site's YAML; the demo site when not set")
    keys: Path | None = Field(default=None, description="folder of the keys recordings are sealed with; keys in home")
    database_url: str = Field(default="", description="SQLAlchemy async URL; SQLite in home when empty")
    host: str = Field(default="127.0.0.1", description="address every listener binds to")
    sip_port: int = Field(default=5060, ge=1, le=65535, description="Asterisk SIP, UDP and TCP")
    sip_tls_port: int = Field(default=5061, ge=1, le=65535, description="Asterisk SIP over TLS")
    sip_name: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)?$",
        description="name or address by which phones reach this machine; host when empty",
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="certificate of SIP over TLS, PEM; when not set, one that we sign ourselves",
    )
    tls_key: Path | None = Field(default=None, description="its private key, PEM")
    tls_authorities: Path | None = Field(
        default=None, description="certificates that vouch for a trunk's, PEM; those of the system when not set"
    )
    ami_port: int = Field(default=5038, ge=1, le=65535, description="Asterisk manager")
    agi_port: int = Field(default=4573, ge=1, le=65535, description="our FastAGI server")
    metrics_port: int = Field(default=0, ge=0, le=65535, description="figures for Prometheus; 0: none")
    rtp_start: int = Field(default=20000, ge=1024, le=65000, description="first RTP port")
    rtp_end: int = Field(default=20999, ge=1024, le=65535, description="last RTP port")
    vosk_model: Path | None = Field(default=None, description="folder of a Vosk model, before any other")
    qa_workers: int = Field(default=2, ge=1, le=64, description="transcription processes")
    qa_threads: int = Field(default=1, ge=1, le=64, description="threads in each of them; words repeat exactly with 1")
    qa_recycle: int = Field(default=200, ge=0, description="files after which such a process is replaced; 0: never")
    qa_executor: str = Field(
        default="local", description="where transcription runs: local, dask://host:port, tls://..."
    )
    qa_lease: int = Field(
        default=120, ge=5, le=3600, description="seconds a judging is its worker's without a heartbeat"
    )
    nightly: str = Field(
        default="03:30",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d|off)$",
        description="when `ivr up` checks recordings and deletes what is due, by the site's clocks; off",
    )
    keep_states: int = Field(
        default=400, ge=31, le=36_500, description="days agents' states are kept; figures of their time need them"
    )
    keep_alerts: int = Field(
        default=400, ge=1, le=36_500, description="days alerts and runs of reconciling are kept once they are over"
    )
    keep_logs: int = Field(default=30, ge=1, le=3650, description="days Asterisk's own logs are kept")
    log_limit: int = Field(
        default=2000, ge=10, le=1_000_000, description="MB one of Asterisk's logs may take with its older files"
    )
    alert_webhook: str = Field(
        default="", pattern=r"^(https?://[^\s]{1,2000})?$", description="web address told of alerts; none when empty"
    )
    alert_begins: int = Field(
        default=30, ge=0, le=3600, description="seconds after its start before the engine judges alert rules"
    )
    alert_recordings: int = Field(default=30, ge=1, le=3600, description="seconds between looks for missing recordings")
    alert_secret: SecretStr = Field(default=SecretStr(""), description="key of the signature of what is sent there")
    console: Literal["on", "off"] = Field(default="on", description="whether `ivr up` starts the console: on, off")
    console_host: str = Field(default="127.0.0.1", description="address the console binds to")
    console_port: int = Field(default=8080, ge=1, le=65535, description="the console: pages and REST API")
    console_url: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]{1,255})?$",
        description="address people open the console by, e.g. https://calls.example.org; from the request when empty",
    )
    console_hosts: str = Field(
        default="", description="names of this machine the console answers to, with commas; else addresses, localhost"
    )
    console_tls_certificate: Path | None = Field(default=None, description="certificate of the console, PEM")
    console_tls_key: Path | None = Field(default=None, description="its private key, PEM")
    console_trusted_proxies: str = Field(
        default="", description="addresses or networks of proxies whose X-Forwarded-For and -Proto hold, with commas"
    )
    console_idle: int = Field(default=8, ge=1, le=72, description="hours without use after which a login ends")
    console_session: int = Field(default=24, ge=1, le=720, description="hours after which a login ends in any case")
    oidc_issuer: str = Field(
        default="",
        pattern=r"^(https?://[^\s]{1,500})?$",
        description="address of the OpenID Connect issuer; none when empty",
    )
    oidc_client: str = Field(default="", description="client id of the console there")
    oidc_secret: SecretStr = Field(default=SecretStr(""), description="its secret; none for a public client")
    oidc_title: str = Field(default="OpenID Connect", description="what the button for it says")
    oidc_role_claim: str = Field(default="", description="claim that says the role; accounts must exist when empty")
    oidc_roles: str = Field(
        default="",
        description="which of its values is which role: value=role, with commas, e.g. cc-qa=qa,cc-lead=supervisor",
    )
    log_level: LogLevel = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(
        "home", "cache", "site", "keys", "vosk_model", "tls_certificate", "tls_key", "tls_authorities",
        "console_tls_certificate", "console_tls_key",
    )  # fmt: skip
    @classmethod
    def _expanded(cls, value: Path | None) -> Path | None:
        """``~`` and paths relative to here mean the same to every process that is started from elsewhere."""
        try:
            return None if value is None else value.expanduser().absolute()
        except RuntimeError as error:  # no such user
            raise ValueError(str(error)) from error

    @property
    def database(self) -> str:
        """The database URL in force."""
        path = str(self.home / "ivr.db").replace("%", "%25").replace("?", "%3F")
        return self.database_url or f"sqlite+aiosqlite:///{path}"

    @property
    def asterisk_dir(self) -> Path:
        """The Asterisk instance: etc, run, spool, log, db, keys."""
        return self.home / "asterisk"

    @property
    def sounds(self) -> Path:
        """The prompts Asterisk plays: the pack, the site's and a studio's in one, by version."""
        return self.home / "sounds"

    @property
    def recordings(self) -> Path:
        """One sound file per party, named by ids only."""
        return self.home / "recordings"

    @property
    def key_folder(self) -> Path:
        """Public keys of those who may open recordings, and the identity of this machine if it is one of them."""
        return self.keys or self.home / "keys"

    @property
    def spool(self) -> Path:
        """One small file per recording that has been closed; taken away when the ledger has it."""
        return self.home / "spool"

    @property
    def run(self) -> Path:
        """Process ids and the control socket."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """Our own log files."""
        return self.home / "log"

    @property
    def reports(self) -> Path:
        """HTML reports."""
        return self.home / "reports"

    @property
    def models(self) -> Path:
        """Vosk models that ``ivr model install`` fetched."""
        return self.cache / "models"
