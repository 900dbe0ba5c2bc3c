"""Settings for softphones: complete, private, and nobody's name breaks out of its place."""

from __future__ import annotations

import configparser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ivr.agents.accounts import AgentAccount
from ivr.agents.provision import PHONES, export, phone_file, settings_of
from ivr.core.errors import UsageError

PLAIN = AgentAccount("lee", "李明", "6001", "192.0.2.1:5060", "s3cr<t&", "udp")
TLS = AgentAccount("lee", 'L"e\n<e>[x]', "6001", "pbx.example.com:5061", "s3cret", "tls")


def test_linphone_reads_xml() -> None:
    name, text = phone_file(TLS, "linphone")
    assert name == "lee-linphone.xml"
    root = ET.fromstring(text)
    entries = {(section.attrib["name"], entry.attrib["name"]): entry.text for section in root for entry in section}
    assert entries["proxy_0", "reg_proxy"] == "<sip:pbx.example.com:5061;transport=tls>"
    assert entries["proxy_0", "reg_identity"] == '"L\'e <e>[x]" <sip:6001@pbx.example.com>'
    assert entries["auth_info_0", "passwd"] == "s3cret"
    assert (entries["sip", "media_encryption"], entries["sip", "media_encryption_mandatory"]) == ("srtp", "1")
    plain = ET.fromstring(phone_file(PLAIN, "linphone")[1])
    assert "s3cr<t&" in [entry.text for section in plain for entry in section]


def test_microsip_reads_an_ini_file() -> None:
    read = configparser.ConfigParser(interpolation=None)
    read.read_string(phone_file(TLS, "microsip")[1])
    account = read["Account1"]
    assert (account["server"], account["transport"], account["srtp"]) == ("pbx.example.com:5061", "tls", "mandatory")
    assert account["label"] == 'L"e <e>[x]'
    assert read.sections() == ["Settings", "Account1"]


def test_baresip_takes_one_line() -> None:
    text = phone_file(TLS, "baresip")[1]
    assert text.startswith("<sip:6001@pbx.example.com:5061;transport=tls>;auth_user=6001;auth_pass=s3cret;")
    assert text.rstrip().endswith("mediaenc=srtp-mand")
    assert "mediaenc" not in phone_file(PLAIN, "baresip")[1]


def test_zoiper_gets_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANG", "en")
    told = phone_file(TLS, "zoiper")[1]
    assert len(told.splitlines()) == len(settings_of(TLS))
    assert "Transport: TLS" in told
    assert "SRTP (SDES), mandatory" in told
    monkeypatch.setenv("IVR_LANG", "zh")
    told = phone_file(TLS, "zoiper")[1]
    assert "传输协议: TLS" in told
    assert "SRTP（SDES），必须" in told


def test_files_are_private(tmp_path: Path) -> None:
    files = export([PLAIN], PHONES, tmp_path / "out")
    assert [path.name for path in files] == [
        "lee-linphone.xml", "lee-microsip.ini", "lee-zoiper.txt", "lee-baresip.accounts",
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    (tmp_path / "file").write_text("x", "ascii")
    with pytest.raises(UsageError, match="--out"):
        export([PLAIN], PHONES, tmp_path / "file")
