"""An agent's account in the form his softphone takes: a file per phone, or settings to type in.

Linphone's follows its documented provisioning format; baresip's is what the tests register with. MicroSIP's keys are
those of its own ini file. Zoiper imports no file a program can write for it, so its settings are words.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, get_args
from xml.sax.saxutils import escape

from ivr.agents.accounts import AgentAccount
from ivr.asterisk.secrets import write_private
from ivr.core.errors import UsageError
from ivr.core.language import Text

Phone = Literal["linphone", "microsip", "zoiper", "baresip"]
PHONES: tuple[Phone, ...] = get_args(Phone)

_LPCONFIG = "http://www.linphone.org/xsds/lpconfig.xsd"


def settings_of(account: AgentAccount) -> dict[Text, str | Text]:
    """What any softphone asks for, by the names most of them use."""
    sound = (
        Text("SRTP (SDES), mandatory", "SRTP（SDES），必须") if account.encrypted else Text("plain RTP", "不加密 RTP")
    )
    return {
        Text("Display name", "显示名称"): account.name,
        Text("User name", "用户名"): account.user,
        Text("Authentication name", "认证用户名"): account.user,
        Text("Password", "密码"): account.secret,
        Text("Domain / server", "域名/服务器"): account.server,
        Text("Transport", "传输协议"): account.transport.upper(),
        Text("Media encryption", "媒体加密"): sound,
        Text("Codecs", "语音编码"): "PCMA, PCMU, G.722",
        Text("Keys (DTMF)", "按键（DTMF）"): "RFC 2833 / RFC 4733",
    }


def plain_settings(account: AgentAccount) -> dict[str, str]:
    """The same in English, as JSON has it."""
    found = settings_of(account).items()
    return {name.en: value.en if isinstance(value, Text) else value for name, value in found}


def phone_file(account: AgentAccount, phone: Phone) -> tuple[str, str]:
    """The name and the text of the file for one phone; it holds the password."""
    ending = {"linphone": "xml", "microsip": "ini", "zoiper": "txt", "baresip": "accounts"}[phone]
    return f"{account.agent}-{phone}.{ending}", _WRITERS[phone](account)


def export(accounts: Sequence[AgentAccount], phones: Sequence[Phone], folder: Path) -> list[Path]:
    """Write a file for every agent and phone, readable by its owner only.

    Args:
        accounts: of the agents.
        phones: which softphones.
        folder: where to; made where it is missing.

    Returns:
        The files.

    Raises:
        UsageError: if nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for account in accounts:
            for phone in phones:
                name, text = phone_file(account, phone)
                write_private(folder / name, text)
                written.append(folder / name)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise UsageError(
            Text(f"{folder}: {reason}", f"{folder}：{reason}"),
            cure=Text("name a folder of yours with --out", "请用 --out 指定可写目录"),
        ) from error
    return written


def _linphone(account: AgentAccount) -> str:
    server = f"<sip:{account.server};transport={account.transport}>"
    sections = {
        "proxy_0": {
            "reg_proxy": server,
            "reg_route": server,
            "reg_identity": f'"{_line(account.name).replace(chr(34), chr(39))}" <sip:{account.user}@{account.domain}>',
            "reg_expires": "120",
            "reg_sendregister": "1",
        },
        "auth_info_0": {
            "username": account.user,
            "userid": account.user,
            "passwd": account.secret,
            "domain": account.domain,
        },
        "sip": {
            "default_proxy": "0",
            "media_encryption": "srtp" if account.encrypted else "none",
            "media_encryption_mandatory": "1" if account.encrypted else "0",
            "use_rfc2833": "1",
            "use_info": "0",
        },
    }
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<config xmlns="{_LPCONFIG}">']
    for section, entries in sections.items():
        lines.append(f'  <section name="{section}">')
        lines += [f'    <entry name="{key}" overwrite="true">{escape(value)}</entry>' for key, value in entries.items()]
        lines.append("  </section>")
    return "\n".join([*lines, "</config>"]) + "\n"


def _microsip(account: AgentAccount) -> str:
    entries = {
        "label": account.name,
        "server": account.server,
        "proxy": "",
        "domain": account.server,
        "username": account.user,
        "authID": account.user,
        "password": account.secret,
        "displayName": account.name,
        "transport": account.transport,
        "SRTP": "mandatory" if account.encrypted else "disabled",
        "registerRefresh": "120",
        "publish": "0",
        "allowRewrite": "1",
    }
    lines = [
        "[Settings]",
        "accountId=1",
        "",
        "[Account1]",
        *(f"{key}={_line(value)}" for key, value in entries.items()),
    ]
    return "\r\n".join(lines) + "\r\n"


def _zoiper(account: AgentAccount) -> str:
    return "".join(f"{name}: {_line(str(value))}\n" for name, value in settings_of(account).items())


def _baresip(account: AgentAccount) -> str:
    options = [
        f"transport={account.transport}",
        f"auth_user={account.user}",
        f"auth_pass={account.secret}",
        "audio_codecs=pcma,pcmu",
        "dtmfmode=rtpevent",
        "regint=60",
    ]
    if account.encrypted:
        options.append("mediaenc=srtp-mand")
    transport, *rest = options
    return f"<sip:{account.user}@{account.server};{transport}>;{';'.join(rest)}\n"


def _line(text: str) -> str:
    """Text in one line: a name is the site's own, and no setting of a phone."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


_WRITERS: dict[Phone, Callable[[AgentAccount], str]] = {
    "linphone": _linphone,
    "microsip": _microsip,
    "zoiper": _zoiper,
    "baresip": _baresip,
}

__all__ = ["PHONES", "Phone", "export", "phone_file", "plain_settings", "settings_of"]
