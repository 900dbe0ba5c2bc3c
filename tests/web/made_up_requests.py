"""Requests nobody would think of, made from the API's own description."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error

# These would end the session that asks; or be failures to log in, after which nobody logs in from this address for a
# while (tests/unit/console/security/test_doors.py). Streams stay open.
LEFT_OUT = frozenset(
    {
        ("DELETE", "/api/v1/session"),
        ("DELETE", "/api/v1/me/sessions/{number}"),
        ("POST", "/api/v1/session"),
        ("POST", "/api/v1/session/link"),
        ("POST", "/api/v1/session/welcome"),
        ("POST", "/api/v1/me/password"),
    }
)


def server_errors(
    url: str, cookies: dict[str, str], examples: int, tell: Callable[[str, int, int], object] = lambda *_: None
) -> list[str]:
    """What answered with a server's error, or not at all.

    Args:
        url: of the console.
        cookies: of who asks.
        examples: requests of each operation.
        tell: told the operation, its number, and how many there are.
    """
    headers = {
        "X-CSRF-Token": cookies["ivr_csrf"],
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json", headers=headers)
    operations = [result.ok() for result in schema.get_all_operations()]
    failed: list[str] = []
    for number, operation in enumerate(operations, 1):
        name = f"{operation.method.upper()} {operation.path}"
        tell(name, number, len(operations))
        if (operation.method.upper(), operation.path) in LEFT_OUT or operation.path.endswith(("/stream", "/pops")):
            continue

        @hypothesis.settings(
            max_examples=examples,
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
            failed.append(f"{name}: {str(error)[:600]}")
    return failed


__all__ = ["LEFT_OUT", "server_errors"]
