"""``callback: dial:`` names a trunk or an account that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.checks import check_site
from dialplan.examples import TINY_SITE
from dialplan.waiting import dialled_over
from tests.unit.dialplan.sites import write_site

TRUNKS = "main: {host: 203.0.113.7, numbers: {01088886666: 1000}}\n"


@pytest.mark.parametrize(
    ("dial", "anonymous", "sound"),
    [
        ("PJSIP/{number}@trunk-main", False, True),
        ("PJSIP/{number}@main", False, False),
        ("PJSIP/{number}@trunk-other", False, False),
        ("PJSIP/trunk-main/sip:{number}@203.0.113.7:5060", False, True),
        ("PJSIP/main/sip:{number}@203.0.113.7", False, False),
        ("PJSIP/{number}@6001", False, True),  # an agent's account
        ("PJSIP/anonymous/sip:{number}@127.0.0.1:5070", True, True),
        ("PJSIP/anonymous/sip:{number}@127.0.0.1:5070", False, False),
    ],
)
def test_what_is_dialled_over_is_there(dial: str, anonymous: bool, sound: bool, tmp_path: Path) -> None:
    more = f"callback: {{dial: '{dial}', allowed: [1ZXXXXXXXXX]}}\n" + "anonymous_callers: true\n" * anonymous
    folder = write_site(tmp_path, site=TINY_SITE["site.yaml"] + more, trunks=TRUNKS)
    found = [one for one in check_site(folder) if one.code == "DP270"]
    assert [one.where for one in found] == ([] if sound else ["site.yaml:6:18"])
    if not sound:
        assert dialled_over(dial) in found[0].text.en
        assert "PJSIP/{number}@trunk-main" in found[0].cure.en
