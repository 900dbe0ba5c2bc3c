"""The API under requests nobody would think of: whatever is sent, the console never fails."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error

from tests.web.conftest import WebSite

pytestmark = pytest.mark.web

EXAMPLES = 6
# They would end the session that asks, or keep the connection open.
LEFT_OUT = {("DELETE", "/api/v1/session")}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", ["admin", "agent"])
def test_no_request_brings_a_server_error(role: str, site: WebSite) -> None:
    cookies = {one["name"]: one["value"] for one in site.login(f"{role}-en")}
    headers = {
        "X-CSRF-Token": cookies["ivr_csrf"],
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    schema = schemathesis.openapi.from_url(f"{site.url}/api/v1/openapi.json", headers=headers)
    failed: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if (operation.method.upper(), operation.path) in LEFT_OUT or operation.path.endswith("/stream"):
            continue

        @hypothesis.settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        )
        @hypothesis.given(case=operation.as_strategy())
        def once(case: schemathesis.Case) -> None:
            answer = case.call(headers=headers, timeout=20, allow_redirects=False)
            case.validate_response(answer, checks=[not_a_server_error])

        try:
            once()
        except Exception as error:
            failed.append(f"{operation.method.upper()} {operation.path}: {str(error)[:400]}")
    assert not failed, "\n".join(failed)
