"""The API under requests nobody would think of: whatever is sent, the console never fails.

``scripts/drill console_api`` sends many more.
"""

from __future__ import annotations

import pytest

from tests.web.conftest import WebSite
from tests.web.made_up_requests import server_errors

pytestmark = pytest.mark.web


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("role", "examples"), [("admin", 1), ("agent", 1)])
def test_no_request_brings_a_server_error(role: str, examples: int, site: WebSite) -> None:
    cookies = {one["name"]: one["value"] for one in site.login(f"{role}-en")}
    failed = server_errors(site.url, cookies, examples)
    assert not failed, "\n".join(failed)
