"""Trunks, transports and certificates as they are rendered, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ivr.asterisk import certificate
from ivr.asterisk.lines import check_exposure, transports, trunk_lines
from ivr.asterisk.registrations import parse
from ivr.asterisk.render import password, render
from ivr.asterisk.secrets import (
    Secrets,
    ensure_secrets,
    forget_agent,
    keep_trunk_secret,
    load_secrets,
    secrets_file,
    trunk_secret,
    trunk_variable,
)
from ivr.asterisk.toolbox import Toolbox
from ivr.core.errors import AsteriskError, SetupError, UsageError
from ivr.core.settings import Settings
from tests.unit.asterisk.sites import small_site

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAIN: dict[str, Any] = {"host": "203.0.113.7", "numbers": {"01088886666": "800"}}
ACCOUNT: dict[str, Any] = {
    "method": "register",
    "host": "sip.example.com",
    "user": "4711",
    "transport": "tls",
    "srtp": True,
}


def conf(settings: Settings, host: Toolbox, name: str = "pjsip.conf", **changes: Any) -> str:
    site = small_site(**({"anonymous_callers": False} | changes))
    render(site, settings, ensure_secrets(settings, site.agents), host, settings.home / "sounds")
    return (settings.asterisk_dir / "etc" / name).read_text("utf-8")


def section(text: str, name: str, kind: str) -> dict[str, list[str]]:
    """The settings of the section of that name and type; of templates, what stands in it."""
    for part in re.split(r"^\[", text, flags=re.MULTILINE)[1:]:
        if part.startswith(f"{name}]") and (f"type = {kind}" in part or kind == "endpoint"):
            found: dict[str, list[str]] = {}
            for key, value in re.findall(r"^(\w+) = (.*)$", part, re.MULTILINE):
                found.setdefault(key, []).append(value)
            return found
    raise AssertionError(f"no {kind} {name}")


def test_a_trunk_is_known_by_its_address_alone(settings: Settings, host: Toolbox) -> None:
    text = conf(settings, host, trunks={"main": MAIN})
    endpoint = section(text, "trunk-main", "endpoint")
    assert endpoint["identify_by"] == ["ip"]
    assert endpoint["context"] == ["ivr-incoming-main"]
    assert endpoint["allow"] == ["alaw", "ulaw"]
    assert "media_encryption" not in endpoint
    assert section(text, "trunk-main", "identify")["match"] == ["203.0.113.7"]
    assert section(text, "trunk-main", "aor")["contact"] == ["sip:203.0.113.7:5060"]
    assert "[ivr-tls]" not in text
    assert "type = registration" not in text
    order = section(text, "global", "global")["endpoint_identifier_order"]
    assert order == ["ip,username,anonymous"]


def test_a_trunk_that_logs_in_over_tls(settings: Settings, host: Toolbox) -> None:
    keep_trunk_secret(settings, "account", "p;w$d")
    text = conf(settings, host, trunks={"account": ACCOUNT | {"addresses": ["203.0.113.0/24", "198.51.100.4"]}})
    registration = section(text, "trunk-account", "registration")
    assert registration["server_uri"] == [r"sip:sip.example.com:5061\;transport=tls"]
    assert registration["client_uri"] == ["sip:4711@sip.example.com"]
    assert section(text, "trunk-account", "auth")["password"] == [r"p\;w$d"]
    assert section(text, "trunk-account", "identify")["match"] == ["203.0.113.0/24", "198.51.100.4"]
    assert section(text, "trunk-account", "endpoint")["media_encryption"] == ["sdes"]
    tls = section(text, "ivr-tls", "transport")
    assert (tls["method"], tls["verify_server"]) == (["tlsv1_2"], ["yes"])
    assert Path(tls["cert_file"][0]).is_file()
    assert Path(tls["priv_key_file"][0]).stat().st_mode & 0o777 == 0o600


def test_who_comes_by_another_transport_than_his_trunk_has_is_not_let_in(settings: Settings, host: Toolbox) -> None:
    keep_trunk_secret(settings, "account", "password")
    trunks = {"main": MAIN, "account": ACCOUNT | {"numbers": {"1": "800"}}}
    entrance = conf(settings, host, "extensions.conf", trunks=trunks).partition("[ivr-trunk]")[2].partition("\n[")[0]
    plain, secure = (entrance.partition(f"exten => {name},1")[2].partition("exten =>")[0] for name in trunks)
    check = 'GotoIf($["${CHANNEL(pjsip,secure)}" != "1"]?ivr-refused,s,1)'
    assert check not in plain
    assert secure.index(check) < secure.index("Goto(ivr-call,s,1)")


def test_a_password_is_never_in_the_site_and_must_be_there(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    site = small_site(trunks={"to-net": ACCOUNT})
    with pytest.raises(SetupError, match="IVR_TRUNK_TO_NET_SECRET"):
        trunk_lines(site, Secrets())
    monkeypatch.setenv(trunk_variable("to-net"), "from-the-environment")
    (line,) = trunk_lines(site, Secrets(trunks={"to-net": "from-the-file"}))
    assert line.secret == "from-the-environment"
    assert "from-the" not in repr(line)


def test_agents_over_tls_must_encrypt_and_come_from_their_networks(settings: Settings, host: Toolbox) -> None:
    text = conf(settings, host, sip={"agents": "tls", "agents_from": ["10.1.0.0/16", "192.0.2.9"]})
    agent = section(text, "ivr-agent", "endpoint")
    assert agent["media_encryption"] == ["sdes"]
    assert (agent["deny"], agent["permit"]) == (["0.0.0.0/0"], ["10.1.0.0/16", "192.0.2.9"])
    assert agent["identify_by"] == ["username"]
    assert (agent["transport"], agent["context"]) == (["ivr-tls"], ["ivr-phones"])  # and nothing over another
    assert "[ivr-udp]" not in text
    plain = section(conf(settings, host), "ivr-agent", "endpoint")
    assert ("transport" in plain, plain["context"]) == (False, ["ivr-agents"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"anonymous_callers": True, "sip": {"agents": "tls"}}, "anybody"),
        ({"anonymous_callers": False}, "without encryption"),
        ({"anonymous_callers": False, "sip": {"agents": "tcp"}}, "without encryption"),
        ({"anonymous_callers": False, "sip": {"allow_plain": True}}, ""),
        ({"anonymous_callers": False, "sip": {"agents": "tls"}}, ""),
        ({"anonymous_callers": False, "agents": {}}, ""),
    ],
)
@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "pbx.example.com"])
def test_beyond_this_machine(tmp_path: Path, changes: dict[str, Any], why: str, address: str) -> None:
    site = small_site(**changes)
    check_exposure(site, Settings(home=tmp_path))
    abroad = Settings(home=tmp_path, host=address)
    if why:
        with pytest.raises(AsteriskError, match=why):
            check_exposure(site, abroad)
    else:
        check_exposure(site, abroad)


def test_only_transports_that_are_used() -> None:
    assert transports(small_site(anonymous_callers=False, sip={"agents": "tls"})) == {"tls"}
    assert transports(small_site(anonymous_callers=True, sip={"agents": "tls"})) == {"tls", "udp"}
    trunk = MAIN | {"transport": "tcp"}
    assert transports(small_site(anonymous_callers=False, trunks={"a": trunk})) == {"tcp", "udp"}


def test_numbers_that_come_in_and_targets_outside(settings: Settings, host: Toolbox) -> None:
    outside = {"9001": {"trunk": "main", "number": "+861012345678", "title": "Repairs; --"}}
    text = conf(settings, host, "extensions.conf", trunks={"main": MAIN}, outside=outside)
    context = text.split("[ivr-incoming-main]")[1].split("\n[")[0]
    served = re.findall(r"^exten => ([^,]+),1,(.*)$", context, re.MULTILINE)
    assert dict(served) == {
        "01088886666": "Set(IVR_NUMBER=800)",
        "+861088886666": "Set(IVR_NUMBER=800)",
        "861088886666": "Set(IVR_NUMBER=800)",
        "00861088886666": "Set(IVR_NUMBER=800)",
        "_!": "Goto(ivr-refused,s,1)",
    }
    transfer = text.split("[ivr-transfer]")[1].split("\n[")[0]
    assert "exten => 9001,1,Set(IVR_TO=PJSIP/+861012345678@trunk-main)" in transfer
    assert not re.search(r"^exten => _", transfer, re.MULTILINE)
    incoming = text.split("[ivr-incoming]")[1].split("\n[")[0]
    assert "9001" not in incoming


def test_an_empty_list_of_targets_leaves_no_way_out(settings: Settings, host: Toolbox) -> None:
    text = conf(settings, host, "extensions.conf", trunks={"main": MAIN})
    assert "@trunk-main" not in text


@pytest.mark.parametrize("bad", ["a\nb", " a", "a ", "密码", "#a", ">a", "a\tb"])
def test_passwords_that_cannot_be_written(bad: str) -> None:
    with pytest.raises(AsteriskError):
        password(bad)


def test_trunk_passwords_are_kept_and_forgotten(settings: Settings) -> None:
    keep_trunk_secret(settings, "main", "one two$;")
    agents = ensure_secrets(settings, ["li"])
    assert trunk_secret(agents, "main", {}) == "one two$;"
    assert secrets_file(settings).stat().st_mode & 0o777 == 0o600
    keep_trunk_secret(settings, "main", "")
    assert load_secrets(settings).trunks == {}
    assert load_secrets(settings).agents == agents.agents
    for bad in ("a\nb", " x", "密", "x" * 200, "#x", ">x"):
        with pytest.raises(UsageError):
            keep_trunk_secret(settings, "main", bad)


def test_an_agent_who_comes_back_gets_another_password(settings: Settings) -> None:
    first = ensure_secrets(settings, ["li", "wang"])
    assert forget_agent(settings, "li")
    assert not forget_agent(settings, "li")
    again = ensure_secrets(settings, ["li", "wang"])
    assert again.agents["wang"] == first.agents["wang"]
    assert again.agents["li"] != first.agents["li"]
    assert again.ami == first.ami


def test_our_own_certificate_is_kept_until_it_no_longer_fits(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, host="192.0.2.1", sip_name="pbx.example.com")
    found = certificate.ensure(settings, tmp_path / "keys", NOW)
    assert found.own
    made = found.certificate.read_bytes()
    read = x509.load_pem_x509_certificate(made)
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["pbx.example.com"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1"]
    assert certificate.until(found) == NOW + certificate.VALID
    certificate.ensure(settings, tmp_path / "keys", NOW + timedelta(days=700))
    assert found.certificate.read_bytes() == made
    certificate.ensure(settings, tmp_path / "keys", NOW + certificate.VALID - timedelta(days=20))
    renewed = found.certificate.read_bytes()
    assert renewed != made
    certificate.ensure(Settings(home=tmp_path, host="192.0.2.2"), tmp_path / "keys", NOW + certificate.VALID)
    assert found.certificate.read_bytes() != renewed
    key = serialization.load_pem_private_key(found.key.read_bytes(), None)
    assert key.public_key() == x509.load_pem_x509_certificate(found.certificate.read_bytes()).public_key()


def test_a_named_certificate_is_looked_at_before_it_is_used(tmp_path: Path) -> None:
    own = certificate.ensure(Settings(home=tmp_path), tmp_path / "a", NOW)
    other = certificate.ensure(Settings(home=tmp_path), tmp_path / "b", NOW)

    def named(crt: Path | None, key: Path | None) -> certificate.Certificate:
        return certificate.ensure(Settings(home=tmp_path, tls_certificate=crt, tls_key=key), tmp_path, NOW)

    assert not named(own.certificate, own.key).own
    for crt, key, why in (
        (own.certificate, other.key, "not the key"),
        (own.key, own.key, "no PEM"),
        (own.certificate, tmp_path / "none", "cannot be read"),
        (own.certificate, None, "needs its key"),
    ):
        with pytest.raises(SetupError, match=why):
            named(crt, key)
    with pytest.raises(SetupError, match="ended"):
        certificate.ensure(
            Settings(home=tmp_path, tls_certificate=own.certificate, tls_key=own.key), tmp_path, NOW + certificate.VALID
        )


def test_what_asterisk_says_of_registrations() -> None:
    text = """
 <Registration/ServerURI..............................>  <Auth....................>  <Status.......>
 trunk-account/sip:127.0.0.9:5060;transport=tcp          trunk-account              Unregistered      (exp. 6s)
 trunk-b/sip:sip.example.com:5061                        trunk-b                    Registered        (exp. 250s)
 other/sip:example.com                                   other                      Registered
Objects found: 3
"""
    assert parse(text) == {"account": "unregistered", "b": "registered"}
    assert parse("No objects found.") == {}
