"""What Asterisk says about the call when it asks: the AGI header as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from ivr.agi.errors import AgiProtocolError
from ivr.core.ids import is_safe_id

_MAX_ARGS = 128
_MAX_QUERY_FIELDS = 64


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """One call of ``AGI(agi://host:port/script?query,args...)``. All texts are the caller's or the dialplan's: hostile.

    Args:
        script: the path of the address, without slashes around it, e.g. ``menu`` or ``flow/main``.
        args: the arguments after the address, in order.
        query: the fields behind ``?``; the first of two equal names counts.
        channel: name of the channel, e.g. ``PJSIP/anonymous-00000001``.
        uniqueid: the channel's own id.
        language: the channel's language, e.g. ``zh``.
        caller_number: caller id number; ``""`` when Asterisk says ``unknown``.
        caller_name: caller id name; ``""`` when Asterisk says ``unknown``.
        dialled: the number that was dialled (DNID); ``""`` when unknown.
        redirecting: the number that redirected the call (RDNIS); ``""`` when none.
        context: where in the dialplan the AGI was called.
        extension: where in the dialplan the AGI was called.
        priority: where in the dialplan the AGI was called.
        account_code: the channel's account code.
        raw: every header line, names without ``agi_``.
    """

    script: str
    args: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    channel: str = ""
    uniqueid: str = ""
    language: str = ""
    caller_number: str = ""
    caller_name: str = ""
    dialled: str = ""
    redirecting: str = ""
    context: str = ""
    extension: str = ""
    priority: int = 1
    account_code: str = ""
    raw: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def linkedid(self) -> str:
        """The id that joins all legs of the call, if the dialplan passed it as ``?linkedid=``, else ``""``."""
        linkedid = self.query.get("linkedid", "")
        return linkedid if is_safe_id(linkedid) else ""

    @classmethod
    def from_header(cls, values: Mapping[str, str]) -> Self:
        """Read a header block (names without ``agi_``).

        Raises:
            AgiProtocolError: if it names no script or no channel.
        """
        if "channel" not in values or not ("network_script" in values or "request" in values):
            raise AgiProtocolError("AGI header without a script or a channel")
        target = values.get("network_script")
        if target is None:
            target = _after_host(values["request"])
        path, _, query = target.partition("?")
        fields: dict[str, str] = {}
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_QUERY_FIELDS)
        except ValueError as error:
            raise AgiProtocolError(f"AGI address with a query of more than {_MAX_QUERY_FIELDS} fields") from error
        for name, value in pairs:
            fields.setdefault(name, value)
        priority = values.get("priority", "1")
        return cls(
            script=unquote(path).strip("/"),
            args=tuple(_args(values)),
            query=MappingProxyType(fields),
            channel=values["channel"],
            uniqueid=values.get("uniqueid", ""),
            language=values.get("language", ""),
            caller_number=_known(values, "callerid"),
            caller_name=_known(values, "calleridname"),
            dialled=_known(values, "dnid"),
            redirecting=_known(values, "rdnis"),
            context=values.get("context", ""),
            extension=values.get("extension", ""),
            priority=int(priority) if priority.isascii() and priority.isdigit() and len(priority) < 10 else 1,
            account_code=values.get("accountcode", ""),
            raw=MappingProxyType(dict(values)),
        )


def _after_host(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise AgiProtocolError(f"not an AGI address: {address!r:.80}") from error
    return parts.path + ("?" + parts.query if parts.query else "")


def _args(values: Mapping[str, str]) -> list[str]:
    found = []
    for number in range(1, _MAX_ARGS + 1):
        value = values.get(f"arg_{number}")
        if value is None:
            break
        found.append(value)
    return found


def _known(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    return "" if value == "unknown" else value


__all__ = ["AgiRequest"]
