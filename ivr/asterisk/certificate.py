"""The certificate of SIP over TLS: the installation's own, or one signed by ourselves where none is named."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ivr.asterisk.secrets import write_private
from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.settings import Settings

VALID = timedelta(days=825)
RENEW = timedelta(days=30)  # before its end
BACKDATED = timedelta(days=1)  # phones' clocks are not exact


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files Asterisk reads.

    Args:
        certificate, key: PEM files.
        own: whether we signed it ourselves, so that phones must be told to trust it.
    """

    certificate: Path
    key: Path
    own: bool


def paths(settings: Settings, keys: Path) -> Certificate:
    """Where the files are; those of our own lie in ``keys``.

    Raises:
        SetupError: if only one of the two is named.
    """
    named = (settings.tls_certificate, settings.tls_key)
    if named[0] is not None and named[1] is not None:
        return Certificate(named[0], named[1], own=False)
    if any(named):
        raise SetupError(
            Text("a certificate needs its key, and a key its certificate", "证书和私钥须同时设置"),
            cure=Text("set both IVR_TLS_CERTIFICATE and IVR_TLS_KEY", "请同时设置 IVR_TLS_CERTIFICATE 和 IVR_TLS_KEY"),
        )
    return Certificate(keys / "sip.crt", keys / "sip.key", own=True)


def names_of(settings: Settings) -> list[str]:
    """The names and addresses by which phones reach us."""
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104 - compared, not bound
    return list(dict.fromkeys(name for name in (settings.sip_name, host) if name))


def until(found: Certificate) -> datetime | None:
    """When the certificate ends; None if it cannot be read."""
    try:
        return x509.load_pem_x509_certificate(found.certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None


def ensure(settings: Settings, keys: Path, now: datetime) -> Certificate:
    """The certificate, made if it is ours to make and missing, for other names, or near its end.

    Raises:
        SetupError: if named files cannot be read, do not belong together, or have ended.
    """
    found = paths(settings, keys)
    if not found.own:
        _look(found, now)
    elif not _good(found, names_of(settings), now):
        _make(found, names_of(settings), now)
    return found


def _make(target: Certificate, names: list[str], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(
        target.key,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii"),
    )
    write_private(target.certificate, built.public_bytes(serialization.Encoding.PEM).decode("ascii"), 0o644)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _good(found: Certificate, names: list[str], now: datetime) -> bool:
    """Whether ours is there, for these names and for a while yet."""
    try:
        certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
        told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    return (
        found.key.is_file()
        and list(told) == [_general(name) for name in names]
        and certificate.not_valid_after_utc - now > RENEW
    )


def _look(found: Certificate, now: datetime) -> None:
    for path in (found.certificate, found.key):
        if not os.access(path, os.R_OK):
            raise _unfit(path, Text("cannot be read", "无法读取"))
    try:
        certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
        key = serialization.load_pem_private_key(found.key.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise _unfit(
            found.certificate, Text("no PEM certificate with a plain PEM key", "不是 PEM 证书及未加密的 PEM 私钥")
        ) from None
    if certificate.public_key() != key.public_key():
        raise _unfit(found.key, Text("not the key of that certificate", "与证书不匹配"))
    if certificate.not_valid_after_utc <= now:
        raise _unfit(found.certificate, Text("it has ended", "已过期"))


def _unfit(path: Path, why: Text) -> SetupError:
    return SetupError(
        Text(f"{path}: {why.en}", f"{path}：{why.zh}"),
        cure=Text("mend IVR_TLS_CERTIFICATE and IVR_TLS_KEY", "请更正 IVR_TLS_CERTIFICATE 和 IVR_TLS_KEY"),
    )


__all__ = ["Certificate", "ensure", "names_of", "paths", "until"]
