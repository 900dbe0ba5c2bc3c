from __future__ import annotations

import pytest

from ivr.agi import AgiProtocolError, AgiRequest


def test_script_query_and_arguments() -> None:
    request = AgiRequest.from_header(
        {
            "network_script": "/flow/main/?linkedid=1795297592.0&token=a%20b&token=other&empty=",
            "channel": "PJSIP/a-1",
            "arg_1": "one",
            "arg_2": "",
            "arg_3": "three",
            "arg_5": "behind a gap",
        }
    )
    assert request.script == "flow/main"
    assert dict(request.query) == {"linkedid": "1795297592.0", "token": "a b", "empty": ""}
    assert request.linkedid == "1795297592.0"
    assert request.args == ("one", "", "three")


def test_script_from_the_address_when_there_is_no_network_script() -> None:
    request = AgiRequest.from_header({"request": "agi://127.0.0.1:4573/menu?x=1", "channel": "c"})
    assert (request.script, dict(request.query)) == ("menu", {"x": "1"})


def test_unknown_is_empty() -> None:
    fields = dict.fromkeys(["callerid", "calleridname", "dnid", "rdnis"], "unknown")
    request = AgiRequest.from_header({"network_script": "x", "channel": "c", **fields})
    assert (request.caller_number, request.caller_name, request.dialled, request.redirecting) == ("", "", "", "")


@pytest.mark.parametrize(("text", "priority"), [("3", 3), ("", 1), ("-1", 1), ("²", 1), ("9" * 5000, 1)])
def test_priority(text: str, priority: int) -> None:
    assert AgiRequest.from_header({"network_script": "x", "channel": "c", "priority": text}).priority == priority


@pytest.mark.parametrize("linkedid", ["../../etc/passwd", "a b", "x\x1b[31m", "", "-rf"])
def test_a_linkedid_that_is_no_id_is_dropped(linkedid: str) -> None:
    from urllib.parse import quote

    header = {"network_script": f"m?linkedid={quote(linkedid)}", "channel": "c"}
    assert AgiRequest.from_header(header).linkedid == ""


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"channel": "c"},
        {"network_script": "menu"},
        {"request": "agi://[half/menu", "channel": "c"},
        {"network_script": "m?" + "&".join(f"a{i}=1" for i in range(65)), "channel": "c"},
    ],
)
def test_headers_that_no_asterisk_sends(values: dict[str, str]) -> None:
    with pytest.raises(AgiProtocolError):
        AgiRequest.from_header(values)
