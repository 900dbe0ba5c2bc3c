from __future__ import annotations

from pathlib import Path

import pytest

from ivr.core.errors import UsageError
from ivr.softphones.account import Account, render_config


def test_an_account_with_a_secret_registers() -> None:
    line = Account("6001", 5060, "s3cret").line()
    assert line.startswith("<sip:6001@127.0.0.1:5060;transport=udp>")
    assert "auth_user=6001;auth_pass=s3cret;regint=60" in line


def test_an_account_without_one_never_does() -> None:
    line = Account("+4930123", 5060).line()
    assert line.endswith("regint=0")
    assert "auth_" not in line


def test_a_secret_is_not_shown() -> None:
    assert "s3cret" not in repr(Account("6001", 5060, "s3cret"))


@pytest.mark.parametrize(
    ("user", "secret"),
    [("6001>;auth_user=1", ""), ("a b", ""), ("", ""), ("6001", "a;regint=0"), ("6001\n", ""), ("6001", "x\r\n")],
)
def test_nothing_can_be_smuggled_into_the_account(user: str, secret: str) -> None:
    with pytest.raises(UsageError, match="softphone account"):
        Account(user, 5060, secret)


def test_an_unusable_secret_is_not_told_either() -> None:
    with pytest.raises(UsageError) as refused:
        Account("6001", 5060, "top secret")
    assert "top secret" not in str(refused.value)


@pytest.mark.parametrize("codec", ["opus", ""])
def test_an_unknown_codec_is_refused(codec: str) -> None:
    with pytest.raises(UsageError, match="codec"):
        Account("6001", 5060, codec=codec)


@pytest.mark.parametrize(
    ("target", "uri"),
    [
        ("100", "sip:100@127.0.0.1:5060"),
        ("*45", "sip:*45@127.0.0.1:5060"),
        ("#9", "sip:%239@127.0.0.1:5060"),
        ("+4930", "sip:+4930@127.0.0.1:5060"),
        ("sip:200@localhost:7000", "sip:200@localhost:7000"),
    ],
)
def test_what_can_be_dialled(target: str, uri: str) -> None:
    assert Account("6001", 5060).uri(target) == uri


@pytest.mark.parametrize(
    "target", ["", "a b", "1;2", "1\n2", "sip:1@h?x=y", "http://h", "sip:1@h:5060\r\nquit", "1" * 61]
)
def test_what_cannot(target: str) -> None:
    with pytest.raises(UsageError, match="cannot dial"):
        Account("6001", 5060).uri(target)


def test_the_configuration_binds_to_one_address_and_holds_relative_paths_only() -> None:
    config = render_config(host="127.0.0.1", sip_port=61000, control_port=61002, rtp_first=61004, rtp_last=61014)
    values = dict(line.split(" ", 1) for line in config.splitlines() if not line.startswith("module"))
    assert values["sip_listen"] == "127.0.0.1:61000"
    assert values["net_interface"] == "127.0.0.1"
    assert values["ctrl_tcp_listen"] == "127.0.0.1:61002"
    assert values["rtp_ports"] == "61004-61014"
    assert "/" not in config


def test_an_account_that_trusts_somebody_speaks_tls_and_encrypts() -> None:
    account = Account("6001", 5061, "secret", authorities=Path("sip.crt"))
    assert account.line().startswith("<sip:6001@127.0.0.1:5061;transport=tls>;")
    assert ";mediaenc=srtp-mand;" in account.line()
    assert account.uri("*45") == "sip:*45@127.0.0.1:5061;transport=tls"
    ports = {"sip_port": 6000, "control_port": 6002, "rtp_first": 6004, "rtp_last": 6014}
    plain, secure = (render_config(host="127.0.0.1", encrypted=encrypted, **ports) for encrypted in (False, True))
    assert set(secure.splitlines()) - set(plain.splitlines()) == {
        "module srtp.so", "sip_cafile authorities.pem", "sip_verify_server yes",
    }  # fmt: skip


def test_a_call_in_the_place_of_another_is_named_by_its_dialogue() -> None:
    account = Account("6001", 5060)
    named = account.in_place_of("6002", "abc@host;to-tag=t-1;from-tag=f2")
    assert named == "<sip:6002@127.0.0.1:5060?Replaces=abc%40host%3Bto-tag%3Dt-1%3Bfrom-tag%3Df2>"
    for dialogue in ("abc", "abc;to-tag=t", "a b;to-tag=t;from-tag=f", "a>\r\nX: y;to-tag=t;from-tag=f"):
        with pytest.raises(UsageError, match="no dialogue"):
            account.in_place_of("6002", dialogue)
