"""Made-up requests to every operation of the console's API, as each role; ends with 1 if one brings a server error.

``scripts/drill console_api [EXAMPLES]``: requests of each operation and role, 60 by default.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from dialplan.sites import demo_site
from ivr.core.settings import Settings
from tests.ports import free_port
from tests.web.conftest import WebSite, lay_in, serving
from tests.web.made_up_requests import server_errors
from tests.web.people import ROLES


def main() -> None:
    """Send them."""
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="ivr-drill-") as folder:
        settings = Settings(home=Path(folder), console_port=free_port(), site=demo_site().with_name("centre"))
        lay_in(settings)
        with serving(settings, Path(folder) / "console.out") as url:
            site = WebSite(settings, url)
            everybody = {role: {one["name"]: one["value"] for one in site.login(f"{role}-en")} for role in ROLES}
            for role, cookies in everybody.items():
                found = server_errors(url, cookies, examples, _say)
                print(f"\r{role}: {len(found)} operations failed{'':60}")
                failed += [f"{role}: {one}" for one in found]
    for one in failed:
        print(one)
    print("DRILL FAILED" if failed else "DRILL PASSED")
    sys.exit(1 if failed else 0)


def _say(name: str, at: int, of: int) -> None:
    if sys.stdout.isatty():
        print(f"\r{at}/{of} {name:60.60}", end="", flush=True)


if __name__ == "__main__":
    main()
